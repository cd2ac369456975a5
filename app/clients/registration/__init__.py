"""Clients that say themselves what they are: by registering with a token, or by a document at their own address.

Tables: `clients_initial_token`, `clients_document`. RFC 7591 §3, RFC 7592,
draft-ietf-oauth-client-id-metadata-document.
It must never keep a token (only its SHA-256), nor make such a client one of our own.
"""
