"""What crosses the border of the api_keys room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar

from app.authz.types import EntityRef
from app.events.types import Event, Outcome
from app.kit.paging import Direction, Sort
from app.users.types import UNSET, Unset

ID_PREFIX = "key"
SUBJECT_TYPE = "apikey"
# The scope of tokens for Auther's own API.
API_SCOPE = "auther:api"


class OwnerKind(StrEnum):
    USER = "user"
    CLIENT = "client"


class KeyUse(StrEnum):
    """What a key may be used for: to get a token for it, or itself at the live check and the API."""

    EXCHANGE = "exchange"
    DIRECT = "direct"


class KeyStatus(StrEnum):
    """Whether a key works now, and if not, why."""

    ACTIVE = "active"
    DISABLED = "disabled"
    EXPIRED = "expired"
    OWNER_INACTIVE = "owner_inactive"


@dataclass(frozen=True, slots=True)
class Owner:
    """The user or client that a key belongs to, and that its tokens name as `sub`."""

    kind: OwnerKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key, without its secret.

    Attributes:
        is_owner_active: whether the owner is neither banned nor disabled.
        created_by_kind, created_by_id: who made it: `user`, `client`, `apikey`, or `system` without an id.
        scopes: what its tokens may carry at most.
        allowed_addresses: networks (CIDR) that it may be used from; empty for everywhere.
        rate_limit_per_minute: uses a minute, None without a limit.
        hint: the last four characters of its secret.
        version: counts its secrets; the former one works until `former_ends_at`.
        last_used_at: to the minute.
    """

    id: str
    name: str
    note: str | None
    owner: Owner
    is_owner_active: bool
    created_by_kind: str
    created_by_id: str | None
    uses: tuple[KeyUse, ...]
    scopes: tuple[str, ...]
    allowed_addresses: tuple[str, ...]
    rate_limit_per_minute: int | None
    is_enabled: bool
    hint: str
    version: int
    former_ends_at: datetime | None
    expires_at: datetime | None
    rotated_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime

    def status_at(self, now: datetime) -> KeyStatus:
        """Whether it works then, as far as is known now."""
        if not self.is_enabled:
            return KeyStatus.DISABLED
        if self.expires_at is not None and self.expires_at <= now:
            return KeyStatus.EXPIRED
        return KeyStatus.ACTIVE if self.is_owner_active else KeyStatus.OWNER_INACTIVE

    def end_of(self, version: int, now: datetime) -> datetime | None:
        """When a version of the secret ends, None for never; `now` when it is over already."""
        if version == self.version:
            return self.expires_at
        if version != self.version - 1 or self.former_ends_at is None:
            return now
        return self.former_ends_at if self.expires_at is None else min(self.former_ends_at, self.expires_at)


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """A relation to an entity that a new key is given: a tuple with the key as subject."""

    entity: EntityRef
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key to be made. Without an owner it belongs to whoever makes it."""

    name: str
    owner_user_id: str | None = None
    owner_client_id: str | None = None
    note: str | None = None
    uses: tuple[KeyUse, ...] = (KeyUse.EXCHANGE, KeyUse.DIRECT)
    scopes: tuple[str, ...] = ()
    allowed_addresses: tuple[str, ...] = ()
    rate_limit_per_minute: int | None = None
    expires_at: datetime | None = None
    grants: tuple[KeyGrant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyChanges:
    """A partial change: UNSET leaves a field, None clears it."""

    name: str | Unset = UNSET
    note: str | Unset | None = UNSET
    uses: tuple[KeyUse, ...] | Unset = UNSET
    scopes: tuple[str, ...] | Unset = UNSET
    allowed_addresses: tuple[str, ...] | Unset = UNSET
    rate_limit_per_minute: int | Unset | None = UNSET
    expires_at: datetime | Unset | None = UNSET

    def given(self) -> dict[str, object]:
        """The fields that change, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class CreatedApiKey:
    """A key and its secret, which is shown this once (None: it was shown before)."""

    key: ApiKey
    secret: str | None

    def __repr__(self) -> str:
        return f"CreatedApiKey({self.key.id!r})"


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A key that was shown with its secret and works now; `version` tells which of its secrets it was."""

    key: ApiKey
    version: int

    def ends_at(self, now: datetime) -> datetime | None:
        """When the secret that was shown ends; None for never."""
        return self.key.end_of(self.version, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyFilter:
    """All that is given must hold. `search` looks into name and id."""

    search: str | None = None
    owner_user_id: str | None = None
    owner_client_id: str | None = None
    is_enabled: bool | None = None


_CREATED = ("created_at", "id")
_NAME = ('lower(name) COLLATE "C"', "id")
_USED = ("coalesce(last_used_at, '1970-01-01 00:00:00+00'::timestamptz)", "id")
_TIMES = ("timestamptz", "text")
_TEXTS = ("text", "text")


class ApiKeySort(Enum):
    CREATED_AT_DESC = Sort("api_keys:created_at:desc", _CREATED, _TIMES, Direction.DESC)
    CREATED_AT_ASC = Sort("api_keys:created_at:asc", _CREATED, _TIMES, Direction.ASC)
    NAME_ASC = Sort("api_keys:name:asc", _NAME, _TEXTS, Direction.ASC)
    NAME_DESC = Sort("api_keys:name:desc", _NAME, _TEXTS, Direction.DESC)
    LAST_USED_AT_DESC = Sort("api_keys:last_used_at:desc", _USED, _TIMES, Direction.DESC)
    LAST_USED_AT_ASC = Sort("api_keys:last_used_at:asc", _USED, _TIMES, Direction.ASC)


@dataclass(frozen=True, kw_only=True)
class ApiKeyEvent(Event):
    target_type: ClassVar[str] = "api_key"


class ApiKeyCreated(ApiKeyEvent):
    action: ClassVar[str] = "api_key.created"


class ApiKeyUpdated(ApiKeyEvent):
    action: ClassVar[str] = "api_key.updated"


class ApiKeyRotated(ApiKeyEvent):
    action: ClassVar[str] = "api_key.rotated"


class ApiKeyDisabledEvent(ApiKeyEvent):
    action: ClassVar[str] = "api_key.disabled"


class ApiKeyEnabledEvent(ApiKeyEvent):
    action: ClassVar[str] = "api_key.enabled"


class ApiKeyRevoked(ApiKeyEvent):
    """A key was deleted; so were its tuples."""

    action: ClassVar[str] = "api_key.revoked"


@dataclass(frozen=True, kw_only=True)
class ApiKeyRefused(ApiKeyEvent):
    """A key was shown and not let in; `reason` is the code. The target is None when no such key exists."""

    action: ClassVar[str] = "api_key.refused"
    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.DENIED
