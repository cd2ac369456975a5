"""Puts logging together: structlog for us, a bridge for the libraries that use `logging`."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.kit.log.redaction import redact
from app.kit.log.rendering import render_console, render_json

# At a lower level these write parameters of statements, URLs with codes, and headers.
_TALKATIVE = ("tortoise", "asyncpg", "httpx", "httpcore", "aiosmtplib", "uvicorn.access")
_lock = threading.Lock()
_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")


class _Writer:
    """Writes whole lines. A log that cannot be written never fails what is logged about."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self.name = name

    def msg(self, line: str) -> None:
        with _lock, suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = warn = error = critical = fatal = exception = log = msg


class _Bridge(logging.Handler):
    """Sends records of `logging` through our processors."""

    def __init__(self, stream: TextIO, processors: list[Processor]) -> None:
        super().__init__()
        self._stream = stream
        self._processors = processors

    def emit(self, record: logging.LogRecord) -> None:
        try:
            writer = _Writer(self._stream, record.name)
            rendered: Any = {"event": record.getMessage(), "exc_info": record.exc_info}
            for processor in self._processors:
                rendered = processor(writer, record.levelname.lower(), rendered)
            writer.msg(rendered)
        except Exception:  # noqa: BLE001 - as every handler of `logging`: a malformed record is not the caller's failure
            self.handleError(record)


def configure_logging(*, level: str, is_json: bool) -> None:
    """Write events of this level and above to standard error, as JSON lines or for people.

    Calling it again replaces the former configuration. uvicorn must be run with `log_config=None`.

    Args:
        level: debug, info, warning or error.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    stream = sys.stderr
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _add_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
        render_json if is_json else render_console,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *names: _Writer(stream, str(names[0]) if names else "auther"),
        cache_logger_on_first_use=False,
    )
    _route_standard_logging(number, _Bridge(stream, processors))


def _route_standard_logging(level: int, bridge: _Bridge) -> None:
    root = logging.getLogger()
    root.handlers[:] = [bridge]
    root.setLevel(level)
    for name in _UVICORN:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.getLogger("tortoise.db_client").setLevel(max(level, logging.WARNING))


def _add_name(logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["logger"] = logger.name
    return event
