"""Creations that may be asked for again: the same key of the same caller creates once.

A room keeps `key` (unique) and `digest` beside what it created, takes a lock on the key before it looks, and answers a
repeat with what is there. A digest cannot be guessed from, so a request may hold a password.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import orjson

from app.kit.actor import Actor
from app.kit.errors import InvalidInput
from app.kit.runtime import keyring

MAX_KEY: Final = 200
_PURPOSE: Final = "idempotency"
# What orjson says of a value that has more levels than it writes.
_TOO_DEEP: Final = "Recursion limit"


class IdempotencyKeyInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "kit_idempotency_key_invalid",
            f"An idempotency key has 1 to {MAX_KEY} characters.",
            field=("idempotencyKey",),
        )


class IdempotentInputTooDeep(InvalidInput):
    def __init__(self) -> None:
        super().__init__("kit_idempotent_input_too_deep", "The input is nested too deeply to be asked for again.")


@dataclass(frozen=True, slots=True)
class Creation:
    """A creation under a key.

    Attributes:
        key: 32 bytes that name caller and key.
        content: what is to be created, 32 bytes.
    """

    key: bytes
    content: bytes

    @property
    def digest(self) -> bytes:
        """What to keep, 32 bytes."""
        return keyring().sign(self.content, purpose=_PURPOSE)

    def repeats(self, digest: bytes) -> bool:
        """Whether what was kept is of the same input."""
        return keyring().verify(self.content, digest, purpose=_PURPOSE)


def read_creation(actor: Actor, key: str, *given: object) -> Creation:
    """A creation under a key of this caller.

    Args:
        given: everything that the request says, as dataclasses and JSON values.

    Raises:
        IdempotencyKeyInvalid: the key is empty or too long.
        IdempotentInputTooDeep: JSON of it has more than 254 levels.
    """
    if not 1 <= len(key) <= MAX_KEY:
        raise IdempotencyKeyInvalid
    named = f"{actor.kind}\0{actor.id}\0{key}".encode(errors="replace")
    try:
        content = orjson.dumps(given, option=orjson.OPT_SORT_KEYS, default=dict)
    except orjson.JSONEncodeError as error:
        if _TOO_DEEP not in str(error):
            raise
        raise IdempotentInputTooDeep from None
    return Creation(hashlib.sha256(named).digest(), hashlib.sha256(content).digest())
