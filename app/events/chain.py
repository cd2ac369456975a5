"""What makes tampering show: commitments, signatures, links.

Personal fields enter a row's signature only as SHA-256 commitments under a random salt. Erasing
the fields together with their salt leaves the signature verifiable and the fields beyond guessing.
Signatures are HMACs under keys derived from the root secret, which the database does not hold.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson

from app.events.types import Checkpoint
from app.kit.runtime import keyring

SALT_BYTES = 16
GENESIS = Checkpoint(0, bytes(32))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROW = "audit-row"
_LINK = "audit-link"
_HEAD = "audit-head"
_EXPORT = "audit-export"


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commit_to(salt: bytes, fields: Sequence[object]) -> bytes:
    """A commitment that hides the fields (texts or None) without the salt and binds them with it."""
    return hashlib.sha256(salt + orjson.dumps(list(fields))).digest()


def sign_row(facts: Sequence[object]) -> bytes:
    """The signature of a row over its lasting facts and its two commitments."""
    return keyring().sign(_encode(facts), purpose=_ROW)


def is_row_signed(facts: Sequence[object], mac: bytes) -> bool:
    return keyring().verify(_encode(facts), mac, purpose=_ROW)


def link_row(before: Checkpoint, mac: bytes) -> Checkpoint:
    """The place of the next row: its link covers the one before it, so every row covers all before."""
    position = before.position + 1
    return Checkpoint(position, keyring().sign(_encode([before.link, position, mac]), purpose=_LINK))


def is_linked(before: Checkpoint, mac: bytes, at: Checkpoint) -> bool:
    return keyring().verify(_encode([before.link, at.position, mac]), at.link, purpose=_LINK)


def sign_ends(floor: Checkpoint, head: Checkpoint) -> bytes:
    """The signature of where the chain begins and ends."""
    return keyring().sign(_encode([*_parts(floor), *_parts(head)]), purpose=_HEAD)


def are_ends_signed(floor: Checkpoint, head: Checkpoint, mac: bytes) -> bool:
    return keyring().verify(_encode([*_parts(floor), *_parts(head)]), mac, purpose=_HEAD)


def sign_export(digest: bytes, rows: int) -> bytes:
    """The signature of an exported file: of its SHA-256, and of how many rows it has."""
    return keyring().sign(_encode([digest, rows]), purpose=_EXPORT)


def is_export_signed(digest: bytes, rows: int, mac: bytes) -> bool:
    return keyring().verify(_encode([digest, rows]), mac, purpose=_EXPORT)


def _parts(place: Checkpoint) -> tuple[int, bytes]:
    return place.position, place.link


def _encode(values: Sequence[object]) -> bytes:
    return orjson.dumps([_plain(value) for value in values])


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value
