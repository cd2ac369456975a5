"""An application whose tuples are written, and short ways to say which ones and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.authz.queries.head import read_head
from app.authz.service.models import save_model
from app.authz.service.tuple_lists import list_changes, list_tuples
from app.authz.service.tuples import write_tuples
from app.authz.types import ChangePlace, EntityRef, RelationTuple, TupleChange, TupleFilter, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite, WriteResult
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import AppError, InputProblems
from app.kit.paging import PageRequest
from tests.support import commit, read_everything

SCOPE = "cli_app"
DOCUMENT, FOLDER, TEAM = (f"{SCOPE}:{name}" for name in ("document", "folder", "team"))
SOURCE = """
model
  schema 1.1
type user
type team
  relations
    define member: [user, team#member] hierarchy
type folder
  relations
    define parent: [folder] hierarchy
    define viewer: [user, user:*, team#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define owner: [user, user with after_hour]
    define guest: [user with after_hour]
    define viewer: [user, user:*, team#member] or owner or viewer from parent
    define reader: viewer but not guest
  permissions
    define read: reader
condition after_hour(hour: int, zone: string) { hour > 20 && zone == "utc" }
"""
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def save_app(source: str = SOURCE, scope: str = SCOPE, **fields: object) -> None:
    """Save the application's model: one revision."""
    await commit(save_model(SYSTEM, ModelDraft(scope, source, **fields)))  # type: ignore[arg-type]


def key(text: str, scope: str = SCOPE) -> TupleKey:
    """A key as it is usually written; types other than `user` are those of the application."""
    entity, _, rest = text.partition("#")
    relation, _, subject = rest.partition("@")
    entity_type, _, entity_id = entity.partition(":")
    subject_type, _, named = subject.partition(":")
    subject_id, _, subject_relation = named.partition("#")
    owned = subject_type if subject_type == "user" else f"{scope}:{subject_type}"
    return TupleKey(f"{scope}:{entity_type}", entity_id, relation, owned, subject_id, subject_relation)


def fact(text: str, **fields: object) -> RelationTuple:
    """A tuple by its key."""
    return RelationTuple(key(text), **fields)  # type: ignore[arg-type]


def tuples(*texts: str) -> tuple[RelationTuple, ...]:
    """Tuples by their keys."""
    return tuple(map(fact, texts))


def keys(*texts: str) -> tuple[TupleKey, ...]:
    """Several keys."""
    return tuple(map(key, texts))


def place(text: str) -> tuple[EntityRef, str]:
    """An entity and a relation: `document:1#viewer`."""
    found = key(f"{text}@user:nobody")
    return found.entity, found.relation


async def touch(*texts: str) -> WriteResult:
    """Write tuples by their keys."""
    return await write(touch=tuples(*texts))


async def write(actor: Actor = SYSTEM, **fields: object) -> WriteResult:
    """Write in a unit of work of its own."""
    return await commit(write_tuples(actor, TupleWrite(**fields)))  # type: ignore[arg-type]


async def refuse(actor: Actor = SYSTEM, **fields: object) -> list[AppError]:
    """What is wrong with a write; nothing was done."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await write(actor, **fields)
    assert await read_everything() == before
    return [*caught.value.problems] if isinstance(caught.value, InputProblems) else [caught.value]


def problems(found: list[AppError]) -> list[tuple[str, tuple[str, ...]]]:
    """Codes and paths."""
    return [(each.code, tuple(each.field)) for each in found]


async def standing(wanted: TupleFilter | None = None) -> list[str]:
    """Keys of what stands, in the order of their writing, without the application's name."""
    page = await list_tuples(SYSTEM, wanted or TupleFilter(), PageRequest(first=100))
    return [short(each.tuple.key) for each in page.items]


def short(named: TupleKey) -> str:
    """A key without the application's name."""
    return str(named).replace(f"{SCOPE}:", "")


async def changes(after: int = 0) -> list[TupleChange]:
    """The changelog after a revision."""
    return (await list_changes(SYSTEM, ChangePlace(after + 1)))[0]


async def revision() -> int:
    """The last revision."""
    return (await read_head()).revision


async def count_rows(table: str) -> int:
    """How many rows a table has."""
    found: int = await db.fetch_value(f'SELECT count(*) FROM "{table}"')
    return found
