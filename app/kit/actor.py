"""Who calls, and from where: one value that every service takes first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    USER = "user"
    CLIENT = "client"
    API_KEY = "apikey"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from. `request_id` ties log lines, audit rows and answers together."""

    request_id: str = ""
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller.

    `id` is the subject's id (`usr_…`, `cli_…`, `key_…`), None for anonymous and system callers.
    `client_id` is the OAuth client through which a user's token came. `impersonator_id` is the
    operator who acts as this user. A session that waits for its second factor is anonymous.
    `owner_id`: of an API key, the user or client that it belongs to.
    `is_account_level`: came where only what is one's own can be asked for; holds no platform permission there.
    """

    kind: ActorKind
    id: str | None = None
    session_id: str | None = None
    client_id: str | None = None
    impersonator_id: str | None = None
    scopes: frozenset[str] = frozenset()
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: datetime | None = None
    origin: Origin = field(default_factory=Origin)
    is_account_level: bool = False
    owner_id: str | None = None

    def __hash__(self) -> int:
        # Who has the same id and session but differs in anything else is rare; all fields would cost ten times as much.
        return hash((self.id, self.session_id))

    @property
    def is_authenticated(self) -> bool:
        return self.kind is not ActorKind.ANONYMOUS

    def at(self, origin: Origin) -> Actor:
        """The same caller, seen from this origin."""
        return replace(self, origin=origin)


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM)
