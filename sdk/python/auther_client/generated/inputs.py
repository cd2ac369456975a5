"""What mutations and questions take. What is not set is not sent; None is sent as null.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field, JsonValue

from auther_client.generated.enums import (
    ApiKeyUse,
    AuditOutcome,
    ClientKind,
    ConsistencyMode,
    IdentityProviderKind,
    PolicyVerdict,
    UserStatus,
)
from auther_client.models import Input


class ApiKeyCreateInput(Input):
    """An API key to make. Example: `{name: "Nightly backup", uses: [EXCHANGE], allowedAddresses: ["10.0.0.0/8"]}`"""

    name: str
    """What people call it. Example: `"Nightly backup"`"""
    owner_user_id: str | None = None
    """The user it belongs to; the caller when no owner is named. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    owner_client_id: str | None = None
    """The client it belongs to. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    note: str | None = None
    """What it is for, for people. Example: `"Runs on build-3, ask the storage team"`"""
    uses: Sequence[ApiKeyUse] | None = None
    """What it may be used for; both when absent. Example: `[EXCHANGE]`"""
    scopes: Sequence[str] | None = None
    """What its tokens may carry at most: `auther:api`, and for a client's key what the client may ask for. Example: `["auther:api"]`"""
    allowed_addresses: Sequence[str] | None = None
    """Networks that it may be used from; none is everywhere. Example: `["10.0.0.0/8", "2001:db8::/32"]`"""
    rate_limit_per_minute: int | None = None
    """How often it may be used a minute; null without a limit. Example: `600`"""
    expires_at: datetime | None = None
    """When it ends; null for never. Example: `"2027-01-31T00:00:00Z"`"""
    grants: Sequence[ApiKeyGrantInput] | None = None
    """What the key is given at once, of what the caller holds itself; 50 at most."""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same API key again, without its secret; with other input it is a conflict. Example: `"deploy-2026-01-31-backup"`"""


class ApiKeyDeleteInput(Input):
    """Which API key to delete. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """The key's id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class ApiKeyDisableInput(Input):
    """Which API key to switch off. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """The key's id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class ApiKeyEnableInput(Input):
    """Which API key to switch on. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """The key's id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class ApiKeyFilter(Input):
    """Which API keys; everything that is given must hold. Example: `{ownerClientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: true}`"""

    search: str | None = None
    """Part of the name, or begin of the id. Example: `"backup"`"""
    owner_user_id: str | None = None
    """Only keys of this user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    owner_client_id: str | None = None
    """Only keys of this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    is_enabled: bool | None = None
    """Only enabled ones, or disabled."""


class ApiKeyGrantInput(Input):
    """A relation to an entity that a new key is given: a tuple with the key as subject. Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer"}`"""

    entity: EntityInput
    """To what."""
    relation: str
    """The relation, which the caller must hold itself. Example: `"viewer"`"""


class ApiKeyRotateInput(Input):
    """Which API key gets a new secret. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab", overlapSeconds: 0}`"""

    id: str
    """The key's id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    overlap_seconds: int | None = None
    """How long the secret in force works on, seconds, 30 days at most; 0 ends it at once. Example: `3600`"""


class ApiKeyUpdateInput(Input):
    """Changes of an API key. What is absent stays; null clears. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab", rateLimitPerMinute: 600}`"""

    id: str
    """The key's id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    name: str | None = None
    """What people call it. Example: `"Nightly backup"`"""
    note: str | None = None
    """What it is for, for people. Example: `"Runs on build-3, ask the storage team"`"""
    uses: Sequence[ApiKeyUse] | None = None
    """What it may be used for; both when absent. Example: `[EXCHANGE]`"""
    scopes: Sequence[str] | None = None
    """What its tokens may carry at most: `auther:api`, and for a client's key what the client may ask for. Example: `["auther:api"]`"""
    allowed_addresses: Sequence[str] | None = None
    """Networks that it may be used from; none is everywhere. Example: `["10.0.0.0/8", "2001:db8::/32"]`"""
    rate_limit_per_minute: int | None = None
    """How often it may be used a minute; null without a limit. Example: `600`"""
    expires_at: datetime | None = None
    """When it ends; null for never. Example: `"2027-01-31T00:00:00Z"`"""


class AuditEventFilter(Input):
    """Which audit events; everything that is given must hold. Example: `{action: "user.", outcome: DENIED, after: "2026-01-31T00:00:00Z"}`"""

    action: str | None = None
    """Beginning of the action: `user.`, `user.*` or `user.banned`. Example: `"user."`"""
    actor_id: str | None = None
    """Only what they did. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    target_id: str | None = None
    """Only what was done to it. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    about_user_id: str | None = None
    """Only what is about this user. Everybody may ask for what is about themselves. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    outcome: AuditOutcome | None = None
    """Only what ended so."""
    after: datetime | None = None
    """Only from this moment on. Example: `"2026-01-31T00:00:00Z"`"""
    before: datetime | None = None
    """Only before this moment. Example: `"2026-02-01T00:00:00Z"`"""
    client_id: str | None = None
    """Only what came through this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    ip: str | None = None
    """Only from this address. Example: `"203.0.113.7"`"""
    request_id: str | None = None
    """Only from this request, as `extensions.requestId` and log lines name it. Example: `"3f2b6c1e9d8a4f07"`"""


class CheckInput(Input):
    """May the subject do this to the entity? Example: `{action: "edit", entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, subject: {type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}}`"""

    action: str
    """A permission of the entity's type, or a relation. Example: `"edit"`"""
    entity: EntityInput
    """To what."""
    subject: SubjectInput | None = None
    """Who; the caller when absent."""
    context: JsonValue | None = None
    """Attributes of the resource and parameters of conditions, a JSON object. Example: `{ip: "203.0.113.7", amount: 250}`"""
    contextual_tuples: Sequence[TupleInput] | None = None
    """Tuples that count for this question only: what if?"""


