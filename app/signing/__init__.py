"""Signing: the keys that sign our JWTs, from their making to their removal, and the JWKS.

Table: `signing_key`. RFC 7515 (JWS compact), 7517 (JWK), 7518 §3 (RS256, ES256), 7519 (JWT),
7638 (thumbprint as `kid`), 8037 (EdDSA).
A key is published before it signs, kept for verifying after it was followed by another, and can
be withdrawn at once. It must never store a private key unsealed, show one, accept an algorithm that the token names
and its key does not have, or take a token that others signed (`foreign`: client assertions) for one of ours.
"""
