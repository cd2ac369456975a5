"""What a refresh token looks like: `art_`, the grant it belongs to, 256 random bits, our mark.

Only the hash of the newest one is stored. The mark (an HMAC) tells a former token of a family from a
made-up one, so reuse is seen however old the token is, and nobody who merely knows a grant's id can
have it revoked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kit.crypto import b64url, b64url_decode, new_token
from app.kit.runtime import keyring
from app.oidc.types import GRANT_PREFIX, REFRESH_PREFIX

_MARK_PURPOSE = "refresh-token"
_SUCCESSOR_PURPOSE = "refresh-successor"
_TOKEN = re.compile(rf"{REFRESH_PREFIX}_([0-9a-z]{{26}})([A-Za-z0-9_-]{{43}})([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart. `is_marked`: we made it, at some time, for this grant."""

    grant_id: str
    is_marked: bool


def make(grant_id: str) -> str:
    """A fresh refresh token of the grant."""
    body = grant_id.removeprefix(f"{GRANT_PREFIX}_") + new_token("").removeprefix("_")
    return f"{REFRESH_PREFIX}_{body}{b64url(keyring().sign(body.encode(), purpose=_MARK_PURPOSE))}"


def read(token: str) -> RefreshToken | None:
    """Take a refresh token apart; None when it does not look like one."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    grant, secret, mark = match.groups()
    is_marked = keyring().verify((grant + secret).encode(), b64url_decode(mark), purpose=_MARK_PURPOSE)
    return RefreshToken(f"{GRANT_PREFIX}_{grant}", is_marked)


def seal(token: str) -> bytes:
    """The token for storage during the grace period."""
    return keyring().seal(token.encode(), purpose=_SUCCESSOR_PURPOSE)


def unseal(sealed: bytes) -> str:
    """The reverse of `seal`.

    Raises:
        Unavailable: `kit_secret_unknown`.
    """
    return keyring().open(sealed, purpose=_SUCCESSOR_PURPOSE).decode()
