"""Signing in through others: OpenID providers by discovery, OAuth 2.0 services with a user endpoint (GitHub's shape).

Tables: upstream_provider, upstream_identity, upstream_attempt.
OpenID Connect Core §3.1, Discovery §4; RFC 6749, RFC 7636 (S256), RFC 9207.
It must never: take an identity by anything but provider and subject, link an account to an address that nobody proved,
give a provider's secret back, or follow a provider anywhere but through `app.kit.http`.
"""
