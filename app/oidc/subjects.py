"""What clients know users and sessions by: their ids, or pairwise names, which no two sectors share.

A pairwise subject is the user's id under AES-SIV (RFC 5297) with the sector as associated data: the same for ever,
nothing that two sectors could compare, and only we can turn it back, so that whatever a client tells us of a user
(a hint, a check, a `claims` request) is understood without a table. The key is random, made once and stored sealed:
`AUTHER_SECRET` may change, subjects do not. `sid` is hidden in the same way: a session that two clients could compare
would tell them that their users are one.

Source: OpenID Connect Core §8 and §8.1.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from app.clients.types import AUTHORIZATION_CODE, PAIRWISE_SUBJECT, REFRESH_TOKEN, Client
from app.kit.crypto import b64url, b64url_decode
from app.kit.runtime import keyring
from app.kit.settings import LOOPBACK_HOSTS
from app.oidc.queries import pairwise

# RFC 5297 §3: two keys of AES-256.
_KEY_BYTES = 64
# Ids of different lengths would tell users apart: they are filled up to a multiple of this.
_BLOCK = 32
_PURPOSE = "pairwise-key"
_WEB = frozenset({"http", "https"})
# What goes only to where the redirect URIs are.
_BY_REDIRECT = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN})
# A second component of the associated data keeps sessions and subjects apart (RFC 5297 §3).
_SESSION = b"sid"
# What nobody is called.
NOBODY: Final = ""

_held: AESSIV | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """Users as the clients of one sector know them."""

    name: str
    cipher: AESSIV = field(repr=False)

    def subject_of(self, user_id: str) -> str:
        """The subject of a user."""
        return self._hide(user_id)

    def user_of(self, subject: str) -> str | None:
        """The user of a subject; None when it is none of this sector."""
        return self._read(subject)

    def sid_of(self, session_id: str) -> str:
        """The `sid` of a session."""
        return self._hide(session_id, _SESSION)

    def session_of(self, sid: str) -> str | None:
        """The session of a `sid`; None when it is none of this sector."""
        return self._read(sid, _SESSION)

    def _hide(self, text: str, *context: bytes) -> str:
        raw = text.encode()
        filled = raw + bytes(-len(raw) % _BLOCK)
        return b64url(self.cipher.encrypt(filled, [self.name.encode(), *context]))

    def _read(self, hidden: str, *context: bytes) -> str | None:
        try:
            return self.cipher.decrypt(b64url_decode(hidden), [self.name.encode(), *context]).rstrip(b"\0").decode()
        except (InvalidTag, ValueError):
            return None


async def find_sector(client: Client) -> Sector | None:
    """The sector of a client with pairwise subjects; None for one that knows users by their ids.

    Raises:
        Unavailable: the key cannot be read or opened now.
    """
    if client.subject_type != PAIRWISE_SUBJECT:
        return None
    return Sector(sector_of(client), _held or await _load())


async def subject_for(client: Client, user_id: str) -> str:
    """What this client knows the user by: `sub` wherever the client reads it.

    For ID tokens, userinfo, access tokens, introspection and logout tokens alike.
    """
    sector = await find_sector(client)
    return user_id if sector is None else sector.subject_of(user_id)


async def user_of(client: Client, subject: str) -> str | None:
    """Whom this client means by a subject; None when it is none of a pairwise client's. The user need not exist."""
    sector = await find_sector(client)
    return subject if sector is None else sector.user_of(subject)


async def sid_for(client: Client, session_id: str) -> str:
    """What this client knows a session by: `sid` wherever the client reads it."""
    sector = await find_sector(client)
    return session_id if sector is None else sector.sid_of(session_id)


async def session_of(client: Client, sid: str) -> str:
    """The session that this client means by a `sid`; what is none of a pairwise client's stays as it is."""
    sector = await find_sector(client)
    return sid if sector is None else sector.session_of(sid) or sid


def sector_of(client: Client) -> str:
    """The host that stands for a client's sector (§8.1); its id, where it has none, or does not prove it."""
    host = _web_host(client.sector_identifier_uri or next(iter(client.redirect_uris), ""))
    is_strange = client.is_dynamic and not client.is_declared
    return client.id if host is None or (is_strange and not _proves_host(client)) else host


def _proves_host(client: Client) -> bool:
    """Whether all that a client gets goes to web hosts: anybody may register a client with a stranger's address.

    A device code, a private scheme or a loopback address brings tokens to whoever runs the client.
    """
    return set(client.grant_types) <= _BY_REDIRECT and all(_web_host(uri) is not None for uri in client.redirect_uris)


def _web_host(address: str) -> str | None:
    parts = urlsplit(address)
    return parts.hostname if parts.scheme in _WEB and parts.hostname not in LOOPBACK_HOSTS else None


async def seal_again() -> None:
    """Seal the key under the current secret, if a former one sealed it. Idempotent."""
    stored = await pairwise.find()
    if stored is None or keyring().is_sealed_by_current(stored.sealed, purpose=_PURPOSE):
        return
    opened = keyring().open(stored.sealed, purpose=_PURPOSE)
    await pairwise.seal_again(stored.sealed, keyring().seal(opened, purpose=_PURPOSE))


def forget_pairwise_key() -> None:
    """Drop what this process has cached (after the database was restored or emptied under it)."""
    global _held
    _held = None


async def _load() -> AESSIV:
    global _held
    stored = await pairwise.find()
    if stored is None:
        await pairwise.insert(keyring().seal(secrets.token_bytes(_KEY_BYTES), purpose=_PURPOSE))
        stored = await pairwise.find()
    assert stored is not None  # we made one, or waited for who did
    cipher = AESSIV(keyring().open(stored.sealed, purpose=_PURPOSE))
    if not stored.is_uncommitted:
        _held = cipher
    return cipher
