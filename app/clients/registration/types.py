"""What crosses the border: initial access tokens, clients that registered, what is known of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from app.clients.types import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, Client
from app.events.types import Event
from app.kit.paging import Direction, Sort

INITIAL_TOKEN_ID_PREFIX = "iat"
INITIAL_TOKEN_PREFIX = "ainit"
REGISTRATION_TOKEN_PREFIX = "areg"
DEFAULT_TTL_SECONDS = 7 * 86_400
# What lets users in. Other grants act without one: only a token that names them gives them.
SIGN_IN_GRANTS = (AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialToken:
    """A token that clients register with. `scopes` and `grant_types` bound what they may have, None: the usual.

    `max_uses` None: any number. `hint` is its last four characters.
    """

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...] | None
    grant_types: tuple[str, ...] | None
    require_pkce: bool
    max_uses: int | None
    uses: int
    created_by_kind: str
    created_by_id: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def works_at(self, moment: datetime) -> bool:
        """Whether a client may still register with it."""
        is_over = self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= moment)
        return not is_over and (self.max_uses is None or self.uses < self.max_uses)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInitialToken:
    """A token to be made. `ttl_seconds` None: it has no end."""

    name: str
    scopes: tuple[str, ...] | None = None
    grant_types: tuple[str, ...] | None = None
    require_pkce: bool = True
    max_uses: int | None = 1
    ttl_seconds: int | None = DEFAULT_TTL_SECONDS


@dataclass(frozen=True, slots=True)
class CreatedInitialToken:
    """A token and its value, which is shown this once (None: it was shown before)."""

    token: InitialToken
    secret: str | None

    def __repr__(self) -> str:
        return f"CreatedInitialToken({self.token.id!r})"


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client with its registration access token, and its secret where a new one was made."""

    client: Client
    registration_token: str
    secret: str | None

    def __repr__(self) -> str:
        return f"RegisteredClient({self.client.id!r})"


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a client's document. `read_at` is when it last made a client; `problem` why it makes none.

    `has_client`: the client is there. Operators may have deleted it.
    """

    asked_at: datetime
    read_at: datetime | None
    fresh_until: datetime
    problem: str | None
    has_client: bool


class InitialTokenSort(Enum):
    CREATED_AT_DESC = Sort("clients:initial_token:desc", ("created_at", "id"), ("timestamptz", "text"), Direction.DESC)


@dataclass(frozen=True, kw_only=True)
class InitialTokenEvent(Event):
    target_type: ClassVar[str] = "initial_token"


class InitialTokenCreated(InitialTokenEvent):
    action: ClassVar[str] = "initial_token.created"


class InitialTokenRevoked(InitialTokenEvent):
    action: ClassVar[str] = "initial_token.revoked"
