"""What crosses the border of the mailed room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from app.events.types import Event

ID_PREFIX = "mlc"
TOKEN_PREFIX = "mlt"


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody's wish for a code, as they typed their name; `is_live`: a code can still serve it."""

    id: str
    browser_id: str
    login: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Secrets:
    """What goes into the mail and is never seen again: `code` to be typed, `token` of the link."""

    code: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a right code or a good link proves: its holder reads mail at `email`, the address of the user then.

    `password_version` is that of the moment when the mail was written.
    """

    wish_id: str
    browser_id: str
    user_id: str
    email: str
    password_version: int


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess that was counted. `claim` is None when it is wrong; `user_id`: whose code was guessed at."""

    user_id: str | None
    claim: Claim | None


@dataclass(frozen=True, kw_only=True)
class MailedCodeEvent(Event):
    target_type: ClassVar[str] = "user"
    is_published: ClassVar[bool] = False


class MailedCodeSent(MailedCodeEvent):
    action: ClassVar[str] = "mailed_code.sent"


class MailedCodeUsed(MailedCodeEvent):
    action: ClassVar[str] = "mailed_code.used"