class ClientCreateInput(Input):
    """A client to register. What is absent follows from the kind or the settings. Example: `{name: "Invoices", kind: WEB, redirectUris: ["https://invoices.example.com/auth/callback"]}`"""

    name: str
    """The name that users see. Example: `"Invoices"`"""
    kind: ClientKind
    """What kind of application it is; this cannot change later."""
    description: str | None = None
    """What it is, for operators. Example: `"Accounting, run by the finance team"`"""
    redirect_uris: Sequence[str] | None = None
    """Where users may be sent back to, compared exactly. Example: `["https://invoices.example.com/auth/callback"]`"""
    post_logout_redirect_uris: Sequence[str] | None = None
    """Where users may be sent after signing out. Example: `["https://invoices.example.com/"]`"""
    scopes: Sequence[str] | None = None
    """Scopes that it may ask for. Example: `["openid", "profile", "email", "offline_access"]`"""
    is_first_party: bool | None = None
    """Whether it is our own: users are not asked for consent."""
    grant_types: Sequence[str] | None = None
    """Grants that it may use (RFC 7591). Example: `["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]`"""
    token_endpoint_auth_method: str | None = None
    """How it proves itself: client_secret_basic, client_secret_post, private_key_jwt or none. Example: `"private_key_jwt"`"""
    token_endpoint_auth_signing_alg: str | None = None
    """The one algorithm of its assertions: RS256, PS256, ES256, EdDSA or Ed25519; any of them when nothing is said. Example: `"ES256"`"""
    jwks: JsonValue | None = None
    """Its public keys, a JWK Set (RFC 7517); not with `jwksUri`. Example: `{keys: [{kty: "OKP", crv: "Ed25519", kid: "1", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`"""
    jwks_uri: str | None = None
    """Where its public keys are published. Example: `"https://invoices.example.com/jwks.json"`"""
    allowed_audiences: Sequence[str] | None = None
    """Clients that may exchange and introspect its tokens, and that its own ones may be meant for. Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`"""
    token_exchange_clients: Sequence[str] | None = None
    """Clients that may get tokens by exchange that are meant for it (RFC 8693). Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`"""
    resource_uris: Sequence[str] | None = None
    """URIs that it is known by as a protected resource (RFC 8707): clients may ask for tokens for them, as far as users agree. Example: `["https://mcp.example.com/mcp"]`"""
    id_token_signed_response_alg: str | None = None
    """How its ID tokens are signed: RS256, ES256 or EdDSA. Example: `"ES256"`"""
    access_token_ttl_seconds: int | None = None
    """Life of its access tokens, seconds. Example: `600`"""
    refresh_token_ttl_seconds: int | None = None
    """Life of its refresh tokens, seconds. Example: `2592000`"""
    require_pkce: bool | None = None
    """Whether it must use PKCE (RFC 7636). Example: `true`"""
    require_mfa: bool | None = None
    """Whether its users need a second factor; who has none sets one up at the sign-in. Example: `true`"""
    subject_type: str | None = None
    """Whether it sees the users' ids (public) or ids of its own for them (pairwise, OpenID Connect Core §8). Example: `"pairwise"`"""
    sector_identifier_uri: str | None = None
    """Clients with the same host here see the same pairwise ids; it serves the list of their redirect URIs. Example: `"https://example.com/redirects.json"`"""
    userinfo_signed_response_alg: str | None = None
    """UserInfo answers as a JWT signed so: RS256, ES256 or EdDSA; as plain JSON when nothing is said. Example: `"ES256"`"""
    introspection_signed_response_alg: str | None = None
    """How its introspection answers are signed when it asks for a JWT (RFC 9701). Example: `"ES256"`"""
    request_object_signing_alg: str | None = None
    """The one algorithm of its request objects (RFC 9101), or none; any that is offered when nothing is said. Example: `"ES256"`"""
    require_signed_request_object: bool | None = None
    """Whether its requests must come as signed request objects (RFC 9101). Example: `true`"""
    require_pushed_authorization_requests: bool | None = None
    """Whether its requests must be pushed first (RFC 9126). Example: `true`"""
    request_uris: Sequence[str] | None = None
    """Addresses that it publishes request objects at, compared to the letter (OpenID Connect Core §6.2). Example: `["https://invoices.example.com/requests/sign-in.jwt"]`"""
    dpop_bound_access_tokens: bool | None = None
    """Whether its tokens are always bound to a key (RFC 9449). Example: `true`"""
    default_max_age: int | None = None
    """Sign-ins older than so many seconds are asked for again, unless the request says otherwise. Example: `3600`"""
    default_acr_values: Sequence[str] | None = None
    """Authentication context classes that it asks for when a request names none. Example: `["mfa"]`"""
    initiate_login_uri: str | None = None
    """Where a sign-in at the application begins. Example: `"https://invoices.example.com/login"`"""
    backchannel_logout_uri: str | None = None
    """Where it is told, server to server, that a session ended. Example: `"https://invoices.example.com/backchannel-logout"`"""
    backchannel_logout_session_required: bool | None = None
    """Whether those messages must name the session (`sid`). Example: `true`"""
    frontchannel_logout_uri: str | None = None
    """The page of it that the sign-out page shows in a frame, to end the session there. Example: `"https://invoices.example.com/frontchannel-logout"`"""
    frontchannel_logout_session_required: bool | None = None
    """Whether that address gets `iss` and `sid`. Example: `true`"""
    software_id: str | None = None
    """What software it is, the same for each of its installations. Example: `"com.example.invoices"`"""
    software_version: str | None = None
    """The version of that software. Example: `"2.4.1"`"""
    client_uri: str | None = None
    """Its home page. Example: `"https://invoices.example.com/"`"""
    logo_uri: str | None = None
    """Its logo. Example: `"https://invoices.example.com/logo.svg"`"""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same client again, without its secret; with other input it is a conflict. Example: `"deploy-2026-01-31-invoices"`"""


class ClientDeleteInput(Input):
    """Which client to delete. Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", dryRun: true}`"""

    id: str
    """The client's id. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    dry_run: bool | None = None
    """Only tell whether it can be done, and show in `client` what would be gone."""


class ClientFilter(Input):
    """Which clients; everything that is given must hold. Example: `{search: "invoice", kind: WEB, isEnabled: true}`"""

    search: str | None = None
    """Part of the name, or begin of the id. Example: `"invoice"`"""
    kind: ClientKind | None = None
    """Only clients of this kind."""
    is_enabled: bool | None = None
    """Only enabled ones, or disabled."""
    is_dynamic: bool | None = None
    """Only those that say themselves what they are, or the others."""


class ClientSecretRotateInput(Input):
    """Which client gets a new secret. Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", overlapSeconds: 3600}`"""

    id: str
    """The client's id. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    overlap_seconds: int | None = None
    """How long the secret in use works on, seconds; 0 ends it at once. Example: `3600`"""


class ClientUpdateInput(Input):
    """Changes of a client. What is absent stays; null clears, or gives back to the settings. Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", name: "Invoices", accessTokenTtlSeconds: null}`"""

    id: str
    """The client's id. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    name: str | None = None
    """The name that users see. Example: `"Invoices"`"""
    description: str | None = None
    """What it is, for operators. Example: `"Accounting, run by the finance team"`"""
    is_enabled: bool | None = None
    """Whether it may sign users in and get tokens."""
    is_first_party: bool | None = None
    """Whether it is our own: users are not asked for consent."""
    redirect_uris: Sequence[str] | None = None
    """Where users may be sent back to, compared exactly. Example: `["https://invoices.example.com/auth/callback"]`"""
    post_logout_redirect_uris: Sequence[str] | None = None
    """Where users may be sent after signing out. Example: `["https://invoices.example.com/"]`"""
    scopes: Sequence[str] | None = None
    """Scopes that it may ask for. Example: `["openid", "profile", "email", "offline_access"]`"""
    grant_types: Sequence[str] | None = None
    """Grants that it may use (RFC 7591). Example: `["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]`"""
    token_endpoint_auth_method: str | None = None
    """How it proves itself: client_secret_basic, client_secret_post, private_key_jwt or none. Example: `"private_key_jwt"`"""
    token_endpoint_auth_signing_alg: str | None = None
    """The one algorithm of its assertions: RS256, PS256, ES256, EdDSA or Ed25519; any of them when nothing is said. Example: `"ES256"`"""
    jwks: JsonValue | None = None
    """Its public keys, a JWK Set (RFC 7517); not with `jwksUri`. Example: `{keys: [{kty: "OKP", crv: "Ed25519", kid: "1", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`"""
    jwks_uri: str | None = None
    """Where its public keys are published. Example: `"https://invoices.example.com/jwks.json"`"""
    allowed_audiences: Sequence[str] | None = None
    """Clients that may exchange and introspect its tokens, and that its own ones may be meant for. Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`"""
    token_exchange_clients: Sequence[str] | None = None
    """Clients that may get tokens by exchange that are meant for it (RFC 8693). Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`"""
    resource_uris: Sequence[str] | None = None
    """URIs that it is known by as a protected resource (RFC 8707): clients may ask for tokens for them, as far as users agree. Example: `["https://mcp.example.com/mcp"]`"""
    id_token_signed_response_alg: str | None = None
    """How its ID tokens are signed: RS256, ES256 or EdDSA. Example: `"ES256"`"""
    access_token_ttl_seconds: int | None = None
    """Life of its access tokens, seconds. Example: `600`"""
    refresh_token_ttl_seconds: int | None = None
    """Life of its refresh tokens, seconds. Example: `2592000`"""
    require_pkce: bool | None = None
    """Whether it must use PKCE (RFC 7636). Example: `true`"""
    require_mfa: bool | None = None
    """Whether its users need a second factor; who has none sets one up at the sign-in. Example: `true`"""
    subject_type: str | None = None
    """Whether it sees the users' ids (public) or ids of its own for them (pairwise, OpenID Connect Core §8). Example: `"pairwise"`"""
    sector_identifier_uri: str | None = None
    """Clients with the same host here see the same pairwise ids; it serves the list of their redirect URIs. Example: `"https://example.com/redirects.json"`"""
    userinfo_signed_response_alg: str | None = None
    """UserInfo answers as a JWT signed so: RS256, ES256 or EdDSA; as plain JSON when nothing is said. Example: `"ES256"`"""
    introspection_signed_response_alg: str | None = None
    """How its introspection answers are signed when it asks for a JWT (RFC 9701). Example: `"ES256"`"""
    request_object_signing_alg: str | None = None
    """The one algorithm of its request objects (RFC 9101), or none; any that is offered when nothing is said. Example: `"ES256"`"""
    require_signed_request_object: bool | None = None
    """Whether its requests must come as signed request objects (RFC 9101). Example: `true`"""
    require_pushed_authorization_requests: bool | None = None
    """Whether its requests must be pushed first (RFC 9126). Example: `true`"""
    request_uris: Sequence[str] | None = None
    """Addresses that it publishes request objects at, compared to the letter (OpenID Connect Core §6.2). Example: `["https://invoices.example.com/requests/sign-in.jwt"]`"""
    dpop_bound_access_tokens: bool | None = None
    """Whether its tokens are always bound to a key (RFC 9449). Example: `true`"""
    default_max_age: int | None = None
    """Sign-ins older than so many seconds are asked for again, unless the request says otherwise. Example: `3600`"""
    default_acr_values: Sequence[str] | None = None
    """Authentication context classes that it asks for when a request names none. Example: `["mfa"]`"""
    initiate_login_uri: str | None = None
    """Where a sign-in at the application begins. Example: `"https://invoices.example.com/login"`"""
    backchannel_logout_uri: str | None = None
    """Where it is told, server to server, that a session ended. Example: `"https://invoices.example.com/backchannel-logout"`"""
    backchannel_logout_session_required: bool | None = None
    """Whether those messages must name the session (`sid`). Example: `true`"""
    frontchannel_logout_uri: str | None = None
    """The page of it that the sign-out page shows in a frame, to end the session there. Example: `"https://invoices.example.com/frontchannel-logout"`"""
    frontchannel_logout_session_required: bool | None = None
    """Whether that address gets `iss` and `sid`. Example: `true`"""
    software_id: str | None = None
    """What software it is, the same for each of its installations. Example: `"com.example.invoices"`"""
    software_version: str | None = None
    """The version of that software. Example: `"2.4.1"`"""
    client_uri: str | None = None
    """Its home page. Example: `"https://invoices.example.com/"`"""
    logo_uri: str | None = None
    """Its logo. Example: `"https://invoices.example.com/logo.svg"`"""


