"""The OIDC / OAuth provider: authorize, token, userinfo, revoke, logout, discovery, consent.

Tables: `oidc_interaction` (a request that waits for a person), `oidc_code`, `oidc_grant` (what a user
gave a client, and its refresh token family), `oidc_consent`, `oidc_revoked_token`.
RFC 6749, 6750, 7009, 7636, 8252, 8414, 9068, 9207, 9700; OpenID Connect Core, Discovery, RP-Initiated Logout.
It must never send an error or a code to an address that was not checked against the client, nor keep
a code or a refresh token in a form that opens anything.
"""
