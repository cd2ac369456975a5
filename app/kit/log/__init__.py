"""Structured logs on standard error: one event a line, each with the id of its request.

Secrets and e-mail addresses are cut out of every event (`redaction`), control characters are
escaped, so what a caller sends can neither leak nor forge a line (`rendering`). Records of the
standard `logging` module, uvicorn's for instance, take the same way (`setup`).
"""

from app.kit.log.redaction import redact
from app.kit.log.requests import accept_request_id, bind_request, new_request_id, request_id
from app.kit.log.setup import configure_logging

__all__ = ["accept_request_id", "bind_request", "configure_logging", "new_request_id", "redact", "request_id"]
