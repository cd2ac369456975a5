"""What the inputs of clients say of their fields; each ends with an example."""

from __future__ import annotations

WHICH = 'The client\'s id. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
NAME = 'The name that users see. Example: `"Invoices"`'
DESCRIPTION = 'What it is, for operators. Example: `"Accounting, run by the finance team"`'
REDIRECT_URIS = (
    "Where users may be sent back to, compared exactly. "
    'Example: `["https://invoices.example.com/auth/callback"]`'
)  # fmt: skip
POST_LOGOUT_REDIRECT_URIS = (
    'Where users may be sent after signing out. Example: `["https://invoices.example.com/"]`'
)  # fmt: skip
SCOPES = 'Scopes that it may ask for. Example: `["openid", "profile", "email", "offline_access"]`'
GRANTS = (
    "Grants that it may use (RFC 7591). "
    'Example: `["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]`'
)  # fmt: skip
AUTH_METHOD = (
    "How it proves itself: client_secret_basic, client_secret_post, private_key_jwt or none. "
    'Example: `"private_key_jwt"`'
)  # fmt: skip
AUTH_ALG = (
    "The one algorithm of its assertions: RS256, PS256, ES256, EdDSA or Ed25519; any of them when nothing is said. "
    'Example: `"ES256"`'
)  # fmt: skip
JWKS = (
    "Its public keys, a JWK Set (RFC 7517); not with `jwksUri`. "
    'Example: `{keys: [{kty: "OKP", crv: "Ed25519", kid: "1", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`'
)
JWKS_URI = 'Where its public keys are published. Example: `"https://invoices.example.com/jwks.json"`'
AUDIENCES = (
    "Clients that may exchange and introspect its tokens, and that its own ones may be meant for. "
    'Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`'
)
EXCHANGERS = (
    "Clients that may get tokens by exchange that are meant for it (RFC 8693). "
    'Example: `["cli_01jq40b7n2r5s8t1v4w7x0y3za"]`'
)
RESOURCES = (
    "URIs that it is known by as a protected resource (RFC 8707): clients may ask for tokens for them, as far as users "
    'agree. Example: `["https://mcp.example.com/mcp"]`'
)
ALG = 'How its ID tokens are signed: RS256, ES256 or EdDSA. Example: `"ES256"`'
ACCESS_TTL = "Life of its access tokens, seconds. Example: `600`"
REFRESH_TTL = "Life of its refresh tokens, seconds. Example: `2592000`"
HOME = 'Its home page. Example: `"https://invoices.example.com/"`'
LOGO = 'Its logo. Example: `"https://invoices.example.com/logo.svg"`'
REQUIRE_PKCE = "Whether it must use PKCE (RFC 7636). Example: `true`"
REQUIRE_MFA = "Whether its users need a second factor; who has none sets one up at the sign-in. Example: `true`"
SUBJECT_TYPE = (
    "Whether it sees the users' ids (public) or ids of its own for them (pairwise, OpenID Connect Core §8). "
    'Example: `"pairwise"`'
)
SECTOR_IDENTIFIER_URI = (
    "Clients with the same host here see the same pairwise ids; it serves the list of their redirect URIs. "
    'Example: `"https://example.com/redirects.json"`'
)
USERINFO_SIGNED_RESPONSE_ALG = (
    'UserInfo answers as a JWT signed so: RS256, ES256 or EdDSA; as plain JSON when nothing is said. Example: `"ES256"`'
)
INTROSPECTION_SIGNED_RESPONSE_ALG = (
    'How its introspection answers are signed when it asks for a JWT (RFC 9701). Example: `"ES256"`'
)
REQUEST_OBJECT_SIGNING_ALG = (
    "The one algorithm of its request objects (RFC 9101), or none; any that is offered when nothing is said. "
    'Example: `"ES256"`'
)
REQUIRE_SIGNED_REQUEST_OBJECT = "Whether its requests must come as signed request objects (RFC 9101). Example: `true`"
REQUIRE_PUSHED_AUTHORIZATION_REQUESTS = "Whether its requests must be pushed first (RFC 9126). Example: `true`"
REQUEST_URIS = (
    "Addresses that it publishes request objects at, compared to the letter (OpenID Connect Core §6.2). "
    'Example: `["https://invoices.example.com/requests/sign-in.jwt"]`'
)
DPOP_BOUND_ACCESS_TOKENS = "Whether its tokens are always bound to a key (RFC 9449). Example: `true`"
DEFAULT_MAX_AGE = (
    "Sign-ins older than so many seconds are asked for again, unless the request says otherwise. Example: `3600`"
)
DEFAULT_ACR_VALUES = 'Authentication context classes that it asks for when a request names none. Example: `["mfa"]`'
INITIATE_LOGIN_URI = 'Where a sign-in at the application begins. Example: `"https://invoices.example.com/login"`'
BACKCHANNEL_LOGOUT_URI = 'Where it is told, server to server, that a session ended. Example: `"https://invoices.example.com/backchannel-logout"`'
BACKCHANNEL_LOGOUT_SESSION_REQUIRED = "Whether those messages must name the session (`sid`). Example: `true`"
FRONTCHANNEL_LOGOUT_URI = 'The page of it that the sign-out page shows in a frame, to end the session there. Example: `"https://invoices.example.com/frontchannel-logout"`'
FRONTCHANNEL_LOGOUT_SESSION_REQUIRED = "Whether that address gets `iss` and `sid`. Example: `true`"
SOFTWARE_ID = 'What software it is, the same for each of its installations. Example: `"com.example.invoices"`'
SOFTWARE_VERSION = 'The version of that software. Example: `"2.4.1"`'
