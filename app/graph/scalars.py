"""Scalars of the API beside GraphQL's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)

MAX_JSON_DEPTH = 32
_SHORTEST_DATE_TIME = len("2026-01-01T00:00Z")


def parse_date_time(value: object) -> datetime:
    """An aware moment in UTC from RFC 3339 text."""
    if isinstance(value, str) and len(value) >= _SHORTEST_DATE_TIME:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("A DateTime is RFC 3339 text with an offset, such as 2026-01-31T12:00:00Z.")


def parse_json(value: object) -> object:
    """A JSON value that can be stored: bounded in depth, numbers of 64 bits."""
    try:
        if _depth(value, MAX_JSON_DEPTH) <= MAX_JSON_DEPTH:
            orjson.dumps(value)
            return value
    except TypeError:
        raise GraphQLError("This JSON value holds something that cannot be stored.") from None
    raise GraphQLError(f"A JSON value is nested at most {MAX_JSON_DEPTH} levels deep.")


def _depth(value: object, most: int) -> int:
    """Levels of nesting; counting stops at `most` + 1."""
    if not isinstance(value, dict | list):
        return 0
    if most == 0:
        return 1
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(item, most - 1) for item in inner), default=0)


def _as_is(value: Any) -> Any:
    # orjson writes aware datetimes as RFC 3339 in UTC, faster than Python can.
    return value


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


_DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A moment in UTC as RFC 3339 text, such as `2026-01-31T12:00:00Z`. Any offset is accepted as input.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=_as_is,
    parse_value=parse_date_time,
)
_JSON = strawberry.scalar(
    name="JSON",
    description="Any JSON value.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    serialize=_plain,
    parse_value=parse_json,
)

SCALARS: dict[object, ScalarDefinition] = {datetime: _DATE_TIME, JSON: _JSON}
