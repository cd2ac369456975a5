"""The code that a person types: eight consonants, no two of which look alike (RFC 8628 §6.1)."""

from __future__ import annotations

import re
import secrets
from typing import Final

from app.kit.runtime import keyring

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
_HALF = LENGTH // 2
_PURPOSE = "user-code"
_DROPPED = re.compile(r"[\s\-–—._/]+")
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


def make_user_code() -> str:
    """A fresh code, 34 bits, without its dash."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_user_code(text: str) -> str | None:
    """The code in what somebody typed: case, blanks and dashes do not count. None when it cannot be one."""
    code = _DROPPED.sub("", text[:64]).upper()
    return code if _CODE.fullmatch(code) else None


def show_user_code(code: str) -> str:
    """The code as it is shown: `BCDF-GHJK`."""
    return f"{code[:_HALF]}-{code[_HALF:]}"


def hash_user_code(code: str) -> bytes:
    """What is stored: an HMAC, since a plain hash of so short a code would be guessed."""
    return keyring().sign(code.encode(), purpose=_PURPOSE)
