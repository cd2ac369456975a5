"""The single-page application of `examples/spa`, served as a web server would serve it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).parent
_PAGE = (HERE.parents[1] / "examples" / "spa" / "index.html", "text/html; charset=utf-8")
_LIBRARY = (
    HERE / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js",
    "text/javascript; charset=utf-8",
)


class SpaServer:
    """Listens on a free port of localhost while the block runs."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = 1  # seconds; a browser opens connections that it never uses

            def do_GET(self) -> None:
                if self.path == "/favicon.ico":
                    self.send_response(204)
                    self.end_headers()
                    return
                file, kind = _LIBRARY if self.path == "/oidc-client-ts.js" else _PAGE
                self.send_response(200)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(file.read_bytes())

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False  # so that closing waits for them
        self.url = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> SpaServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
