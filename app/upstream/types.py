"""What crosses the border of the upstream room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar, Final

from app.events.types import Event
from app.kit.paging import Direction, Sort
from app.users.types import UNSET, Unset

PROVIDER_PREFIX: Final = "idp"
IDENTITY_PREFIX: Final = "lid"

AUTH_BASIC: Final = "client_secret_basic"
AUTH_POST: Final = "client_secret_post"
AUTH_NONE: Final = "none"


class ProviderKind(StrEnum):
    """OIDC: by discovery, an ID token says who it is. OAUTH2: the user endpoint does."""

    OIDC = "oidc"
    OAUTH2 = "oauth2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who signs people in for us.

    Attributes:
        slug: its name in URLs.
        emails_endpoint: lists addresses with `email`, `verified` and `primary`, as GitHub's does.
        claims: which member of the answer holds each of ours (`rules.CLAIMS`), where it has another name.
        trusts_email: what it calls a verified address counts as verified here, and may link to an account.
        can_sign_up: who is not known here, and has a verified address, gets an account.
        has_secret: whether it has a client secret; its value never leaves the room.
    """

    id: str
    slug: str
    name: str
    kind: ProviderKind
    is_enabled: bool
    issuer: str | None
    authorization_endpoint: str | None
    token_endpoint: str | None
    userinfo_endpoint: str | None
    emails_endpoint: str | None
    client_id: str
    has_secret: bool
    token_endpoint_auth_method: str
    scopes: tuple[str, ...]
    claims: Mapping[str, str]
    trusts_email: bool
    can_sign_up: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProvider:
    """A provider to be set up. None leaves a value to the kind's default."""

    slug: str
    name: str
    kind: ProviderKind
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    issuer: str | None = None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    emails_endpoint: str | None = None
    token_endpoint_auth_method: str | None = None
    scopes: tuple[str, ...] | None = None
    claims: Mapping[str, object] = field(default_factory=dict)
    trusts_email: bool = False
    can_sign_up: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChanges:
    """A partial change: UNSET leaves a field, None clears it or gives it back to its default."""

    name: str | Unset = UNSET
    is_enabled: bool | Unset = UNSET
    client_id: str | Unset = UNSET
    client_secret: str | Unset | None = field(default=UNSET, repr=False)
    issuer: str | Unset | None = UNSET
    authorization_endpoint: str | Unset | None = UNSET
    token_endpoint: str | Unset | None = UNSET
    userinfo_endpoint: str | Unset | None = UNSET
    emails_endpoint: str | Unset | None = UNSET
    token_endpoint_auth_method: str | Unset | None = UNSET
    scopes: tuple[str, ...] | Unset | None = UNSET
    claims: Mapping[str, object] | Unset = UNSET
    trusts_email: bool | Unset = UNSET
    can_sign_up: bool | Unset = UNSET

    def given(self) -> dict[str, object]:
        """The fields that change, by name."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is spoken with. `jwks_uri` and `issuer` are None for OAuth 2.0."""

    authorization: str
    token: str
    userinfo: str | None
    emails: str | None
    jwks_uri: str | None
    issuer: str | None
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at a provider. The address is normalized; `is_verified` is the provider's word."""

    subject: str
    email: str | None
    is_verified: bool
    name: str | None
    picture: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody goes to a provider for: a flow, an address, or, with `user_id`, to link an account to this user."""

    flow_id: str | None
    next: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who came back from a provider, proved. `proved_at`: when they signed in there; None: not told."""

    provider: Provider
    person: Person
    errand: Errand
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at a provider, and whose it is here."""

    id: str
    provider_id: str
    subject: str
    user_id: str
    email: str | None
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of a test: what was tried, and what is wrong with it; None when it is well."""

    step: str
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFilter:
    """All that is given must hold."""

    is_enabled: bool | None = None


class ProviderSort(Enum):
    NAME_ASC = Sort("upstream:name:asc", ('lower(name) COLLATE "C"', "id"), ("text", "text"), Direction.ASC)
    CREATED_AT_DESC = Sort("upstream:created_at:desc", ("created_at", "id"), ("timestamptz", "text"), Direction.DESC)


IDENTITY_SORT: Final = Sort("identities:created_at", ("created_at", "id"), ("timestamptz", "text"), Direction.DESC)


@dataclass(frozen=True, kw_only=True)
class ProviderEvent(Event):
    target_type: ClassVar[str] = "identity_provider"


class ProviderCreated(ProviderEvent):
    action: ClassVar[str] = "identity_provider.created"


class ProviderUpdated(ProviderEvent):
    action: ClassVar[str] = "identity_provider.updated"


class ProviderDeleted(ProviderEvent):
    action: ClassVar[str] = "identity_provider.deleted"


@dataclass(frozen=True, kw_only=True)
class IdentityEvent(Event):
    target_type: ClassVar[str] = "linked_identity"


class IdentityLinked(IdentityEvent):
    action: ClassVar[str] = "linked_identity.created"


class IdentityUnlinked(IdentityEvent):
    action: ClassVar[str] = "linked_identity.deleted"
