"""API keys: subjects of their own for machines, with an owner, tuples, limits and a secret that is shown once.

Tables: `api_keys_key`. RFC 8693 (their exchange for a token stands in `oidc`).
It must never store a secret (only its SHA-256), show one twice, give a key what its maker lacks, or write for each use.
"""
