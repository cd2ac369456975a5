"""An application that hears of the end of sessions, on a port that is known before it listens."""

from __future__ import annotations

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs

WAIT_SECONDS = 60


class LogoutReceiver:
    """Listens while the block runs; `take` waits for the next logout token."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._tokens: queue.Queue[str] = queue.Queue()
        tokens = self._tokens

        class Handler(BaseHTTPRequestHandler):
            timeout = 5  # seconds

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                tokens.put(parse_qs(body.decode())["logout_token"][0])
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self._handler = Handler

    def take(self) -> str:
        return self._tokens.get(timeout=WAIT_SECONDS)

    @property
    def is_quiet(self) -> bool:
        return self._tokens.empty()

    def __enter__(self) -> LogoutReceiver:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
