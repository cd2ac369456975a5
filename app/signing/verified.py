"""Tokens whose signature was proved lately: computing it again would take a tenth of a millisecond.

INVARIANT: what is remembered counts only while the very key that proved it is in force; times,
audience and type are checked at each use.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from app.signing import jws
from app.signing.cache import UsableKey, cache
from app.signing.errors import TokenInvalid
from app.signing.types import Claims

# Some 2 KB each.
MAX_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class _Verified:
    key: UsableKey
    claims: Claims


_verified: dict[tuple[str, str], _Verified] = {}


async def read_signed(token: str, *, typ: str) -> Claims:
    """The claims of a token under a signature of ours, whatever they say.

    Raises:
        TokenInvalid: `signing_token_invalid`.
    """
    known = _verified.get((token, typ))
    if known is not None and await cache.find(known.key.kid) is known.key:
        return known.claims
    parts = jws.parse(token, typ=typ)
    key = await cache.find(parts.kid)
    if key is None or not key.has_signed(parts):
        raise TokenInvalid("unknown key or wrong signature")
    claims = MappingProxyType(jws.read_payload(parts.payload))
    if len(_verified) >= MAX_REMEMBERED:
        # One for one: dropping all would have all of a busy hour's tokens verified again at once.
        del _verified[next(iter(_verified))]
    _verified[token, typ] = _Verified(key, claims)
    return claims
