"""An application on this machine: it answers everything and remembers what it was asked."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Application:
    """Listens on a free port of localhost while the block runs."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            timeout = 1  # seconds; a browser opens connections that it never uses

            def do_GET(self) -> None:
                seen.append(f"http://{self.headers['host']}{self.path}")
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>App</title><main>the application</main>")

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False  # so that closing waits for them
        self.url = f"http://localhost:{self._server.server_port}"

    def asked(self, path: str) -> str:
        """The latest address below `path` that a browser opened."""
        return [url for url in self.seen if url.startswith(f"{self.url}{path}")][-1]

    def __enter__(self) -> Application:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
