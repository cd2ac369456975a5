"""Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration, RFC 7592), and those that a
document at their own address describes (draft-ietf-oauth-client-id-metadata-document).

Such clients are never our own, and never get scopes of the platform.
"""
