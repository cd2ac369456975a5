"""Results of the documents in `graphql/signing`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue

from auther_client.generated.enums import SigningKeyStatus
from auther_client.generated.fragments import UserErrorFields
from auther_client.models import Result


class SigningKeyWithdrawResultSigningKey(Result):
    """A key that signs tokens. Its private half never leaves the server."""

    id: str
    """The id, with a prefix that tells the kind."""
    alg: str
    """The algorithm (RFC 7518)."""
    status: SigningKeyStatus
    """Where it is in its life."""


class SigningKeyWithdrawResult(Result):
    """The outcome of taking a key out."""

    signing_key: SigningKeyWithdrawResultSigningKey | None
    """The key, withdrawn; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class SigningKeyWithdrawData(Result):
    """The whole answer."""

    signing_key_withdraw: SigningKeyWithdrawResult
    """Take a compromised key out at once: it neither signs nor verifies any more, and what it signed is worth nothing. Another one signs."""


class SigningKeysResult(Result):
    """A key that signs tokens. Its private half never leaves the server."""

    id: str
    """The id, with a prefix that tells the kind."""
    kid: str
    """The name of the key in tokens and in the key set."""
    alg: str
    """The algorithm (RFC 7518)."""
    status: SigningKeyStatus
    """Where it is in its life."""
    created_at: datetime
    """When it was made and published."""
    activates_at: datetime
    """When it begins to sign."""
    retires_at: datetime
    """When its successor takes over."""
    removes_at: datetime
    """When it is removed from the key set."""
    age_seconds: int
    """Seconds since it was made."""
    public_jwk: JsonValue
    """The public half, a JWK (RFC 7517)."""


class SigningKeysData(Result):
    """The whole answer."""

    signing_keys: tuple[SigningKeysResult, ...]
    """The keys that sign tokens, the youngest first."""


class SigningKeysRotateResultSigningKeys(Result):
    """A key that signs tokens. Its private half never leaves the server."""

    id: str
    """The id, with a prefix that tells the kind."""
    alg: str
    """The algorithm (RFC 7518)."""
    status: SigningKeyStatus
    """Where it is in its life."""
    activates_at: datetime
    """When it begins to sign."""
    retires_at: datetime
    """When its successor takes over."""


class SigningKeysRotateResult(Result):
    """The outcome of rotating keys."""

    signing_keys: tuple[SigningKeysRotateResultSigningKeys, ...] | None
    """All keys, the youngest first; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class SigningKeysRotateData(Result):
    """The whole answer."""

    signing_keys_rotate: SigningKeysRotateResult
    """Let new keys take over soon: they are published at once and sign a little later, when applications have fetched them. Asking again while one waits makes no other one."""
