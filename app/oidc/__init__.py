"""The OIDC / OAuth provider: authorize, token, userinfo, revoke, introspect, devices, logout, discovery, consent.

Tables: `oidc_interaction` (a request that waits for a person), `oidc_code`, `oidc_device`, `oidc_grant` (what a user
gave a client, and its refresh token family), `oidc_consent`, `oidc_revoked_token`, `oidc_spent_assertion`.
RFC 6749, 6750, 7009, 7523, 7636, 7662, 8252, 8414, 8628, 8693, 9068, 9207, 9700; OIDC Core, Discovery, RP-Init. Logout.
It must never send an error or a code to an address that was not checked against the client, nor keep
a code or a refresh token in a form that opens anything.
"""
