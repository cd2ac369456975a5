"""What each kind of client starts with and may have."""

from __future__ import annotations

from dataclasses import dataclass

from app.clients.types import (
    AUTH_BASIC,
    AUTH_NONE,
    AUTH_POST,
    AUTH_PRIVATE_KEY,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
    ClientKind,
)

_SIGN_IN_SCOPES = ("openid", "profile", "email", "offline_access")
_CODE = (AUTHORIZATION_CODE, REFRESH_TOKEN)
_CONFIDENTIAL = (AUTH_BASIC, AUTH_POST, AUTH_PRIVATE_KEY)


@dataclass(frozen=True, slots=True)
class KindRules:
    """Defaults and bounds of one kind. The first of `auth_methods` is its default."""

    grant_types: tuple[str, ...]
    auth_methods: tuple[str, ...]
    scopes: tuple[str, ...]
    allowed_grant_types: tuple[str, ...]

    @property
    def is_confidential(self) -> bool:
        """Whether such a client can keep a secret or a private key (RFC 6749 §2.1)."""
        return AUTH_NONE not in self.auth_methods


KINDS: dict[ClientKind, KindRules] = {
    ClientKind.WEB: KindRules(
        _CODE, _CONFIDENTIAL, _SIGN_IN_SCOPES, (*_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, TOKEN_EXCHANGE)
    ),
    ClientKind.SPA: KindRules(_CODE, (AUTH_NONE,), _SIGN_IN_SCOPES, _CODE),
    ClientKind.NATIVE: KindRules(_CODE, (AUTH_NONE,), _SIGN_IN_SCOPES, (*_CODE, DEVICE_CODE)),
    ClientKind.MACHINE: KindRules((CLIENT_CREDENTIALS,), _CONFIDENTIAL, (), (CLIENT_CREDENTIALS, TOKEN_EXCHANGE)),
    ClientKind.DEVICE: KindRules(
        (DEVICE_CODE, REFRESH_TOKEN), (AUTH_NONE,), _SIGN_IN_SCOPES, (DEVICE_CODE, REFRESH_TOKEN)
    ),
}
