"""Tuples as lines of JSON: our own form, and OpenFGA's."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from app.authz.errors import TupleInvalid
from app.authz.types.tuples import ConditionRef, RelationTuple, TupleKey

# Bytes of a line: a context of 32 KiB, escaped, and what is around it.
MAX_LINE: Final = 256 * 1024
_OWN: Final = ("entity", "relation", "subject")
_OPENFGA: Final = ("object", "relation", "user")

Line = bytes | str | Mapping[str, Any]


def parse_line(line: Line, types: Container[str]) -> RelationTuple:
    """The tuple of a line. Types of clients are written in full, `cli_1:invoice:7`.

    Args:
        types: full names of the known types: an id may hold colons, too, so these say where it begins.

    Raises:
        TupleInvalid: the line is none; it says why.
    """
    values = _load(line)
    names = _OPENFGA if "object" in values else _OWN
    entity, relation, subject = (values.get(name) for name in names)
    if not isinstance(entity, str) or not isinstance(relation, str) or not isinstance(subject, str):
        raise TupleInvalid(f"A tuple has {names[0]}, {names[1]} and {names[2]}, each a text.")
    entity_type, entity_id = split_name(entity, types)
    userset, _, subject_relation = subject.partition("#")
    subject_type, subject_id = split_name(userset, types)
    key = TupleKey(entity_type, entity_id, relation, subject_type, subject_id, subject_relation)
    if len(values) == len(names):
        return RelationTuple(key)
    return RelationTuple(
        key,
        _read_condition(values.get("condition")),
        _read_moment(values, "startsAt"),
        _read_moment(values, "expiresAt"),
    )


def split_name(text: str, types: Container[str]) -> tuple[str, str]:
    """Type and id of `document:1` or `cli_1:invoice:7`.

    Raises:
        TupleInvalid: there is no colon.
    """
    first, colon, rest = text.partition(":")
    if not colon:
        raise TupleInvalid(f"{ascii(text)[:80]} is no `type:id`.")
    second, colon, entity_id = rest.partition(":")
    if colon and f"{first}:{second}" in types:
        return f"{first}:{second}", entity_id
    return first, rest


def format_line(each: RelationTuple) -> bytes:
    """A line of JSON in our own form, with its end."""
    key = each.key
    values: dict[str, Any] = {"entity": str(key.entity), "relation": key.relation, "subject": str(key.subject)}
    if each.condition is not None:
        values["condition"] = {"name": each.condition.name, "context": dict(each.condition.context)}
    if each.starts_at is not None:
        values["startsAt"] = each.starts_at
    if each.expires_at is not None:
        values["expiresAt"] = each.expires_at
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _load(line: Line) -> Mapping[str, Any]:
    if isinstance(line, Mapping):
        return line
    if len(line) > MAX_LINE:
        raise TupleInvalid(f"A line has at most {MAX_LINE} bytes.")
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise TupleInvalid(f"This is not JSON: {error}.") from None
    if not isinstance(values, dict):
        raise TupleInvalid("A line is one JSON object.")
    return values


def _read_condition(value: object) -> ConditionRef | None:
    if value is None or value == "":
        return None
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise TupleInvalid("A condition has a name and perhaps a context.", "condition")
    context = value.get("context")
    if context is not None and not isinstance(context, Mapping):
        raise TupleInvalid("The context of a condition is an object.", "condition")
    return ConditionRef(value["name"], context or {})


def _read_moment(values: Mapping[str, Any], name: str) -> datetime | None:
    value = values.get(name)
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise TupleInvalid(f"{name} is a moment such as 2030-01-31T12:00:00Z.", name) from None
