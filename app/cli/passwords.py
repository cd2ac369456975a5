"""Passwords that are made for people."""

from __future__ import annotations

import secrets

_WORDS = 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_WORD_LENGTH = 5


def new_password() -> str:
    """A random password of 99 bits that can be read and typed: `k3mqp-7xwda-…`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_WORD_LENGTH)) for _ in range(_WORDS))