class ConsentWithdrawInput(Input):
    """Which consent to withdraw. Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    user_id: str
    """Whose. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    client_id: str
    """For which application. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class ConsistencyInput(Input):
    """How fresh an answer has to be. Example: `{mode: AT_LEAST_AS_FRESH, token: "MTA0Mi43"}`"""

    mode: ConsistencyMode
    """Which tuples count."""
    token: str | None = None
    """A consistency token, from `checkedAt` or from a write: for the modes that compare with one. Example: `"MTA0Mi43"`"""


class EntityInput(Input):
    """Something that permissions are about. Example: `{type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}`"""

    type: str
    """Its type, with the id of the client that owns it in front. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`"""
    id: str
    """Its id in the application; `*` for every entity of the type. Example: `"42"`"""


class IdentityProviderCreateInput(Input):
    """An identity provider to set up. What is absent follows from the kind. Example: `{slug: "google", name: "Google", kind: OIDC, issuer: "https://accounts.google.com", clientId: "auther-at-example", clientSecret: "s3cr3t-of-the-provider", trustsEmail: true}`"""

    slug: str
    """Its name in URLs; this cannot change later. Example: `"google"`"""
    name: str
    """What people see on the sign-in page. Example: `"Google"`"""
    kind: IdentityProviderKind
    """How it says who somebody is; this cannot change later."""
    client_id: str
    """The client id that the provider gave us. Example: `"auther-at-example"`"""
    client_secret: str | None = None
    """The client secret that the provider gave us; it is never shown. Example: `"s3cr3t-of-the-provider"`"""
    issuer: str | None = None
    """The issuer of an OpenID provider; discovery tells the rest. Example: `"https://accounts.google.com"`"""
    authorization_endpoint: str | None = None
    """Where people are sent to. Example: `"https://github.com/login/oauth/authorize"`"""
    token_endpoint: str | None = None
    """Where codes are redeemed. Example: `"https://github.com/login/oauth/access_token"`"""
    userinfo_endpoint: str | None = None
    """Where it says who somebody is. Example: `"https://api.github.com/user"`"""
    emails_endpoint: str | None = None
    """Where it lists addresses with email, primary and verified, if not above. Example: `"https://api.github.com/user/emails"`"""
    token_endpoint_auth_method: str | None = None
    """How we prove ourselves to it: client_secret_basic, client_secret_post or none. Example: `"client_secret_post"`"""
    scopes: Sequence[str] | None = None
    """Scopes that we ask for. Example: `["openid", "profile", "email"]`"""
    claims: JsonValue | None = None
    """Which member of its answer holds sub, email, email_verified, name, picture or locale, where it has another name. Example: `{sub: "id", picture: "avatar_url"}`"""
    trusts_email: bool | None = None
    """Whether an address that it calls verified counts as verified here, and links to the account that has it. Example: `true`"""
    can_sign_up: bool | None = None
    """Whether somebody who is not known here gets an account, whatever the policy of sign-up says; only where `trustsEmail`. Example: `true`"""
    is_enabled: bool | None = None
    """Whether people may sign in through it. Example: `true`"""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same provider again; with other input it is a conflict. Example: `"deploy-2026-01-31-google"`"""


class IdentityProviderDeleteInput(Input):
    """Which provider to delete. Example: `{id: "idp_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    id: str
    """The provider's id. Example: `"idp_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class IdentityProviderFilter(Input):
    """Which identity providers. Example: `{isEnabled: true}`"""

    is_enabled: bool | None = None
    """Only enabled ones, or disabled."""


class IdentityProviderUpdateInput(Input):
    """Changes of an identity provider. What is absent stays; null clears, or gives back to the kind. What decides who somebody is stays while people are linked; another issuer or token endpoint needs the secret. Example: `{id: "idp_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: false}`"""

    id: str
    """The provider's id. Example: `"idp_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    name: str | None = None
    """What people see on the sign-in page. Example: `"Google"`"""
    client_id: str | None = None
    """The client id that the provider gave us. Example: `"auther-at-example"`"""
    client_secret: str | None = None
    """The client secret that the provider gave us; it is never shown. Example: `"s3cr3t-of-the-provider"`"""
    issuer: str | None = None
    """The issuer of an OpenID provider; discovery tells the rest. Example: `"https://accounts.google.com"`"""
    authorization_endpoint: str | None = None
    """Where people are sent to. Example: `"https://github.com/login/oauth/authorize"`"""
    token_endpoint: str | None = None
    """Where codes are redeemed. Example: `"https://github.com/login/oauth/access_token"`"""
    userinfo_endpoint: str | None = None
    """Where it says who somebody is. Example: `"https://api.github.com/user"`"""
    emails_endpoint: str | None = None
    """Where it lists addresses with email, primary and verified, if not above. Example: `"https://api.github.com/user/emails"`"""
    token_endpoint_auth_method: str | None = None
    """How we prove ourselves to it: client_secret_basic, client_secret_post or none. Example: `"client_secret_post"`"""
    scopes: Sequence[str] | None = None
    """Scopes that we ask for. Example: `["openid", "profile", "email"]`"""
    claims: JsonValue | None = None
    """Which member of its answer holds sub, email, email_verified, name, picture or locale, where it has another name. Example: `{sub: "id", picture: "avatar_url"}`"""
    trusts_email: bool | None = None
    """Whether an address that it calls verified counts as verified here, and links to the account that has it. Example: `true`"""
    can_sign_up: bool | None = None
    """Whether somebody who is not known here gets an account, whatever the policy of sign-up says; only where `trustsEmail`. Example: `true`"""
    is_enabled: bool | None = None
    """Whether people may sign in through it. Example: `true`"""


class ImpersonationStartInput(Input):
    """As whom to act, and why. Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", reason: "Ticket 4711", ttlSeconds: 900}`"""

    user_id: str
    """As whom. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    reason: str
    """Why, 1 to 500 characters; the trail keeps it. Example: `"Ticket 4711"`"""
    ttl_seconds: int | None = None
    """For how long, 60 to 3600 seconds; half an hour when absent. Example: `900`"""


class ImpersonationStopInput(Input):
    """Stops to act as a user. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"top bar"`"""


class InitialAccessTokenCreateInput(Input):
    """A token to make. Example: `{name: "Build pipeline", maxUses: 10, ttlSeconds: 86400}`"""

    name: str
    """What people call it. Example: `"Build pipeline"`"""
    max_uses: int | None = None
    """How many clients may register with it; null for any number. Example: `10`"""
    ttl_seconds: int | None = None
    """After how many seconds it ends; a week when nothing is said, never for null. Example: `86400`"""
    scopes: Sequence[str] | None = None
    """Scopes that its clients may have, in place of the usual ones. Example: `["openid", "profile", "invoices:read"]`"""
    grant_types: Sequence[str] | None = None
    """Grants that its clients may use, in place of those that let users in. Others act without one. Example: `["client_credentials"]`"""
    require_pkce: bool | None = None
    """Whether its confidential clients must use PKCE, as public ones always do. Example: `true`"""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same token again, without its value; with other input it is a conflict. Example: `"deploy-2026-01-31-token"`"""


class InitialAccessTokenRevokeInput(Input):
    """Which token to revoke. Example: `{id: "iat_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    id: str
    """The token's id. Example: `"iat_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class LinkedIdentityDeleteInput(Input):
    """Which link to take away. Example: `{id: "lid_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    id: str
    """The link's id. Example: `"lid_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class ModelPreviewInput(Input):
    """A new version of a model, as text or as JSON. Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", source: "model\\n schema 1.1\\n\\ntype user\\n\\ntype invoice\\n relations\\n define viewer: [user]\\n"}`"""

    client_id: str | None = None
    """Whose model; the installation's own when absent. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    source: str | None = None
    """The model in the modelling language. Example: `"model\\n schema 1.1\\n\\ntype user\\n\\ntype invoice\\n relations\\n define viewer: [user]\\n"`"""
    json_: JsonValue | None = Field(None, alias="json")
    """The model as JSON: our own form, or OpenFGA's. Example: `{schema_version: "1.1", type_definitions: [{type: "user"}]}`"""
    renames: Sequence[TypeRenameInput] | None = None
    """Types that get another name."""
    expected_version: int | None = None
    """The version that its author has seen, 0 for none: a later one is a conflict. Example: `3`"""


class ModelSaveInput(Input):
    """A new version of a model to be saved, as text or as JSON. Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", source: "model\\n schema 1.1\\n\\ntype user\\n\\ntype invoice\\n relations\\n define viewer: [user]\\n", dryRun: true}`"""

    client_id: str | None = None
    """Whose model; the installation's own when absent. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    source: str | None = None
    """The model in the modelling language. Example: `"model\\n schema 1.1\\n\\ntype user\\n\\ntype invoice\\n relations\\n define viewer: [user]\\n"`"""
    json_: JsonValue | None = Field(None, alias="json")
    """The model as JSON: our own form, or OpenFGA's. Example: `{schema_version: "1.1", type_definitions: [{type: "user"}]}`"""
    renames: Sequence[TypeRenameInput] | None = None
    """Types that get another name."""
    expected_version: int | None = None
    """The version that its author has seen, 0 for none: a later one is a conflict. Example: `3`"""
    note: str | None = None
    """What changed, for whoever reads the versions. Example: `"Viewers may export"`"""
    dry_run: bool | None = None
    """Only tell what saving would do, in `preview`."""


class PasskeyRegisterInput(Input):
    """A passkey and its name. Example: `{name: "Laptop", credential: {id: "AQID", rawId: "AQID", type: "public-key", response: {clientDataJSON: "e30", attestationObject: "o2M"}}}`"""

    name: str
    """Its name, 1 to 60 characters. Example: `"Laptop"`"""
    credential: JsonValue
    """What `navigator.credentials.create` gave, as JSON (WebAuthn §5.1.8). Example: `{id: "AQID", rawId: "AQID", type: "public-key", response: {clientDataJSON: "e30", attestationObject: "o2M"}}`"""


class PasskeyRemoveInput(Input):
    """Which passkey to remove. Example: `{id: "psk_01jq42d9r4s7t0v3w6x9y2z5ac"}`"""

    id: str
    """The passkey's id. Example: `"psk_01jq42d9r4s7t0v3w6x9y2z5ac"`"""


class PasskeyRenameInput(Input):
    """A passkey and its new name. Example: `{id: "psk_01jq42d9r4s7t0v3w6x9y2z5ac", name: "Desk"}`"""

    id: str
    """The passkey's id. Example: `"psk_01jq42d9r4s7t0v3w6x9y2z5ac"`"""
    name: str
    """Its name, 1 to 60 characters. Example: `"Desk"`"""


class PasskeyStartInput(Input):
    """Begins to make a passkey. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class PolicyDeleteInput(Input):
    """Which policy to delete. Example: `{id: "pol_01jq43e0s5t8v1w4x7y0z3a6bd"}`"""

    id: str
    """The policy's id. Example: `"pol_01jq43e0s5t8v1w4x7y0z3a6bd"`"""


class PolicyEvaluationFilter(Input):
    """Which evaluations; everything that is given must hold. Example: `{verdict: DENIED, since: "2026-01-31T00:00:00Z"}`"""

    verdict: PolicyVerdict | None = None
    """Only those with this verdict."""
    action: str | None = None
    """Only those of this action. Example: `"approve"`"""
    entity_type: str | None = None
    """Only those about entities of this type, by its full name. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`"""
    since: datetime | None = None
    """Only those from this moment on. Example: `"2026-01-31T00:00:00Z"`"""


class PolicySampleInput(Input):
    """A context whose verdict you know. Example: `{name: "a small one", context: {resource: {amount: 10}}, isAllowed: true}`"""

    name: str
    """What it is a sample of; each has another name. Example: `"a small one"`"""
    context: JsonValue
    """What the policy is given, a JSON object; what is left out of it is as in a check that sent nothing. Example: `{resource: {amount: 10}}`"""
    is_allowed: bool
    """Whether it is to be allowed. Example: `true`"""


class PolicySaveInput(Input):
    """A policy to be saved. Example: `{name: "small-amounts", source: "return context.resource.amount <= 1000"}`"""

    name: str
    """Its name, which models and tuples refer to it by: a small letter, then up to 63 small letters, digits, `_` and `-`. Example: `"small-amounts"`"""
    source: str
    """Its source, in Lua; 10 KB at most. Example: `"return context.resource.amount <= 1000"`"""
    client: str | None = None
    """Whose models and tuples can name it; the installation's own when absent. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    description: str | None = None
    """What it is for, for people. The one there is stays when absent; null clears it. Example: `"Amounts that need no second signature"`"""
    samples: Sequence[PolicySampleInput] | None = None
    """Contexts whose verdict you know; 50 at most. Example: `[{name: "a small one", context: {resource: {amount: 10}}, isAllowed: true}]` Those there are stay when absent, and are run as well."""
    note: str | None = None
    """What changed, for whoever reads the versions. Example: `"Up to 1000"`"""
    expected_version: int | None = None
    """The version that you have seen, 0 for none: a later one is a conflict. Example: `3`"""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same policy again; with other input it is a conflict. Example: `"deploy-2026-01-31-small-amounts"`"""


class PolicyTestInput(Input):
    """A trial of a policy. Example: `{source: "return context.resource.amount <= 1000", context: {resource: {amount: 10}}}`"""

    source: str
    """The source, in Lua. Example: `"return context.resource.amount <= 1000"`"""
    context: JsonValue | None = None
    """What it is given, a JSON object. Example: `{resource: {amount: 10}}`"""
    samples: Sequence[PolicySampleInput] | None = None
    """Contexts whose verdict you know; 50 at most. Example: `[{name: "a small one", context: {resource: {amount: 10}}, isAllowed: true}]`"""
    client: str | None = None
    """Whose policy it may become: then `clients.manage_access` on this client is enough. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class RecoveryCodesRegenerateInput(Input):
    """Makes new recovery codes. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class RegistrationContextCreateInput(Input):
    """A registration context to make. Example: `{slug: "acme-staff", name: "Staff of Acme", clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", grants: [{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}], allowedDomains: ["acme.example"], dryRun: true}`"""

    slug: str
    """Its name for programs and the audit trail: 1 to 40 small letters, digits and dashes; this cannot change later. Example: `"acme-staff"`"""
    name: str
    """What people call it. Example: `"Staff of Acme"`"""
    grants: Sequence[RegistrationGrantInput]
    """What people get, 1 to 50. What the caller could not give by `tuplesWrite`, it cannot give here."""
    description: str | None = None
    """What it is for, for people. Example: `"Everybody at Acme reads invoices"`"""
    client_id: str | None = None
    """Applies to who comes through this client or for it; absent: to everybody who signs up. This cannot change later. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    allowed_origins: Sequence[str] | None = None
    """Origins of applications that people have to come from, 50 at most; empty: from anywhere. Example: `["https://app.acme.example"]`"""
    allowed_domains: Sequence[str] | None = None
    """Domains of which people must have proved an address, 200 at most; empty: everybody. A subdomain is another one. Example: `["acme.example"]`"""
    is_enabled: bool | None = None
    """Whether it is applied. Example: `true`"""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same context again; with other input it is a conflict. Example: `"deploy-2026-01-31-acme-staff"`"""
    dry_run: bool | None = None
    """Only tell whether it can be made."""


class RegistrationContextDeleteInput(Input):
    """Which context to delete. Example: `{id: "ctx_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    id: str
    """The context's id. Example: `"ctx_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class RegistrationContextFilter(Input):
    """Which registration contexts; everything that is given must hold. Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: true}`"""

    client_id: str | None = None
    """Only those of this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    is_platform_wide: bool | None = None
    """Only those that hold for the whole platform, or only those of clients."""
    is_enabled: bool | None = None
    """Only enabled ones, or disabled."""


class RegistrationContextUpdateInput(Input):
    """Changes of a registration context. What is absent stays; null clears. Who got something keeps it, and who it was applied to gets nothing more. Example: `{id: "ctx_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: false}`"""

    id: str
    """The context's id. Example: `"ctx_01jq40b7n2r5s8t1v4w7x0y3za"`"""
    name: str | None = None
    """What people call it. Example: `"Staff of Acme"`"""
    description: str | None = None
    """What it is for, for people. Example: `"Everybody at Acme reads invoices"`"""
    grants: Sequence[RegistrationGrantInput] | None = None
    """All of them. What people get, 1 to 50. What the caller could not give by `tuplesWrite`, it cannot give here."""
    allowed_origins: Sequence[str] | None = None
    """Origins of applications that people have to come from, 50 at most; empty: from anywhere. Example: `["https://app.acme.example"]`"""
    allowed_domains: Sequence[str] | None = None
    """Domains of which people must have proved an address, 200 at most; empty: everybody. A subdomain is another one. Example: `["acme.example"]`"""
    is_enabled: bool | None = None
    """Whether it is applied. Example: `true`"""
    dry_run: bool | None = None
    """Only tell how it would be."""


class RegistrationGrantInput(Input):
    """A relation that people get. Example: `{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}`"""

    entity_type: str
    """The full name of the type, with the client that owns it. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`"""
    relation: str
    """The relation. Example: `"viewer"`"""
    entity_id: str | None = None
    """To what; every entity of the type when absent. Example: `"42"`"""


class RevokedSessionFilter(Input):
    """Whose sessions; everything that is given must hold. Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za"}`"""

    user_id: str | None = None
    """Only this user's. One's own need no permission. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    client_id: str | None = None
    """Only those that have given tokens to this client. Who manages its access, and the client itself, may ask. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`"""


class SessionFilter(Input):
    """Which sessions; everything that is given must hold. Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    user_id: str | None = None
    """Only this user's. One's own need no permission. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class SessionRevokeInput(Input):
    """Which session to end. Example: `{id: "ses_01jq41c8p3q6r9s2t5v8w1x4yb"}`"""

    id: str
    """The session's id. Example: `"ses_01jq41c8p3q6r9s2t5v8w1x4yb"`"""


class SessionsRevokeInput(Input):
    """Whose sessions to end. Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", keepCurrent: true}`"""

    user_id: str
    """Whose. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    keep_current: bool | None = None
    """Whether the session that the request itself belongs to stays."""


class SigningKeyWithdrawInput(Input):
    """Which key to take out. Example: `{id: "sk_01jq42d9r4s7t0v3w6x9y2z5ac"}`"""

    id: str
    """The key's id. Example: `"sk_01jq42d9r4s7t0v3w6x9y2z5ac"`"""


class SigningKeysRotateInput(Input):
    """Which keys get a successor. Example: `{alg: "ES256"}`"""

    alg: str | None = None
    """Only the keys of this algorithm; all of them when absent. Example: `"ES256"`"""


class SubjectInput(Input):
    """Who may do something. Example: `{type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    type: str
    """Its type: user, apikey, client, group, or a type of a model. Example: `"user"`"""
    id: str
    """Its id; `*` for everyone of the type. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    relation: str | None = None
    """For a userset: the relation. Example: `"member"`"""


class TokenFamilyRevokeInput(Input):
    """Which token family to end. Example: `{id: "fam_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """Its id, from `tokenFamilies`. Example: `"fam_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class TotpConfirmInput(Input):
    """A setup and a first code. Example: `{setup: "AQIDBAUG", code: "492039"}`"""

    setup: str
    """What `totpStart` gave. Example: `"AQIDBAUG"`"""
    code: str
    """What the app shows. Example: `"492039"`"""


class TotpRemoveInput(Input):
    """Removes the caller's authenticator app. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class TotpStartInput(Input):
    """Begins to set up an authenticator app. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class TupleConditionInput(Input):
    """A condition of the model that a tuple counts under. Example: `{name: "office", context: {floor: 3}}`"""

    name: str
    """The condition's name in the model. Example: `"office"`"""
    context: JsonValue | None = None
    """Parameters that are settled already, a JSON object. Example: `{floor: 3}`"""


class TupleFilter(Input):
    """Which tuples; everything that is given must hold. Example: `{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}`"""

    entity_type: str | None = None
    """Only on entities of this type. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`"""
    entity_id: str | None = None
    """Only on the entity with this id. Example: `"42"`"""
    relation: str | None = None
    """Only with this relation. Example: `"viewer"`"""
    subject_type: str | None = None
    """Only with subjects of this type. Example: `"user"`"""
    subject_id: str | None = None
    """Only with the subject of this id. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    subject_relation: str | None = None
    """Only with usersets of this relation; empty for subjects that are no userset. Example: `"member"`"""


class TupleInput(Input):
    """A relationship with what limits it. Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer", subject: {type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}, expiresAt: "2026-12-31T23:59:59Z"}`"""

    entity: EntityInput
    """To what."""
    relation: str
    """The relation. Example: `"viewer"`"""
    subject: SubjectInput
    """Who."""
    condition: TupleConditionInput | None = None
    """When it counts, beside the times."""
    policy: str | None = None
    """In place of a condition, a policy of the client that owns the entity's type, or of the installation: it counts where that says so. Example: `"business_hours"`"""
    starts_at: datetime | None = None
    """When it begins to count; at once when absent. Example: `"2026-02-01T00:00:00Z"`"""
    expires_at: datetime | None = None
    """When it ends; never when absent. Example: `"2026-12-31T23:59:59Z"`"""


class TupleKeyInput(Input):
    """A relationship: subject has relation to entity. Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer", subject: {type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}}`"""

    entity: EntityInput
    """To what."""
    relation: str
    """The relation. Example: `"viewer"`"""
    subject: SubjectInput
    """Who."""


class TuplePlaceInput(Input):
    """All tuples of an entity with a relation. Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer"}`"""

    entity: EntityInput
    """The entity."""
    relation: str
    """The relation. Example: `"viewer"`"""


class TuplesDeleteInput(Input):
    """Which tuples to delete. Example: `{filter: {entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", entityId: "42"}, dryRun: true}`"""

    filter: TupleFilter
    """Which tuples: at least the type of the entity, or type and id of the subject."""
    reason: str | None = None
    """Why: for the changelog and the audit trail. Example: `"Ada left the project"`"""
    dry_run: bool | None = None
    """Only count."""


class TuplesWriteInput(Input):
    """Changes of tuples that happen all at one revision, or not at all; at most 1000 tuples and places. Example: `{writes: [{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer", subject: {type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}}], reason: "Ada audits", dryRun: true}`"""

    writes: Sequence[TupleInput] | None = None
    """Add these, or give them this condition and these times; what stands so stays."""
    creates: Sequence[TupleInput] | None = None
    """Add these; none of them may stand already."""
    deletes: Sequence[TupleKeyInput] | None = None
    """End these, if they stand."""
    replace: Sequence[TuplePlaceInput] | None = None
    """All tuples of these places end, apart from those in `writes` and `creates`."""
    must_exist: Sequence[TupleKeyInput] | None = None
    """These have to stand before."""
    must_not_exist: Sequence[TupleKeyInput] | None = None
    """These must not stand before."""
    reason: str | None = None
    """Why: for the changelog and the audit trail. Example: `"Ada left the project"`"""
    subjects_must_exist: bool | None = None
    """Whether users, clients and API keys that are subjects have to exist. On types that are Auther's own, groups among them, they have to anyway."""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same write under the same key happens once within a day, and is answered as the first time; another write is a conflict. Example: `"grant-2026-01-31-0042"`"""
    dry_run: bool | None = None
    """Only tell what would happen."""


class TypeRenameInput(Input):
    """A type that gets another name; its tuples stay. Example: `{old: "bill", new: "invoice"}`"""

    old: str
    """Its name in the version in force. Example: `"bill"`"""
    new: str
    """Its name in the new version. Example: `"invoice"`"""


class UserBanInput(Input):
    """A ban. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", reason: "Sent spam."}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    reason: str | None = None
    """Why; operators read it. Example: `"Sent spam."`"""
    until: datetime | None = None
    """When the ban lifts itself; for good when absent. Example: `"2026-12-31T23:59:59Z"`"""


class UserCreateInput(Input):
    """A user to create. Example: `{email: "ada@example.com", name: "Ada Lovelace", sendInvitation: true}`"""

    email: str
    """The e-mail address, unique without regard to case. Example: `"ada@example.com"`"""
    name: str | None = None
    """The full name. Example: `"Ada Lovelace"`"""
    username: str | None = None
    """Another name to sign in with. Example: `"ada"`"""
    email_verified: bool | None = None
    """Whether the address counts as verified."""
    password: str | None = None
    """A first password. Example: `"correct horse battery staple"`"""
    must_change_password: bool | None = None
    """Whether the first password has to be changed at the first sign-in."""
    locale: str | None = None
    """Preferred language, a BCP 47 tag. Example: `"en-GB"`"""
    attributes: JsonValue | None = None
    """Free attributes, a JSON object. Example: `{department: "Engines"}`"""
    send_invitation: bool | None = None
    """Whether to send a mail with a link to choose a password."""
    idempotency_key: str | None = None
    """Your name for this request, 1 to 200 characters. The same key with the same input gives the same user again, as it is now, and sends nothing again; with other input it is a conflict. Example: `"hr-import-2026-01-31-0042"`"""


class UserDataExportInput(Input):
    """Whose data. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class UserDeleteInput(Input):
    """Whom to delete. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", dryRun: true}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    immediately: bool | None = None
    """Erase the account now, with no time to have it back. Example: `true`"""
    dry_run: bool | None = None
    """Only tell whether it can be done, and show in `user` what would be gone."""


class UserFactorsResetInput(Input):
    """Whose factors to take away. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """The user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class UserFilter(Input):
    """Which users; everything that is given must hold. Example: `{search: "ada", status: ACTIVE, createdAfter: "2026-01-01T00:00:00Z"}`"""

    search: str | None = None
    """Part of e-mail address, username or name; or the whole id. Example: `"ada"`"""
    status: UserStatus | None = None
    """Only users of this status."""
    email_verified: bool | None = None
    """Only users whose address is verified, or is not."""
    created_after: datetime | None = None
    """Only accounts younger. Example: `"2026-01-01T00:00:00Z"`"""
    created_before: datetime | None = None
    """Only accounts older. Example: `"2026-12-31T23:59:59Z"`"""


class UserMergeInput(Input):
    """Which account becomes part of which. Example: `{from: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", into: "usr_01jq3zv4m9w8k2c7d5f6g1h0cd", dryRun: true}`"""

    from_: str = Field(alias="from")
    """The account that goes. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    into: str
    """The account that stays. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0cd"`"""
    reason: str | None = None
    """Why, for the audit trail. Example: `"Signed up twice, ticket 4711."`"""
    dry_run: bool | None = None
    """Only tell what would move."""


class UserRestoreInput(Input):
    """Whose deletion to call off. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class UserUnbanInput(Input):
    """Whose ban to lift. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""


class UserUpdateInput(Input):
    """Changes of a user. What is absent stays, null clears. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", name: "Ada King", username: null}`"""

    id: str
    """Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`"""
    email: str | None = None
    """A new address is unverified unless `emailVerified` says otherwise. Example: `"ada.king@example.com"`"""
    name: str | None = None
    """The full name. Example: `"Ada King"`"""
    username: str | None = None
    """Another name to sign in with. Example: `"ada"`"""
    email_verified: bool | None = None
    """Whether the address counts as verified."""
    picture: str | None = None
    """URL of a picture, https. Example: `"https://example.com/ada.png"`"""
    locale: str | None = None
    """Preferred language, a BCP 47 tag. Example: `"en-GB"`"""
    zoneinfo: str | None = None
    """Time zone, an IANA name. Example: `"Europe/London"`"""
    attributes: JsonValue | None = None
    """Free attributes, a JSON object that replaces the former one. Example: `{department: "Engines", badge: 1815}`"""


class ViewerDataExportInput(Input):
    """Asks for the caller's data. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class ViewerDeleteInput(Input):
    """Deletes the caller's account. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class ViewerEmailChangeStartInput(Input):
    """Another e-mail address. Example: `{email: "ada.king@example.com"}`"""

    email: str
    """The address to be. Example: `"ada.king@example.com"`"""


class ViewerEmailChangeWithdrawInput(Input):
    """Keeps the present address. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


class ViewerPasswordChangeInput(Input):
    """A new password. Example: `{password: "correct horse battery staple"}`"""

    password: str
    """The password to be. Example: `"correct horse battery staple"`"""


class ViewerUpdateInput(Input):
    """Changes of oneself. What is absent stays, null clears. Example: `{name: "Ada King", zoneinfo: "Europe/London", picture: null}`"""

    name: str | None = None
    """The full name. Example: `"Ada King"`"""
    username: str | None = None
    """Another name to sign in with, where the server lets people choose it (`AUTHER_OWN_USERNAMES`). Example: `"ada"`"""
    picture: str | None = None
    """URL of a picture, https. Example: `"https://example.com/ada.png"`"""
    locale: str | None = None
    """Preferred language, a BCP 47 tag. Example: `"en-GB"`"""
    zoneinfo: str | None = None
    """Time zone, an IANA name. Example: `"Europe/London"`"""


class ViewerVerificationSendInput(Input):
    """Sends the mail again that proves one's own address. Example: `{}`"""

    client_mutation_id: str | None = None
    """Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`"""


ApiKeyCreateInput.model_rebuild()
ApiKeyDeleteInput.model_rebuild()
ApiKeyDisableInput.model_rebuild()
ApiKeyEnableInput.model_rebuild()
ApiKeyFilter.model_rebuild()
ApiKeyGrantInput.model_rebuild()
ApiKeyRotateInput.model_rebuild()
ApiKeyUpdateInput.model_rebuild()
AuditEventFilter.model_rebuild()
CheckInput.model_rebuild()
ClientCreateInput.model_rebuild()
ClientDeleteInput.model_rebuild()
ClientFilter.model_rebuild()
ClientSecretRotateInput.model_rebuild()
ClientUpdateInput.model_rebuild()
ConsentWithdrawInput.model_rebuild()
ConsistencyInput.model_rebuild()
EntityInput.model_rebuild()
IdentityProviderCreateInput.model_rebuild()
IdentityProviderDeleteInput.model_rebuild()
IdentityProviderFilter.model_rebuild()
IdentityProviderUpdateInput.model_rebuild()
ImpersonationStartInput.model_rebuild()
ImpersonationStopInput.model_rebuild()
InitialAccessTokenCreateInput.model_rebuild()
InitialAccessTokenRevokeInput.model_rebuild()
LinkedIdentityDeleteInput.model_rebuild()
ModelPreviewInput.model_rebuild()
ModelSaveInput.model_rebuild()
PasskeyRegisterInput.model_rebuild()
PasskeyRemoveInput.model_rebuild()
PasskeyRenameInput.model_rebuild()
PasskeyStartInput.model_rebuild()
PolicyDeleteInput.model_rebuild()
PolicyEvaluationFilter.model_rebuild()
PolicySampleInput.model_rebuild()
PolicySaveInput.model_rebuild()
PolicyTestInput.model_rebuild()
RecoveryCodesRegenerateInput.model_rebuild()
RegistrationContextCreateInput.model_rebuild()
RegistrationContextDeleteInput.model_rebuild()
RegistrationContextFilter.model_rebuild()
RegistrationContextUpdateInput.model_rebuild()
RegistrationGrantInput.model_rebuild()
RevokedSessionFilter.model_rebuild()
SessionFilter.model_rebuild()
SessionRevokeInput.model_rebuild()
SessionsRevokeInput.model_rebuild()
SigningKeyWithdrawInput.model_rebuild()
SigningKeysRotateInput.model_rebuild()
SubjectInput.model_rebuild()
TokenFamilyRevokeInput.model_rebuild()
TotpConfirmInput.model_rebuild()
TotpRemoveInput.model_rebuild()
TotpStartInput.model_rebuild()
TupleConditionInput.model_rebuild()
TupleFilter.model_rebuild()
TupleInput.model_rebuild()
TupleKeyInput.model_rebuild()
TuplePlaceInput.model_rebuild()
TuplesDeleteInput.model_rebuild()
TuplesWriteInput.model_rebuild()
TypeRenameInput.model_rebuild()
UserBanInput.model_rebuild()
UserCreateInput.model_rebuild()
UserDataExportInput.model_rebuild()
UserDeleteInput.model_rebuild()
UserFactorsResetInput.model_rebuild()
UserFilter.model_rebuild()
UserMergeInput.model_rebuild()
UserRestoreInput.model_rebuild()
UserUnbanInput.model_rebuild()
UserUpdateInput.model_rebuild()
ViewerDataExportInput.model_rebuild()
ViewerDeleteInput.model_rebuild()
ViewerEmailChangeStartInput.model_rebuild()
ViewerEmailChangeWithdrawInput.model_rebuild()
ViewerPasswordChangeInput.model_rebuild()
ViewerUpdateInput.model_rebuild()
ViewerVerificationSendInput.model_rebuild()
