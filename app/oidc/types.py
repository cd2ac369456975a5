"""What crosses the borders of the oidc room's parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from app.events.types import Event, Outcome
from app.oidc.reply import ReplyAddress

INTERACTION_PREFIX = "int"
CODE_ID_PREFIX = "cod"
CODE_PREFIX = "acd"
REFRESH_PREFIX = "art"
GRANT_PREFIX = "fam"
CONSENT_PREFIX = "con"
TOKEN_ID_PREFIX = "tok"
DEVICE_PREFIX = "dev"
DEVICE_CODE_PREFIX = "adc"

ACCESS_TOKEN_TYP = "at+jwt"
ID_TOKEN_TYP = "JWT"


class Scope(StrEnum):
    """The scopes that Auther itself gives a meaning (OIDC Core §5.4, §11); `auther:api` opens its own API."""

    OPENID = "openid"
    PROFILE = "profile"
    EMAIL = "email"
    OFFLINE_ACCESS = "offline_access"
    AUTHER_API = "auther:api"


class Prompt(StrEnum):
    """OIDC Core §3.1.2.1; `create`: Initiating User Registration §4."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"
    CREATE = "create"


class GrantType(StrEnum):
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """Names of claims asked for one by one (OIDC Core §5.5)."""

    id_token: tuple[str, ...] = ()
    userinfo: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.id_token + self.userinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A request to authorize that waits for a person. `consented_by` said yes in it."""

    id: str
    browser_id: str
    client_id: str
    params: Mapping[str, str]
    flow_id: str | None
    consented_by: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a user approved for a client, and how that user had signed in. A code carries it to its grant."""

    client_id: str
    user_id: str
    session_id: str
    scope: tuple[str, ...]
    claims: RequestedClaims
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code that was just spent. `redirect_uri` is None when the request had none."""

    approval: Approval
    grant_id: str
    redirect_uri: str | None
    code_challenge: str | None
    nonce: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one redeemed code gave. `expires_at` is the absolute end of its refresh tokens."""

    id: str
    approval: Approval
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshState:
    """The refresh tokens of a grant: the one in force, the one spent last, and what it was spent for."""

    current_hash: bytes | None
    expires_at: datetime | None
    spent_hash: bytes | None
    spent_at: datetime | None
    successor: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that waits for a person (RFC 8628). `is_allowed` is None until somebody decided.

    Attributes:
        ip: the address that it asked from.
        interval: the least time between two polls.
        entered_by: the session that typed the user code last.
    """

    id: str
    client_id: str
    scope: tuple[str, ...]
    ip: str | None
    created_at: datetime
    expires_at: datetime
    interval: timedelta
    entered_by: str | None
    is_allowed: bool | None
    is_redeemed: bool


@dataclass(frozen=True, slots=True)
class Redirect:
    """The authorization endpoint's answer to the client."""

    reply: ReplyAddress
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """The browser has to go to another page of ours first."""

    path: str


Step = Redirect | Visit


@dataclass(frozen=True, kw_only=True)
class _GrantEvent(Event):
    target_type: ClassVar[str] = "grant"
    is_published: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class CodeReused(_GrantEvent):
    """A code came a second time; everything it gave is revoked."""

    action: ClassVar[str] = "oidc.code_reused"
    outcome: Outcome = Outcome.DENIED


@dataclass(frozen=True, kw_only=True)
class RefreshReused(_GrantEvent):
    """A spent refresh token came again; its family is revoked."""

    action: ClassVar[str] = "oidc.refresh_reused"
    outcome: Outcome = Outcome.DENIED


@dataclass(frozen=True, kw_only=True)
class _ClientEvent(Event):
    target_type: ClassVar[str] = "client"
    is_published: ClassVar[bool] = False


class ClientAuthorized(_ClientEvent):
    """A user used a client for the first time."""

    action: ClassVar[str] = "oidc.client_authorized"


class ConsentGranted(_ClientEvent):
    action: ClassVar[str] = "oidc.consent_granted"


class ConsentWithdrawn(_ClientEvent):
    action: ClassVar[str] = "oidc.consent_withdrawn"


class DeviceAllowed(_ClientEvent):
    """A user let a device in."""

    action: ClassVar[str] = "oidc.device_allowed"


@dataclass(frozen=True, kw_only=True)
class DeviceRefused(_ClientEvent):
    """A user did not let a device in that asked for it."""

    action: ClassVar[str] = "oidc.device_refused"
    outcome: Outcome = Outcome.DENIED


@dataclass(frozen=True, kw_only=True)
class _UserEvent(Event):
    target_type: ClassVar[str] = "user"


class UserImpersonated(_UserEvent):
    """An operator got a token of a user."""

    action: ClassVar[str] = "user.impersonated"


@dataclass(frozen=True, kw_only=True)
class ImpersonationRefused(_UserEvent):
    """An operator tried to act as a user, and may not."""

    action: ClassVar[str] = "user.impersonation_refused"
    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.DENIED


@dataclass(frozen=True, kw_only=True)
class ClientRefused(_ClientEvent):
    """A client could not prove who it is."""

    action: ClassVar[str] = "oidc.client_refused"
    outcome: Outcome = Outcome.DENIED
