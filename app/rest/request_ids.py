"""The id of a request as its answer tells it."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

# AuthZEN §10.1.3: the caller's own id goes back as it came, whatever it is made of. In the log stands ours.
AUTHZEN: Final = "/access/v1/"
MAX_ECHOED_BYTES: Final = 1_024


def answered_id(scope: Scope) -> bytes:
    """The value of `X-Request-ID` in the answer."""
    if scope["path"].startswith(AUTHZEN):
        for name, value in scope["headers"]:
            if name == b"x-request-id" and 0 < len(value) <= MAX_ECHOED_BYTES:
                return bytes(value)
    request_id: str = scope["state"]["request_id"]
    return request_id.encode()
