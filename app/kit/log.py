"""Structured logs. (Interim: being replaced.)"""

from __future__ import annotations

import re
import secrets

import structlog

_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")


def configure_logging(*, level: str, is_json: bool) -> None:
    """Set up logging."""


def new_request_id() -> str:
    return secrets.token_hex(8)


def accept_request_id(header: str | None) -> str:
    return header if header and _ACCEPTED.fullmatch(header) else new_request_id()


def bind_request(*, request_id: str) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
