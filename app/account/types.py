"""What crosses the border of the account room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.users.types import UNSET, Unset, UserEvent

PROFILE_PAGE = "/account/profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What people change of themselves: UNSET leaves a field, None clears it.

    INVARIANT: neither address, its proof, attributes nor status are here.
    """

    name: str | Unset | None = UNSET
    username: str | Unset | None = UNSET
    picture: str | Unset | None = UNSET
    locale: str | Unset | None = UNSET
    zoneinfo: str | Unset | None = UNSET


@dataclass(frozen=True, slots=True)
class PendingEmail:
    """An address that somebody wants to move to, and until when it can be confirmed."""

    email: str
    expires_at: datetime


class EmailChangeStarted(UserEvent):
    action: ClassVar[str] = "user.email_change_started"
    is_published: ClassVar[bool] = False


class EmailChangeWithdrawn(UserEvent):
    action: ClassVar[str] = "user.email_change_withdrawn"
    is_published: ClassVar[bool] = False
