"""What several commands read from the command line: contexts, moments, filters, tuples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson

from app.authz.errors_text import ContextInvalid, MomentInvalid
from app.authz.service.naming import Names
from app.authz.types import RelationTuple, TupleFilter

CLIENT_HELP = "Client that owns the types, by its id; without it, the installation's own."
CONTEXT_HELP = "Attributes and parameters of conditions, as a JSON object."


def read_context(text: str | None) -> dict[str, Any]:
    """The context in `--context`; empty when not given.

    Raises:
        ContextInvalid.
    """
    if text is None:
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ContextInvalid from None
    if not isinstance(value, dict):
        raise ContextInvalid
    return value


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


def read_filter(names: Names, entity: str | None, relation: str | None, subject: str | None) -> TupleFilter:
    """The tuples that `--entity`, `--relation` and `--subject` mean; of entity and subject a type alone will do.

    Raises:
        TextInvalid, TypeUnfamiliar.
    """
    entity_type, entity_id = _split(names, entity)
    if subject is None or ":" not in subject or names.is_type(subject):
        subject_type, subject_id = _split(names, subject)
        subject_relation = None
    else:
        found = names.subject(subject)
        subject_type, subject_id, subject_relation = found.type, found.id, found.relation
    return TupleFilter(
        entity_type=entity_type,
        entity_id=entity_id,
        relation=relation,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_relation=subject_relation,
    )


def _split(names: Names, text: str | None) -> tuple[str | None, str | None]:
    if text is None:
        return None, None
    if names.is_type(text) or ":" not in text:
        return names.type(text), None
    found = names.entity(text)
    return found.type, found.id


def read_tuples(names: Names, texts: Sequence[str]) -> tuple[RelationTuple, ...]:
    """Tuples without conditions.

    Raises:
        TextInvalid, TypeUnfamiliar.
    """
    return tuple(RelationTuple(names.key(text)) for text in texts)
