"""What each kind of client starts with and may have."""

from __future__ import annotations

from dataclasses import dataclass

from app.clients.types import (
    AUTH_BASIC,
    AUTH_NONE,
    AUTH_POST,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    REFRESH_TOKEN,
    ClientKind,
)

_SIGN_IN_SCOPES = ("openid", "profile", "email", "offline_access")
_CODE = (AUTHORIZATION_CODE, REFRESH_TOKEN)
_SECRET = (AUTH_BASIC, AUTH_POST)


@dataclass(frozen=True, slots=True)
class KindRules:
    """Defaults and bounds of one kind. The first of `auth_methods` is its default."""

    grant_types: tuple[str, ...]
    auth_methods: tuple[str, ...]
    scopes: tuple[str, ...]
    allowed_grant_types: tuple[str, ...]

    @property
    def has_secret(self) -> bool:
        return AUTH_NONE not in self.auth_methods


KINDS: dict[ClientKind, KindRules] = {
    ClientKind.WEB: KindRules(_CODE, _SECRET, _SIGN_IN_SCOPES, (*_CODE, CLIENT_CREDENTIALS)),
    ClientKind.SPA: KindRules(_CODE, (AUTH_NONE,), _SIGN_IN_SCOPES, _CODE),
    ClientKind.NATIVE: KindRules(_CODE, (AUTH_NONE,), _SIGN_IN_SCOPES, (*_CODE, DEVICE_CODE)),
    ClientKind.MACHINE: KindRules((CLIENT_CREDENTIALS,), _SECRET, (), (CLIENT_CREDENTIALS,)),
    ClientKind.DEVICE: KindRules(
        (DEVICE_CODE, REFRESH_TOKEN), (AUTH_NONE,), _SIGN_IN_SCOPES, (DEVICE_CODE, REFRESH_TOKEN)
    ),
}
