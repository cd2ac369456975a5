"""What several commands read from the command line: JSON objects and moments."""

from __future__ import annotations

from datetime import UTC, date, datetime

import orjson
from pydantic import JsonValue

from app.authz.errors_text import ContextInvalid, MomentInvalid

CLIENT_HELP = "Client that owns the types, by its id; without it, the installation's own."
CONTEXT_HELP = "Attributes and parameters of conditions, as a JSON object."


def read_object(text: str) -> dict[str, JsonValue]:
    """A JSON object.

    Raises:
        ContextInvalid.
    """
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ContextInvalid from None
    if not isinstance(value, dict):
        raise ContextInvalid
    return value


def read_context(text: str | None) -> dict[str, JsonValue] | None:
    """The context in `--context`, None when not given.

    Raises:
        ContextInvalid.
    """
    return None if text is None else read_object(text)


def read_moment(text: str | None) -> datetime | None:
    """`2027-01-01` (its begin in UTC), or a time with its zone.

    Raises:
        MomentInvalid.
    """
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _read_time(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _read_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MomentInvalid(text) from None
    if moment.tzinfo is None:
        raise MomentInvalid(text)
    return moment
