"""The id of the request that is being served: in the log, in the answer, in the audit trail."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from random import Random

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

_RANDOM_BYTES = 12
# Nobody gains by guessing an id: what the system gives for secrets costs a call to it each time.
_random = Random()  # noqa: S311
_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")


def new_request_id() -> str:
    """A random id, 16 characters."""
    return urlsafe_b64encode(_random.randbytes(_RANDOM_BYTES)).decode()


def accept_request_id(header: str | None) -> str:
    """The id that a proxy gave, if it is harmless: 8 to 64 letters, digits, `_` or `-`. Else a new one."""
    return header if header is not None and _ACCEPTED.fullmatch(header) else new_request_id()


def bind_request(*, request_id: str) -> None:
    """Begin a request: all events of this context carry its id, and nothing of a former request."""
    clear_contextvars()
    bind_contextvars(request_id=request_id)


def request_id() -> str | None:
    """The id of the request that is being served in this context."""
    found = get_contextvars().get("request_id")
    return found if isinstance(found, str) else None
