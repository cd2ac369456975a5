"""Tuples as they come from the database, and what the index keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from app.authz.types.tuples import ConditionRef


class Row(NamedTuple):
    """A stored tuple. Plain tuples of this shape do as well. Types are the ids of `CompiledType`.

    `condition_context` is a JSON object or None; times are aware, `expires_at` is exclusive.
    """

    entity_type: int
    entity_id: str
    relation: str
    subject_type: int
    subject_id: str
    subject_relation: str = ""
    condition: str | None = None
    condition_context: str | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None


class Key(NamedTuple):
    """What is one tuple: there are never two of a key."""

    entity_type: int
    entity_id: str
    relation: str
    subject_type: int
    subject_id: str
    subject_relation: str


class Entry(NamedTuple):
    """A tuple without its times."""

    key: Key
    condition: ConditionRef | None


_NOTHING: Mapping[str, Any] = {}
_bare: dict[str, ConditionRef] = {}


def entry_of(row: Row) -> Entry:
    """What the index keeps of a row."""
    return Entry(Key(*row[:6]), _condition(row[6], row[7]))


def _condition(name: str | None, context: str | None) -> ConditionRef | None:
    if name is None:
        return None
    found = orjson.loads(context) if context else _NOTHING
    return ConditionRef(name, found) if found else _bare.setdefault(name, ConditionRef(name, _NOTHING))
