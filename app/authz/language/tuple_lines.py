"""Files of tuples: a JSON object a line, in our own form or in OpenFGA's.

{"entity": "document:1", "relation": "viewer", "subject": "user:anne"}
{"user": "user:anne", "relation": "viewer", "object": "document:1", "condition": {"name": "in_office"}}
{"entity": "document:1", "relation": "viewer", "subject": "user:anne", "policy": "by_night"}
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson

from app.authz.types.tuples import ConditionRef, with_policy
from app.kit.lines import MAX_LINE_BYTES, LineCutter

# Lines are handed on together up to this size.
_MAX_BATCH_BYTES: Final = 16 * 1024 * 1024
_NAMES: Final = ("entity", "relation", "subject")
_OPENFGA_NAMES: Final = ("object", "relation", "user")
_LIMITS: Final = frozenset({"condition", "policy", "startsAt", "expiresAt"})

Source: TypeAlias = AsyncIterable[bytes] | Iterable[bytes]
# Entity, relation, subject, condition, begin, end.
Line: TypeAlias = tuple[str, str, str, ConditionRef | None, datetime | None, datetime | None]


class LineInvalid(ValueError):
    """A line is no tuple; the text says why."""


async def cut_lines(source: Source, size: int) -> AsyncIterator[list[bytes | None]]:
    """The lines of a file, at most `size` at a time; None stands for a line that is too long."""
    waiting: list[bytes | None] = []
    waiting_bytes = 0
    cutter = LineCutter()
    async for chunk in _chunks(source):
        waiting += cutter.feed(chunk)
        waiting_bytes += len(chunk)
        if len(waiting) < size and waiting_bytes < _MAX_BATCH_BYTES:
            continue
        while len(waiting) >= size:
            yield waiting[:size]
            waiting = waiting[size:]
        if waiting and waiting_bytes >= _MAX_BATCH_BYTES:
            yield waiting
            waiting = []
        waiting_bytes = sum(len(line or b"") for line in waiting)
    waiting += cutter.feed(b"\n")
    for start in range(0, len(waiting), size):
        yield waiting[start : start + size]


async def _chunks(source: Source) -> AsyncIterator[bytes]:
    if isinstance(source, AsyncIterable):
        async for chunk in source:
            yield chunk
        return
    for chunk in source:
        yield chunk


def read_line(line: bytes | None) -> Line:
    """The tuple in a line.

    Raises:
        LineInvalid.
    """
    if line is None:
        raise LineInvalid(f"The line is longer than {MAX_LINE_BYTES // 1024} KiB.")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineInvalid(f"This is no JSON: {error.msg}.") from None
    if type(value) is not dict:
        raise LineInvalid("A line holds one JSON object.")
    # What most lines look like; the rest takes the careful way.
    if len(value) == len(_NAMES) and "entity" in value:
        entity, relation, subject = value["entity"], value.get("relation"), value.get("subject")
        if type(entity) is str and type(relation) is str and type(subject) is str:
            return (entity, relation, subject, None, None, None)
    return _read_object(value)


def _read_object(value: dict[str, Any]) -> Line:
    names = _OPENFGA_NAMES if "user" in value or "object" in value else _NAMES
    if unknown := sorted(value.keys() - _LIMITS - set(names)):
        raise LineInvalid(f"Unknown field `{unknown[0]:.64}`; a line may have {', '.join((*names, *sorted(_LIMITS)))}.")
    entity, relation, subject = (_text(value, name) for name in names)
    return (
        entity, relation, subject,
        _limit(value), _moment(value, "startsAt"), _moment(value, "expiresAt"),
    )  # fmt: skip


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise LineInvalid(f"`{name}` has to be a text." if name in value else f"`{name}` is missing.")
    return found


def _limit(value: dict[str, Any]) -> ConditionRef | None:
    """The condition of a line, or its policy."""
    policy = value.get("policy")
    if policy is None:
        return _condition(value.get("condition"))
    if value.get("condition") is not None:
        raise LineInvalid("A tuple has a `condition` or a `policy`, not both.")
    if not isinstance(policy, str):
        raise LineInvalid("`policy` has to be a text.")
    return with_policy(policy)


def _condition(value: object) -> ConditionRef | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or value.keys() - {"name", "context"}:
        raise LineInvalid('`condition` has to be {"name": …, "context": {…}}.')
    context = value.get("context")
    if context is not None and not isinstance(context, dict):
        raise LineInvalid("The `context` of a condition has to be an object.")
    return ConditionRef(value["name"], context or {})


def _moment(value: dict[str, Any], name: str) -> datetime | None:
    found = value.get(name)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found)
    except (TypeError, ValueError):
        raise LineInvalid(f"`{name}` has to be a moment, as in 2027-01-01T00:00:00Z.") from None
