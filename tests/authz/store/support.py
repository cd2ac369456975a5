"""Documents in folders of a client, and short ways to write and read tuples."""

from __future__ import annotations

from collections.abc import Iterable

from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import EntityRef, RelationTuple, TupleKey, TupleWrite, WriteResult
from app.authz.types.saving import ModelDraft
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from tests.support import commit

SCOPE = "cli_app"
STANDS = 9223372036854775807
SOURCE = """
model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member] hierarchy
type folder
  relations
    define parent: [folder] hierarchy
    define viewer: [user, user:*, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define owner: [user, user with late]
    define viewer: [user, user:*, group#member] or owner or viewer from parent
    define audience: viewer
  permissions
    define read: viewer
condition late(hour: int) { hour > 20 }
"""


async def save_app(source: str = SOURCE, scope: str = SCOPE) -> None:
    """Save the application's model."""
    await commit(save_model(SYSTEM, ModelDraft(scope, source)))


def key(text: str) -> TupleKey:
    """`document:1#viewer@user:ann`: types are those of the application, apart from `user`."""
    entity, _, subject = text.partition("@")
    entity, _, relation = entity.rpartition("#")
    entity_type, _, entity_id = entity.partition(":")
    subject_type, _, rest = subject.partition(":")
    subject_id, _, subject_relation = rest.partition("#")
    return TupleKey(_owned(entity_type), entity_id, relation, _owned(subject_type), subject_id, subject_relation)


def entity(text: str) -> EntityRef:
    """`document:1`."""
    entity_type, _, entity_id = text.partition(":")
    return EntityRef(_owned(entity_type), entity_id)


def tuples(*texts: str) -> tuple[RelationTuple, ...]:
    return tuple(RelationTuple(key(text)) for text in texts)


def keys(*texts: str) -> tuple[TupleKey, ...]:
    return tuple(key(text) for text in texts)


async def write(actor: Actor = SYSTEM, **fields: object) -> WriteResult:
    """Write and commit."""
    return await commit(write_tuples(actor, TupleWrite(**fields)))  # type: ignore[arg-type]


async def touch(*texts: str) -> WriteResult:
    return await write(touch=tuples(*texts))


async def standing() -> set[str]:
    """Texts of what stands."""
    return texts_of(
        await db.fetch(
            "SELECT t.*, coalesce(e.name, 'user') AS et, coalesce(s.name, 'user') AS st FROM authz_tuple t"
            " LEFT JOIN authz_type e ON e.id = t.entity_type LEFT JOIN authz_type s ON s.id = t.subject_type"
            f" WHERE deleted_rev = {STANDS}"
        )
    )


def texts_of(rows: Iterable[db.Row]) -> set[str]:
    return {
        f"{row['et']}:{row['entity_id']}#{row['relation']}@{row['st']}:{row['subject_id']}"
        + (f"#{row['subject_relation']}" if row["subject_relation"] else "")
        for row in rows
    }


async def revision() -> int:
    """The last one."""
    return await db.fetch_value("SELECT coalesce(max(revision), 0) FROM authz_head") or 0


def _owned(name: str) -> str:
    return name if name == "user" else f"{SCOPE}:{name}"
