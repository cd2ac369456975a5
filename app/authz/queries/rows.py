"""Tuples as rows and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from app.authz.types.tuples import ConditionRef, RelationTuple, TupleKey
from app.kit import db

# What `deleted_rev` is while a tuple stands.
STANDS: Final = 9223372036854775807
# Types below are defined by the code.
FIRST_STORED_TYPE: Final = 1_000
# The name of a type whose row is gone.
_NAMELESS: Final = "unknown-type-{}"
KEY_COLUMNS: Final = "entity_type, entity_id, relation, subject_type, subject_id, subject_relation"
COLUMNS: Final = f"{KEY_COLUMNS}, condition, condition_context, starts_at, expires_at"

KeyRow = tuple[int, str, str, int, str, str]
# A row in the order of `COLUMNS`.
FullRow = tuple[int, str, str, int, str, str, str | None, str | None, datetime | None, datetime | None]


def to_key_row(key: TupleKey, ids: Mapping[str, int]) -> KeyRow:
    """A key in the order of `KEY_COLUMNS`.

    Raises:
        KeyError: a type has no id.
    """
    return (
        ids[key.entity_type], key.entity_id, key.relation, ids[key.subject_type], key.subject_id, key.subject_relation,
    )  # fmt: skip


def to_row(each: RelationTuple, ids: Mapping[str, int]) -> FullRow:
    """A tuple in the order of `COLUMNS`."""
    condition = each.condition
    return (
        *to_key_row(each.key, ids),
        condition.name if condition else None,
        dump_context(condition),
        each.starts_at,
        each.expires_at,
    )


def to_key(row: db.Row, names: Mapping[int, str]) -> TupleKey:
    """The key of a row; types by their full names."""
    return TupleKey(
        name_of(names, row["entity_type"]),
        row["entity_id"],
        row["relation"],
        name_of(names, row["subject_type"]),
        row["subject_id"],
        row["subject_relation"],
    )


def to_tuple(row: db.Row, names: Mapping[int, str]) -> RelationTuple:
    """The tuple of a row that has `COLUMNS`."""
    return RelationTuple(to_key(row, names), to_condition(row), row["starts_at"], row["expires_at"])


def to_condition(row: db.Row) -> ConditionRef | None:
    """The condition of a row, None when it has none."""
    if row["condition"] is None:
        return None
    return ConditionRef(row["condition"], db.load_json(row["condition_context"]) or {})


def dump_context(condition: ConditionRef | None) -> str | None:
    """The stored context of a condition in its one form, None when it is empty."""
    if condition is None or not condition.context:
        return None
    return orjson.dumps(dict(condition.context), option=orjson.OPT_SORT_KEYS).decode()


def name_of(names: Mapping[int, str], type_id: int) -> str:
    """The full name of a type."""
    return names.get(type_id) or _NAMELESS.format(type_id)
