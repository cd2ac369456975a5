"""Prefixed, sortable, opaque ids: `usr_01jq3z…`.

26 Crockford base-32 characters hold 48 bits of Unix milliseconds and 80 random bits, so ids
made later sort later and nothing can be guessed from one.
"""

from __future__ import annotations

import re
import secrets

from app.kit import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_BODY_LENGTH = 26
_RANDOM_BITS = 80
_ID = re.compile(r"[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}")


def new_id(prefix: str) -> str:
    """A fresh id, e.g. `new_id("usr")` → `usr_01jq3zv4m9x…`."""
    number = (int(clock.now().timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    digits = []
    for _ in range(_BODY_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def prefix_of(identifier: str) -> str | None:
    """The prefix of an id of ours, None for a foreign one."""
    return identifier.partition("_")[0] if _ID.fullmatch(identifier) else None
