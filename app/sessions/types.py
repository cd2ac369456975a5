"""What crosses the border of the sessions room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.events.types import Event, Outcome
from app.kit.paging import Direction, Sort
from app.users.types import User

ID_PREFIX = "ses"
FLOW_PREFIX = "flw"
TOKEN_PREFIX = "ast"
# `acr` of who proved two factors.
ACR_MFA = "mfa"

NEWEST_FIRST = Sort("sessions:created_at:desc", ("s.created_at", "s.id"), ("timestamptz", "text"), Direction.DESC)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    `browser_id` is the hash of the browser's own cookie, `device` words such as "Firefox on Linux".
    `auth_time` is when the user last proved who they are, `amr` how (RFC 8176), `acr` how strongly.
    An operator who acts as the user is `impersonator_id`: then these three tell of the operator's own proof, and the
    session ends with the operator's own, `parent_id`.
    """

    id: str
    user_id: str
    browser_id: str
    device: str
    ip: str | None
    user_agent: str | None
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    impersonator_id: str | None
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; `token` goes into the cookie and is never seen again."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class ResolvedSession:
    """A live session and its user, neither banned nor deleted."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Live sessions, of one user if given."""

    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFlow:
    """What somebody wants of the sign-in pages.

    Attributes:
        return_to: a path on our own host.
        origin: of the application that sent them; None where it has none.
    """

    browser_id: str
    return_to: str
    client_id: str | None = None
    client_name: str | None = None
    login_hint: str | None = None
    ui_locales: str | None = None
    is_sign_up: bool = False
    must_reauthenticate: bool = False
    must_choose_account: bool = False
    min_auth_time: datetime | None = None
    requires_mfa: bool = False
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A request to sign in, on its way. `session_id` is set once somebody completed it."""

    id: str
    browser_id: str
    return_to: str
    client_id: str | None
    client_name: str | None
    login_hint: str | None
    ui_locales: str | None
    is_sign_up: bool
    must_reauthenticate: bool
    must_choose_account: bool
    min_auth_time: datetime | None
    requires_mfa: bool
    origin: str | None
    created_at: datetime
    expires_at: datetime
    session_id: str | None


@dataclass(frozen=True, kw_only=True)
class SessionEvent(Event):
    target_type: ClassVar[str] = "session"


class SessionCreated(SessionEvent):
    action: ClassVar[str] = "session.created"


class SessionRenewed(SessionEvent):
    action: ClassVar[str] = "session.renewed"
    is_published: ClassVar[bool] = False


class SessionDeleted(SessionEvent):
    action: ClassVar[str] = "session.deleted"


class NewDeviceLogin(SessionEvent):
    action: ClassVar[str] = "security.new_device_login"


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    action: ClassVar[str] = "signin.failed"
    target_type: ClassVar[str] = "user"
    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.FAILURE
