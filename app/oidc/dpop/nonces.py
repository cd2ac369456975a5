"""Nonces that we give to whoever makes proofs: the minute they were made in, under our mark. Nothing is stored.

A proof with one was made after it, so proofs cannot be made ahead for later, and the client's clock counts less.
Every process of an installation takes the nonces of every other one.

Source: RFC 9449 §8 and §9, §11.2 and §11.3.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.kit import clock
from app.kit.crypto import b64url, b64url_decode
from app.kit.runtime import keyring

# A new nonce so often; one counts for `LIFE` of them, and one that another machine made a moment ahead counts too.
ROTATION: Final = timedelta(minutes=1)
LIFE: Final = 5
_AHEAD = 1
_NUMBER_BYTES = 5
_LENGTH = 50
_PURPOSE = "dpop-nonce"


def make_nonce() -> str:
    """The nonce of this minute."""
    number = _present().to_bytes(_NUMBER_BYTES, "big")
    return b64url(number + keyring().sign(number, purpose=_PURPOSE))


def is_fresh(nonce: str) -> bool:
    """Whether we made this nonce lately."""
    if len(nonce) != _LENGTH:
        return False
    try:
        data = b64url_decode(nonce)
    except ValueError:
        return False
    number, mark = data[:_NUMBER_BYTES], data[_NUMBER_BYTES:]
    age = _present() - int.from_bytes(number, "big")
    return -_AHEAD <= age < LIFE and keyring().verify(number, mark, purpose=_PURPOSE)


def _present() -> int:
    return clock.timestamp() // int(ROTATION.total_seconds())
