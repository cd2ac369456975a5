"""The text of a key: `ak_<env>_<id>_<secret>`, the last six characters a checksum of all before.

The secret is 256 random bits in base 62. The checksum is a CRC-32: typing errors fail without a look into the
database, and scanners for secrets tell keys from what only looks like one. It proves nothing.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from app.api_keys.types import ID_PREFIX

KEY_PREFIX = "ak"
SECRET_BYTES = 32
HINT_LENGTH = 4
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# 62 ** 43 > 2 ** 256 and 62 ** 6 > 2 ** 32
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
_FORM = re.compile(
    rf"({KEY_PREFIX}_[a-z0-9]{{1,12}}_([0-9a-hjkmnp-tv-z]{{26}})_[0-9A-Za-z]{{{_SECRET_LENGTH}}})"
    rf"([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)
# Anything longer is no key, and not worth a look.
MAX_LENGTH = 128


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A well-formed key: whose it says it is, and all of its text."""

    key_id: str
    text: str

    def __repr__(self) -> str:
        return f"ReadKey({self.key_id!r})"


def make_text(environment: str, key_id: str, random_bytes: bytes) -> str:
    """The text of a key.

    Args:
        environment: `[a-z0-9]{1,12}`, tells people where a key belongs.
        random_bytes: SECRET_BYTES of them.
    """
    secret = _base62(int.from_bytes(random_bytes, "big"), _SECRET_LENGTH)
    text = f"{KEY_PREFIX}_{environment}_{key_id.removeprefix(f'{ID_PREFIX}_')}_{secret}"
    return text + _checksum(text)


def read_text(text: str) -> ReadKey | None:
    """What a text says if it has the form of a key; None when it has not, or the checksum is wrong."""
    found = _FORM.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None or _checksum(found[1]) != found[3]:
        return None
    return ReadKey(f"{ID_PREFIX}_{found[2]}", text)


def looks_like_key(text: str) -> bool:
    """Whether a text is meant to be a key, well-formed or not: no token begins like one."""
    return text.startswith(f"{KEY_PREFIX}_")


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
