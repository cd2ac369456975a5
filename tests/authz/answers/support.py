"""A small application to ask about: documents in folders, groups, a condition and a policy."""

from __future__ import annotations

import re

from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import Check, EntityRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM
from tests.authz.policies import keep_missing_policies
from tests.support import commit

SCOPE = "cli_app"
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
    define viewer: [user, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define blocked: [user]
    define owner: [user, user with late]
    define viewer: [user, user:*] or owner or viewer from parent
    define reader: viewer but not blocked
  permissions
    define read: reader
    define share: owner
    define sign: viewer policy four_eyes
condition late(hour: int) { hour > 20 }
"""


def subject(user_id: str) -> SubjectRef:
    return SubjectRef("user", user_id)


def document(name: str) -> EntityRef:
    return EntityRef(f"{SCOPE}:document", name)


def ask(user_id: str, action: str, name: str, **fields: object) -> Check:
    return Check(subject(user_id), action, document(name), **fields)  # type: ignore[arg-type]


def key(entity: str, relation: str, named: str) -> TupleKey:
    """A key of the application: `document:1`, `viewer`, `user:ann` or `group:g#member`."""
    entity_type, _, entity_id = entity.partition(":")
    subject_type, _, rest = named.partition(":")
    subject_id, _, subject_relation = rest.partition("#")
    owned = subject_type if subject_type == "user" else f"{SCOPE}:{subject_type}"
    return TupleKey(f"{SCOPE}:{entity_type}", entity_id, relation, owned, subject_id, subject_relation)


async def save_app(source: str = SOURCE, **fields: object) -> None:
    """Save the application's model, and the policies that it names."""
    await save_app_of(SCOPE, source, **fields)


async def save_app_of(client_id: str, source: str = SOURCE, **fields: object) -> None:
    """Save the model of a client, and the policies that it names."""
    await keep_missing_policies(client_id, *re.findall(r" policy (\w+)", source))
    await commit(save_model(SYSTEM, ModelDraft(client_id, source, **fields)))  # type: ignore[arg-type]


async def grant(*facts: tuple[str, str, str] | RelationTuple) -> str:
    """Write tuples; the consistency token."""
    tuples = tuple(each if isinstance(each, RelationTuple) else RelationTuple(key(*each)) for each in facts)
    return (await commit(write_tuples(SYSTEM, TupleWrite(touch=tuples)))).token


async def revoke(*facts: tuple[str, str, str]) -> str:
    """End tuples; the consistency token."""
    return (await commit(write_tuples(SYSTEM, TupleWrite(delete=tuple(key(*each) for each in facts))))).token
