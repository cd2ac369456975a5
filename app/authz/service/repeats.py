"""A write that is done again under its idempotency key does nothing, and is answered as the first time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from app.authz.errors import IdempotencyMismatch, TupleInvalid
from app.authz.queries import tuples as queries
from app.authz.queries.head import Head
from app.authz.queries.rows import to_key
from app.authz.queries.types import read_type_names
from app.authz.service.consistency import Revision, encode_revision
from app.authz.types.writes import TupleWrite, WriteResult
from app.kit import clock
from app.kit.actor import Actor

REMEMBERED: Final = timedelta(days=1)


async def find_repeat(actor: Actor, write: TupleWrite, head: Head) -> WriteResult | None:
    """The result of the same write under the same key; None when there was none. Call it behind the head's lock.

    Raises:
        IdempotencyMismatch: the key was used for another write.
        TupleInvalid: a context is not JSON.
    """
    if write.idempotency_key is None or write.dry_run:
        return None
    found = await queries.find_idempotent(_key(actor, write.idempotency_key), clock.now() - REMEMBERED)
    if found is None:
        return None
    if found.digest != _digest(write):
        raise IdempotencyMismatch
    revision = abs(found.revision)
    token = encode_revision(Revision(revision, min(revision, head.model_revision)))
    if found.revision <= 0:
        return WriteResult(revision, token, is_repeat=True)
    return await _recall(revision, token, found.created_at)


async def note_write(actor: Actor, write: TupleWrite, result: WriteResult, *, has_changed: bool) -> None:
    """Remember a write under its key, if it has one."""
    if write.idempotency_key is None or write.dry_run:
        return
    # A write that changed nothing is kept below zero: its revision belongs to somebody else.
    revision = result.revision if has_changed else -result.revision
    await queries.add_idempotent(_key(actor, write.idempotency_key), _digest(write), revision, clock.now())


async def _recall(revision: int, token: str, moment: datetime) -> WriteResult:
    names = await read_type_names()
    began, ended = await queries.read_revision(revision)
    created = {to_key(row, names): None for row in began}
    # What was over already had to make room, but it did not stand any more.
    gone = {to_key(row, names): row["expires_at"] for row in ended}
    lived = {key for key, expires_at in gone.items() if expires_at is None or expires_at > moment}
    return WriteResult(
        revision,
        token,
        tuple(key for key in created if key not in lived),
        tuple(key for key in created if key in lived),
        tuple(key for key in gone if key not in created),
        is_repeat=True,
    )


def _key(actor: Actor, key: str) -> str:
    return hashlib.sha256(f"{actor.kind}\0{actor.id}\0{key}".encode(errors="replace")).hexdigest()


def _digest(write: TupleWrite) -> bytes:
    plain = replace(write, idempotency_key=None)
    try:
        text = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS, default=dict)
    except orjson.JSONEncodeError:
        raise TupleInvalid("The context of a condition, or the reason, holds what JSON does not know.") from None
    return hashlib.sha256(text).digest()
