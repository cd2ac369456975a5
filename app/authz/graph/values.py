"""Entities, subjects and tuples as the API shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

import strawberry
from strawberry import Parent, field

from app.authz.types import tuples as types
from app.authz.types.tuples import EVERY, policy_of
from app.authz.types.writes import StoredTuple
from app.graph.context import Info
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.paging import Page

Item = TypeVar("Item")
Shown = TypeVar("Shown")

TUPLE_PREFIX = "tup_"
# Types of the system whose ids are those of users, clients and API keys.
_USERS = {"user", "users"}
_CLIENTS = {"client", "clients"}
_KEY = "apikey"


@strawberry.type(description="Something that permissions are about, such as `document:1`. An id of `*` is every one.")
class Entity:
    type: str = field(description="Its type; one that a client owns has the client's id in front, `cli_…:invoice`.")
    id: str = field(description="Its id in the application, or `*` for every entity of the type.")

    @field(
        description="The user, client or API key that it is. Null for everything else, and when it is gone or hidden.",
        graphql_type=Node | None,
    )
    @staticmethod
    async def node(entity: Parent[types.EntityRef], info: Info) -> object | None:
        return await load_referred(info, entity.type, entity.id)


@strawberry.type(
    description="Who may do something: one (`user:anne`), everyone of a type (`user:*`), a userset (`group:g#member`)."
)
class Subject:
    type: str = field(description="Its type: user, apikey, client, group, or a type of a model.")
    id: str = field(description="Its id, or `*` for everyone of the type.")
    relation: str = field(description="Of a userset: the relation that its members have to it; else empty.")

    @field(
        description="The user, client or API key that it is. Null for everything else, and when it is gone or hidden.",
        graphql_type=Node | None,
    )
    @staticmethod
    async def node(subject: Parent[types.SubjectRef], info: Info) -> object | None:
        return await load_referred(info, subject.type, subject.id)


@strawberry.type(description="A relationship: subject has relation to entity.")
class TupleKey:
    entity: Entity = field(description="To what.")
    relation: str = field(description="The relation, such as `viewer`.")
    subject: Subject = field(description="Who.")

    @field(description="All of it as text, `document:1#viewer@user:anne`.")
    @staticmethod
    def text(key: Parent[types.TupleKey]) -> str:
        return str(key)


@strawberry.type(description="A condition on a tuple: it counts only where the condition of the model holds.")
class TupleCondition:
    name: str = field(description="The condition's name in the model.")
    context: JSON = field(description="The parameters that are settled already, a JSON object.")


@dataclass(frozen=True, slots=True)
class TupleRow:
    """What stands behind a `Tuple`."""

    id: str
    entity: types.EntityRef
    relation: str
    subject: types.SubjectRef
    condition: types.ConditionRef | None
    policy: str | None
    starts_at: datetime | None
    expires_at: datetime | None
    revision: int


def to_row(stored: StoredTuple) -> TupleRow:
    """A stored tuple as the API reads it."""
    each = stored.tuple
    return TupleRow(
        f"{TUPLE_PREFIX}{stored.id}",
        each.key.entity,
        each.key.relation,
        each.key.subject,
        *split_limit(each.condition),
        each.starts_at,
        each.expires_at,
        stored.created_rev,
    )


def split_limit(condition: types.ConditionRef | None) -> tuple[types.ConditionRef | None, str | None]:
    """The condition of a tuple, or the name of its policy, as the API shows them apart."""
    policy = policy_of(condition)
    return (condition if policy is None else None), policy


def as_key(key: types.TupleKey) -> TupleKey:
    """The engine's value where a type of the API is declared: its fields read the same attributes."""
    return cast("TupleKey", key)


def as_subject(subject: types.SubjectRef) -> Subject:
    """The engine's value where a type of the API is declared."""
    return cast("Subject", subject)


def map_page(page: Page[Item], show: Callable[[Item], Shown]) -> Page[Shown]:
    """The same page with its items shown in another way."""
    return Page(tuple(map(show, page.items)), page.cursors, page.has_next, page.has_previous)


async def load_referred(info: Info, kind: str, identifier: str | None) -> object | None:
    """The user, client or API key that a type and an id mean; None when it is something else, gone or hidden."""
    if identifier is None or identifier == EVERY:
        return None
    if kind in _USERS:
        from app.users.graph import load_user

        return await load_user(info, identifier)
    if kind in _CLIENTS:
        from app.clients.graph import load_client

        return await load_client(info, identifier)
    if kind == _KEY:
        from app.api_keys.graph import load_key

        return await load_key(info, identifier)
    return None


def actor_subject(kind: str | None, identifier: str | None) -> Subject | None:
    """Who did something, as a subject; None when that is unknown, or was the server itself."""
    return as_subject(types.SubjectRef(kind, identifier)) if kind and identifier else None
