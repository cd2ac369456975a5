"""What crosses the border of the impersonation room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.events.types import Event, Outcome
from app.kit.actor import Actor
from app.sessions.types import ResolvedSession
from app.users.types import User

REQUEST_PREFIX: Final = "imp"
PERMISSION: Final = "users.impersonate"
# The name of the cookie beside the session's.
COOKIE: Final = "acting"
PAGE: Final = "/impersonation"
STOP_PAGE: Final = f"{PAGE}/stop"
OVER_PAGE: Final = f"{PAGE}/over"


class Refusal(StrEnum):
    """Why an operator may not act as a user."""

    NOT_PERMITTED = "not_permitted"
    NOT_POSSIBLE = "not_possible"
    OF_STRONGER = "of_stronger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """As whom an operator wants to act, why, and for how long; None for as long as usual."""

    user_id: str
    reason: str
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an operator asked for and may begin in the browser session that asked, once and soon.

    Attributes:
        session_id: the operator's own.
        ttl: how long it will last at most, once begun.
        expires_at: until when it can be begun.
    """

    id: str
    session_id: str
    operator_id: str
    user_id: str
    reason: str
    ttl: timedelta
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Prospect:
    """A request that waits, and the user that it is about."""

    request: Request
    user: User


@dataclass(frozen=True, slots=True)
class Acting:
    """An operator who acts as a user in this browser, as of now.

    Attributes:
        resolved: the session, and as whom.
        operator: whose own session it hangs from.
        actor: the caller: the user, with the operator as impersonator.
    """

    resolved: ResolvedSession
    operator: User
    actor: Actor

    @property
    def user(self) -> User:
        return self.resolved.user

    @property
    def until(self) -> datetime:
        return self.resolved.session.expires_at


@dataclass(frozen=True, kw_only=True)
class _UserEvent(Event):
    target_type: ClassVar[str] = "user"


class ImpersonationRequested(_UserEvent):
    """An operator wants to act as a user, and said why."""

    action: ClassVar[str] = "user.impersonation_requested"
    is_published: ClassVar[bool] = False


class UserImpersonated(_UserEvent):
    """An operator acts as a user: in a session, or with a token."""

    action: ClassVar[str] = "user.impersonated"


class ImpersonationEnded(_UserEvent):
    """An operator no longer acts as a user; `reason` is a code, where it was not the operator's wish."""

    action: ClassVar[str] = "user.impersonation_ended"


@dataclass(frozen=True, kw_only=True)
class ImpersonationRefused(_UserEvent):
    """An operator tried to act as a user, and may not."""

    action: ClassVar[str] = "user.impersonation_refused"
    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.DENIED
