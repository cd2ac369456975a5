"""What crosses the border of the contexts room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Final

from app.authz.types import EVERY, RelationTuple, TupleKey
from app.events.types import Event, Outcome
from app.kit.paging import Direction, Sort
from app.users.types import UNSET, Unset

CONTEXT_PREFIX: Final = "ctx"


@dataclass(frozen=True, slots=True)
class Grant:
    """A relation that people get. The type by its full name; an id of `*` is every entity of it."""

    entity_type: str
    relation: str
    entity_id: str = EVERY

    def __str__(self) -> str:
        return f"{self.entity_type}:{self.entity_id}#{self.relation}"

    def to(self, user_id: str) -> RelationTuple:
        """The tuple that gives it to a user."""
        return RelationTuple(TupleKey(self.entity_type, self.entity_id, self.relation, "user", user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who comes, and what they get.

    Attributes:
        client_id: applies to who comes through this client, or for it; None: to everybody who signs up.
        allowed_origins: of applications; who comes from elsewhere is left out. Empty: from anywhere.
        allowed_domains: of proved addresses, each exactly as it stands. Empty: everybody.
    """

    id: str
    slug: str
    name: str
    description: str | None
    client_id: str | None
    grants: tuple[Grant, ...]
    allowed_origins: tuple[str, ...]
    allowed_domains: tuple[str, ...]
    is_enabled: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContext:
    """A context to be made."""

    slug: str
    name: str
    grants: tuple[Grant, ...]
    description: str | None = None
    client_id: str | None = None
    allowed_origins: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextChanges:
    """A partial change: UNSET leaves a field, None clears it. Slug and client stay."""

    name: str | Unset = UNSET
    description: str | Unset | None = UNSET
    grants: tuple[Grant, ...] | Unset = UNSET
    allowed_origins: tuple[str, ...] | Unset = UNSET
    allowed_domains: tuple[str, ...] | Unset = UNSET
    is_enabled: bool | Unset = UNSET

    def given(self) -> dict[str, object]:
        """The fields that change, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not UNSET}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFilter:
    """All that is given must hold."""

    client_id: str | None = None
    is_platform_wide: bool | None = None
    is_enabled: bool | None = None


class ContextSort(Enum):
    SLUG_ASC = Sort("contexts:slug:asc", ('slug COLLATE "C"', "id"), ("text", "text"), Direction.ASC)
    CREATED_AT_DESC = Sort("contexts:created_at:desc", ("created_at", "id"), ("timestamptz", "text"), Direction.DESC)


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody comes.

    Attributes:
        clients: the one that they come through, and those that they want to use with it.
        domain: of their address, once it is proved.
        origin: of the application that they come from; None when they come by themselves, or it has none.
    """

    clients: tuple[str, ...] = ()
    domain: str | None = None
    origin: str | None = None


# Means nobody: no context is applied for it.
NO_ENTRY: Final = Entry()


@dataclass(frozen=True, kw_only=True)
class ContextEvent(Event):
    target_type: ClassVar[str] = "registration_context"


class ContextCreated(ContextEvent):
    action: ClassVar[str] = "registration_context.created"


class ContextUpdated(ContextEvent):
    action: ClassVar[str] = "registration_context.updated"


class ContextDeleted(ContextEvent):
    action: ClassVar[str] = "registration_context.deleted"


class ContextApplied(ContextEvent):
    """A user got what a context gives; `after` has the grants."""

    action: ClassVar[str] = "registration_context.applied"


@dataclass(frozen=True, kw_only=True)
class GrantSkipped(ContextEvent):
    """A grant was left out: no model allows it any more, it is about a client that is gone, or the user has it with
    limits. `reason` is the code."""

    action: ClassVar[str] = "registration_context.grant_skipped"
    outcome: Outcome = Outcome.FAILURE
