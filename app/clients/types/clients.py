"""Clients as they cross the border of the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.users.types import UNSET, Unset

ID_PREFIX = "cli"
SECRET_PREFIX = "asec"
SECRET_ID_PREFIX = "csec"
# Scopes that open Auther's own APIs: operators give them, nobody takes them.
PLATFORM_SCOPE_PREFIX = "auther:"

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

AUTH_NONE = "none"
AUTH_BASIC = "client_secret_basic"
AUTH_POST = "client_secret_post"
AUTH_PRIVATE_KEY = "private_key_jwt"
SECRET_METHODS = frozenset({AUTH_BASIC, AUTH_POST})

PUBLIC_SUBJECT = "public"
PAIRWISE_SUBJECT = "pairwise"

# How the protocol is spoken with a client: fields of RFC 7591's registry that need no treatment of their own.
PROTOCOL_FIELDS = (
    "subject_type", "sector_identifier_uri", "userinfo_signed_response_alg", "introspection_signed_response_alg",
    "request_object_signing_alg", "require_signed_request_object", "require_pushed_authorization_requests",
    "request_uris", "dpop_bound_access_tokens", "default_max_age", "default_acr_values", "initiate_login_uri",
    "backchannel_logout_uri", "backchannel_logout_session_required", "frontchannel_logout_uri",
    "frontchannel_logout_session_required", "software_id", "software_version",
)  # fmt: skip


class ClientSource(StrEnum):
    """Who says what a client is: an operator or the configuration, itself by registering, or a document of its own."""

    OPERATOR = "operator"
    REGISTRATION = "registration"
    DOCUMENT = "document"


class ClientKind(StrEnum):
    """What an application is, which settles how it may prove itself and get tokens."""

    WEB = "web"
    SPA = "spa"
    NATIVE = "native"
    MACHINE = "machine"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret that works until `expires_at` (None: for good). `hint` is its last four characters."""

    id: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client. Values that it left to the settings are filled in from them.

    `jwks` is the JSON text of its public keys (RFC 7517 §5). Tokens given to it may be exchanged by clients among
    its `allowed_audiences`, which it may also name as audience of its own ones; `token_exchange_clients` may get
    tokens by exchange that are meant for it. Tokens for it are asked for by its `resource_uris`. `initial_token_id` is
    the token that it registered with, if it did.
    """

    id: str
    name: str
    description: str | None
    kind: ClientKind
    is_enabled: bool
    is_first_party: bool
    is_declared: bool
    source: ClientSource
    initial_token_id: str | None
    owner_id: str | None
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    response_types: tuple[str, ...]
    scopes: tuple[str, ...]
    token_endpoint_auth_method: str
    token_endpoint_auth_signing_alg: str | None
    jwks: str | None
    jwks_uri: str | None
    allowed_audiences: tuple[str, ...]
    token_exchange_clients: tuple[str, ...]
    resource_uris: tuple[str, ...]
    id_token_signed_response_alg: str
    access_token_ttl: timedelta
    refresh_token_ttl: timedelta
    require_pkce: bool
    require_mfa: bool
    subject_type: str
    sector_identifier_uri: str | None
    userinfo_signed_response_alg: str | None
    introspection_signed_response_alg: str | None
    request_object_signing_alg: str | None
    require_signed_request_object: bool
    require_pushed_authorization_requests: bool
    request_uris: tuple[str, ...]
    dpop_bound_access_tokens: bool
    default_max_age: int | None
    default_acr_values: tuple[str, ...]
    initiate_login_uri: str | None
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool
    software_id: str | None
    software_version: str | None
    client_uri: str | None
    logo_uri: str | None
    tos_uri: str | None
    policy_uri: str | None
    contacts: tuple[str, ...]
    secrets: tuple[ClientSecret, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == AUTH_NONE

    @property
    def is_dynamic(self) -> bool:
        """Whether it said itself what it is, instead of an operator."""
        return self.source is not ClientSource.OPERATOR

    @property
    def has_secret(self) -> bool:
        """Whether it proves itself by a secret."""
        return self.token_endpoint_auth_method in SECRET_METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A client to be made. None leaves a value to the kind's default or to the settings.

    `jwks` is a JWK Set, as a mapping or as JSON text.
    """

    name: str
    kind: ClientKind
    description: str | None = None
    is_first_party: bool = False
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    token_endpoint_auth_method: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    jwks: object = None
    jwks_uri: str | None = None
    allowed_audiences: tuple[str, ...] = ()
    token_exchange_clients: tuple[str, ...] = ()
    resource_uris: tuple[str, ...] = ()
    id_token_signed_response_alg: str | None = None
    access_token_ttl_seconds: int | None = None
    refresh_token_ttl_seconds: int | None = None
    require_pkce: bool = True
    require_mfa: bool = False
    subject_type: str = PUBLIC_SUBJECT
    sector_identifier_uri: str | None = None
    userinfo_signed_response_alg: str | None = None
    introspection_signed_response_alg: str | None = None
    request_object_signing_alg: str | None = None
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    request_uris: tuple[str, ...] = ()
    dpop_bound_access_tokens: bool = False
    default_max_age: int | None = None
    default_acr_values: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    software_id: str | None = None
    software_version: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    tos_uri: str | None = None
    policy_uri: str | None = None
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanges:
    """A partial change: UNSET leaves a field, None clears it or gives it back to its default."""

    name: str | Unset = UNSET
    description: str | Unset | None = UNSET
    is_enabled: bool | Unset = UNSET
    is_first_party: bool | Unset = UNSET
    redirect_uris: tuple[str, ...] | Unset = UNSET
    post_logout_redirect_uris: tuple[str, ...] | Unset = UNSET
    grant_types: tuple[str, ...] | Unset | None = UNSET
    scopes: tuple[str, ...] | Unset | None = UNSET
    token_endpoint_auth_method: str | Unset | None = UNSET
    token_endpoint_auth_signing_alg: str | Unset | None = UNSET
    jwks: object = UNSET
    jwks_uri: str | Unset | None = UNSET
    allowed_audiences: tuple[str, ...] | Unset = UNSET
    token_exchange_clients: tuple[str, ...] | Unset = UNSET
    resource_uris: tuple[str, ...] | Unset = UNSET
    id_token_signed_response_alg: str | Unset | None = UNSET
    access_token_ttl_seconds: int | Unset | None = UNSET
    refresh_token_ttl_seconds: int | Unset | None = UNSET
    require_pkce: bool | Unset = UNSET
    require_mfa: bool | Unset = UNSET
    subject_type: str | Unset = UNSET
    sector_identifier_uri: str | Unset | None = UNSET
    userinfo_signed_response_alg: str | Unset | None = UNSET
    introspection_signed_response_alg: str | Unset | None = UNSET
    request_object_signing_alg: str | Unset | None = UNSET
    require_signed_request_object: bool | Unset = UNSET
    require_pushed_authorization_requests: bool | Unset = UNSET
    request_uris: tuple[str, ...] | Unset = UNSET
    dpop_bound_access_tokens: bool | Unset = UNSET
    default_max_age: int | Unset | None = UNSET
    default_acr_values: tuple[str, ...] | Unset = UNSET
    initiate_login_uri: str | Unset | None = UNSET
    backchannel_logout_uri: str | Unset | None = UNSET
    backchannel_logout_session_required: bool | Unset = UNSET
    frontchannel_logout_uri: str | Unset | None = UNSET
    frontchannel_logout_session_required: bool | Unset = UNSET
    software_id: str | Unset | None = UNSET
    software_version: str | Unset | None = UNSET
    client_uri: str | Unset | None = UNSET
    logo_uri: str | Unset | None = UNSET
    tos_uri: str | Unset | None = UNSET
    policy_uri: str | Unset | None = UNSET
    contacts: tuple[str, ...] | Unset = UNSET

    def given(self) -> dict[str, object]:
        """The fields that change, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not UNSET}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredClient:
    """A client that the configuration file names. `secret` only for those that prove themselves by one."""

    id: str
    client: NewClient
    is_enabled: bool = True
    secret: str | None = None

    def __repr__(self) -> str:
        return f"DeclaredClient({self.id!r})"


@dataclass(frozen=True, slots=True)
class CreatedClient:
    """A client and its new secret, which is shown this once (None: it has none, or was shown before)."""

    client: Client
    secret: str | None

    def __repr__(self) -> str:
        return f"CreatedClient({self.client.id!r})"
