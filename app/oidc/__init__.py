"""The OIDC / OAuth provider: authorize, token, userinfo, revoke, introspect, devices, logout, discovery, consent.

Tables: `oidc_interaction` (a request that waits for a person), `oidc_code`, `oidc_device`, `oidc_grant` (a family
of tokens), `oidc_consent`, `oidc_pairwise_key`, and what was spent, revoked or pushed.
RFC 6749, 6750, 7009, 7523, 7591, 7592, 7636, 7662, 8252, 8414, 8628, 8693, 9068, 9126, 9207, 9449, 9700, 9701, 9728;
OIDC Core, Discovery, the Logouts. It must never send an error or a code to an address that was not checked against the
client, nor keep a code or a refresh token in a form that opens anything.
"""
