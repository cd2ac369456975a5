"""Consistency tokens: which revision an answer rests on, opaque to its reader and signed.

A change of a model takes a revision too, so the revision settles tuples and models alike; the revision of the
models stands beside it so that a reader need not look it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.authz.errors import TokenInvalid
from app.kit.crypto import b64url, b64url_decode, is_same
from app.kit.runtime import keyring

_TAG_BYTES: Final = 9
_PURPOSE: Final = "authz revision"
_MAX_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of all tuples and models."""

    number: int
    model: int


def encode_revision(revision: Revision) -> str:
    """The consistency token of a revision."""
    body = f"{revision.number}.{revision.model}".encode()
    return b64url(_tag(body) + body)


def decode_revision(token: str) -> Revision:
    """The revision of a consistency token.

    Raises:
        TokenInvalid: `authz_token_invalid`, it is not one of ours.
    """
    try:
        if len(token) > _MAX_LENGTH:
            raise ValueError("length")
        raw = b64url_decode(token)
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not is_same(tag, _tag(body)):
            raise ValueError("signature")
        number, _, model = body.decode("ascii").partition(".")
        return Revision(int(number), int(model))
    except ValueError:
        raise TokenInvalid from None


def _tag(body: bytes) -> bytes:
    return keyring().sign(body, purpose=_PURPOSE)[:_TAG_BYTES]
