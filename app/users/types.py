"""What crosses the border of the users room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar, NewType

from app.events.types import Event
from app.kit.paging import Direction, Sort

UserId = NewType("UserId", str)
ID_PREFIX = "usr"


class UserStatus(StrEnum):
    """A user has one: whoever is about to be erased counts as that, banned or not."""

    ACTIVE = "active"
    BANNED = "banned"
    PENDING_DELETION = "pending_deletion"


@dataclass(frozen=True, slots=True)
class Ban:
    """Why and until when (None: for good) a user may not sign in."""

    reason: str | None
    until: datetime | None
    banned_at: datetime
    banned_by: str | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """When an account was to be erased, and when it will be. `by` is the user's own id where they wanted it."""

    scheduled_at: datetime
    erased_at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a deleted user: by whom (an id), and which account it became part of."""

    id: str
    deleted_at: datetime
    deleted_by: str | None
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class User:
    """An account. `ban` is None once a ban with an end is over."""

    id: str
    email: str
    email_verified: bool
    username: str | None
    name: str | None
    picture: str | None
    locale: str | None
    zoneinfo: str | None
    attributes: Mapping[str, object]
    ban: Ban | None
    created_at: datetime
    updated_at: datetime
    last_sign_in_at: datetime | None
    deletion: Deletion | None = None

    @property
    def status(self) -> UserStatus:
        if self.deletion:
            return UserStatus.PENDING_DELETION
        return UserStatus.BANNED if self.ban else UserStatus.ACTIVE

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in, and what they gave to applications and keys is worth something."""
        return self.ban is None and self.deletion is None

    @property
    def is_leaving_by_own_wish(self) -> bool:
        return self.deletion is not None and self.deletion.by == self.id

    def is_left_to(self, actor_id: str | None) -> bool:
        """Whether an order of this actor (None: of the system) takes the place of the user's own wish to leave."""
        return self.is_leaving_by_own_wish and actor_id != self.id

    @property
    def may_prove_themselves(self) -> bool:
        """Whether signing in leads anywhere: in, or to calling off a deletion that the user wanted."""
        return self.ban is None and (self.deletion is None or self.is_leaving_by_own_wish)

    @property
    def label(self) -> str:
        """What to call the person on a page."""
        return self.name or self.username or self.email


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account to be made. `id` keeps a foreign id at an import."""

    email: str
    email_verified: bool = False
    username: str | None = None
    name: str | None = None
    picture: str | None = None
    locale: str | None = None
    zoneinfo: str | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedUser(NewUser):
    """An account that another system kept. `created_at` None: now."""

    created_at: datetime | None = None
    is_banned: bool = False
    ban_reason: str | None = None
    ban_until: datetime | None = None


class Unset(Enum):
    """Marks a field that a change leaves as it is."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanges:
    """A partial change: UNSET leaves a field, None clears it."""

    email: str | Unset = UNSET
    email_verified: bool | Unset = UNSET
    username: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    picture: str | Unset | None = UNSET
    locale: str | Unset | None = UNSET
    zoneinfo: str | Unset | None = UNSET
    attributes: Mapping[str, object] | Unset = UNSET

    def given(self) -> dict[str, object]:
        """The fields that change, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not UNSET}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """All that is given must hold. `search` looks into e-mail, username, name and id."""

    search: str | None = None
    status: UserStatus | None = None
    email_verified: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


_CREATED = ("created_at", "id")
_EMAIL = ('lower(email) COLLATE "C"', "id")
_NAME = ("lower(coalesce(name, '')) COLLATE \"C\"", "id")
_SIGNED_IN = ("coalesce(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)", "id")
_TIMES = ("timestamptz", "text")
_TEXTS = ("text", "text")


class UserSort(Enum):
    CREATED_AT_DESC = Sort("users:created_at:desc", _CREATED, _TIMES, Direction.DESC)
    CREATED_AT_ASC = Sort("users:created_at:asc", _CREATED, _TIMES, Direction.ASC)
    EMAIL_ASC = Sort("users:email:asc", _EMAIL, _TEXTS, Direction.ASC)
    EMAIL_DESC = Sort("users:email:desc", _EMAIL, _TEXTS, Direction.DESC)
    NAME_ASC = Sort("users:name:asc", _NAME, _TEXTS, Direction.ASC)
    NAME_DESC = Sort("users:name:desc", _NAME, _TEXTS, Direction.DESC)
    LAST_SIGN_IN_AT_DESC = Sort("users:last_sign_in_at:desc", _SIGNED_IN, _TIMES, Direction.DESC)
    LAST_SIGN_IN_AT_ASC = Sort("users:last_sign_in_at:asc", _SIGNED_IN, _TIMES, Direction.ASC)


def describe(user: User) -> dict[str, object]:
    """A user as events and audit rows show it: public fields, JSON values."""
    return {
        "id": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "username": user.username,
        "name": user.name,
        "picture": user.picture,
        "locale": user.locale,
        "zoneinfo": user.zoneinfo,
        "attributes": dict(user.attributes),
        "status": user.status.value,
    }


def status_of(user: User) -> dict[str, object]:
    """Whether a user is banned, why and until when, as JSON values."""
    if user.ban is None:
        return {"status": "active"}
    until = user.ban.until.isoformat() if user.ban.until else None
    return {"status": "banned", "reason": user.ban.reason, "until": until}


def deletion_of(user: User) -> dict[str, object] | None:
    """When and at whose wish a user will be erased, as JSON values; None when that is not planned."""
    if user.deletion is None:
        return None
    return {"erased_at": user.deletion.erased_at.isoformat(), "is_own_wish": user.is_leaving_by_own_wish}


@dataclass(frozen=True, kw_only=True)
class UserEvent(Event):
    target_type: ClassVar[str] = "user"


class UserCreated(UserEvent):
    action: ClassVar[str] = "user.created"


class UserImported(UserEvent):
    """Came from another system: nobody outside is told."""

    action: ClassVar[str] = "user.imported"
    is_published: ClassVar[bool] = False


class UserUpdated(UserEvent):
    action: ClassVar[str] = "user.updated"


class UserDeleted(UserEvent):
    action: ClassVar[str] = "user.deleted"


class UserDeletionScheduled(UserEvent):
    action: ClassVar[str] = "user.deletion_scheduled"


class UserRestored(UserEvent):
    action: ClassVar[str] = "user.restored"


class UserVerified(UserEvent):
    action: ClassVar[str] = "user.verified"


class UserBanned(UserEvent):
    action: ClassVar[str] = "user.banned"


class UserUnbanned(UserEvent):
    action: ClassVar[str] = "user.unbanned"
