"""What the parts of the protocol hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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
PUSHED_PREFIX = "par"
REQUEST_URI_TOKEN_PREFIX = "arq"

ACCESS_TOKEN_TYP = "at+jwt"
ID_TOKEN_TYP = "JWT"
# Libraries take no other one for userinfo (OIDC Core §5.3.2 names none).
USERINFO_TYP = "JWT"
# RFC 9701 §5
INTROSPECTION_TYP = "token-introspection+jwt"

# Types of access tokens (RFC 6750 §6.1, RFC 9449 §5).
BEARER = "Bearer"
DPOP = "DPoP"
LOGOUT_TOKEN_TYP = "logout+jwt"


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
    """A request to authorize that waits for a person. `consented_by` said yes in it, to `consented_scope`.

    Attributes:
        consented_scope: scopes and words of resources; a request that came to want more is asked about again.
        pushed_id: the pushed request that it is; several may wait, one is answered.
    """

    id: str
    browser_id: str
    client_id: str
    params: Mapping[str, str | list[str]]
    flow_id: str | None
    consented_by: str | None
    created_at: datetime
    expires_at: datetime
    pushed_id: str | None = None
    consented_scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a user approved for a client, and how that user had signed in. A code carries it to its grant.

    Attributes:
        resources: URIs of the resources that the client may get access tokens for (RFC 8707).
    """

    client_id: str
    user_id: str
    session_id: str
    scope: tuple[str, ...]
    claims: RequestedClaims
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code that was just spent. `redirect_uri` is None when the request had none.

    Attributes:
        jkt: the key that whoever redeems it has to prove; None when the request named none.
    """

    approval: Approval
    grant_id: str
    redirect_uri: str | None
    code_challenge: str | None
    nonce: str | None
    expires_at: datetime
    jkt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one redeemed code gave. `expires_at` is the absolute end of its refresh tokens.

    Attributes:
        jkt: the key that its latest tokens are bound to; a public client's refresh tokens are bound to it, too.
    """

    id: str
    approval: Approval
    created_at: datetime
    expires_at: datetime
    jkt: str | None = None


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
        resources: URIs of the resources that it asks for.
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
    resources: tuple[str, ...] = ()


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
