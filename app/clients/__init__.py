"""Clients: the applications that may ask for tokens, and their secrets.

Tables: `clients_client`, `clients_secret`, and those of `registration`. RFC 6749 §2, 7591 (names of fields),
8252 (native apps), 9700 §4.1 (redirect URIs).
It must never store a secret (only its SHA-256), show one twice, or match a redirect URI loosely.
"""
