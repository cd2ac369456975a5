"""Settings of OAuth clients: those that `auther.toml` declares (one `[[clients]]` table each, read-only in the
console), and who else may register.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings

from app.kit.settings_rules import HostPatterns, Words


class ClientDeclaration(BaseModel):
    """One declared client. Names as RFC 7591 has them; what is left out takes the kind's default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="The client_id; it never changes.")
    name: str
    kind: Literal["web", "spa", "native", "machine", "device"]
    secret: SecretStr | None = Field(
        None, description="32 characters or more; only for clients that prove themselves by one."
    )
    enabled: bool = True
    first_party: bool = False
    description: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    grant_types: tuple[str, ...] | None = None
    token_endpoint_auth_method: str | None = None
    token_endpoint_auth_signing_alg: str | None = None
    jwks: dict[str, list[dict[str, object]]] | None = None
    jwks_uri: str | None = None
    allowed_audiences: tuple[str, ...] = ()
    token_exchange_clients: tuple[str, ...] = ()
    resource_uris: tuple[str, ...] = ()
    id_token_signed_response_alg: str | None = None
    access_token_ttl_seconds: int | None = None
    refresh_token_ttl_seconds: int | None = None
    require_pkce: bool = True
    require_mfa: bool = False
    subject_type: Literal["public", "pairwise"] = "public"
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


class ClientSettings(BaseSettings):
    """The part of the settings that is about clients."""

    clients: tuple[ClientDeclaration, ...] = Field(
        (), description="OAuth clients that the configuration declares: `[[clients]]` tables in auther.toml."
    )
    registration: Literal["closed", "token", "open"] = Field(
        "token", description="Who may register clients: nobody, who has an initial access token, everybody."
    )
    registration_scopes: Words = Field(
        (), description="Scopes that clients may take when they register, besides those of signing in."
    )
    client_documents: HostPatterns = Field(
        (),
        description="Hosts whose URLs may be client ids (metadata documents, as MCP clients use them): "
        "`claude.ai, *.example.com`, or `*` for all. Empty: none.",
    )
