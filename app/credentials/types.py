"""What crosses the border of the credentials room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from app.events.types import Event
from app.kit.errors import TooMany

LINK_PREFIX = "lnk"
LINK_TOKEN_PREFIX = "alk"


class LinkPurpose(StrEnum):
    """What a one-time link is good for; a link of one purpose never serves another."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"
    INVITE = "invite"
    SIGN_UP = "sign_up"
    UNLOCK = "unlock"
    CHANGE_EMAIL = "change_email"


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password was right. `version` counts the user's passwords so far."""

    is_correct: bool
    must_change: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class ImportedHash:
    """The password of an imported account, as its former system hashed it."""

    user_id: str
    hash: str = field(repr=False)
    must_change: bool


@dataclass(frozen=True, slots=True)
class PreparedPassword:
    """A password that was found strong enough, hashed and ready to be stored."""

    phc: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a valid link proves: its holder reads mail at `email`.

    `user_id` is None only for SIGN_UP, whose account does not exist yet; `details` are what was
    kept with it.
    """

    purpose: LinkPurpose
    user_id: str | None
    email: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that was sent and not used yet."""

    claim: LinkClaim
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One guess at a password, counted before the password is looked at.

    `refusal` is set when the guess must not be made. `bucket` is where it was counted, and `address` whose, None when
    that does not count. `locks`: if this guess is wrong, no stranger makes another for a while.
    """

    bucket: str
    address: str | None = None
    refusal: TooMany | None = None
    locks: bool = False


@dataclass(frozen=True, slots=True)
class StoredPassword:
    phc: str = field(repr=False)
    version: int
    must_change: bool


@dataclass(frozen=True, slots=True)
class Throttle:
    """Wrong passwords in one bucket; forgotten at `expires_at`."""

    failures: int
    last_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    action: ClassVar[str] = "password.changed"
    target_type: ClassVar[str] = "user"


@dataclass(frozen=True, kw_only=True)
class SignInLocked(Event):
    """Strangers guessed a user's password so often that they may not go on for a while."""

    action: ClassVar[str] = "security.sign_in_locked"
    target_type: ClassVar[str] = "user"


@dataclass(frozen=True, kw_only=True)
class SignInUnlocked(Event):
    """The owner lifted the lock by a link from a mail."""

    action: ClassVar[str] = "security.sign_in_unlocked"
    target_type: ClassVar[str] = "user"
