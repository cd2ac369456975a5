"""A write that is done again under its idempotency key does nothing, and is answered as the first time."""

from __future__ import annotations

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
from app.kit.idempotency import Creation, read_creation

REMEMBERED: Final = timedelta(days=1)


def read_repeatable(actor: Actor, write: TupleWrite) -> Creation | None:
    """A write under its key; None when it has none, or only asks what would happen.

    Raises:
        IdempotencyKeyInvalid: the key is empty or too long.
        IdempotentInputTooDeep: a context has too many levels.
        TupleInvalid: a context is not JSON.
    """
    if write.idempotency_key is None:
        return None
    try:
        creation = read_creation(actor, write.idempotency_key, replace(write, idempotency_key=None))
    except orjson.JSONEncodeError:
        raise TupleInvalid("The context of a condition, or the reason, holds what JSON does not know.") from None
    return None if write.dry_run else creation


async def find_repeat(creation: Creation, head: Head) -> WriteResult | None:
    """The result of the same write under the same key; None when there was none. Call it behind the head's lock.

    Raises:
        IdempotencyMismatch: the key was used for another write.
    """
    found = await queries.find_idempotent(creation.key.hex(), clock.now() - REMEMBERED)
    if found is None:
        return None
    if not creation.repeats(found.digest):
        raise IdempotencyMismatch
    revision = abs(found.revision)
    token = encode_revision(Revision(revision, min(revision, head.model_revision)))
    if found.revision <= 0:
        return WriteResult(revision, token, is_repeat=True)
    return await _recall(revision, token, found.created_at)


async def note_write(creation: Creation, result: WriteResult, *, has_changed: bool) -> None:
    """Remember a write under its key."""
    # A write that changed nothing is kept below zero: its revision belongs to somebody else.
    revision = result.revision if has_changed else -result.revision
    await queries.add_idempotent(creation.key.hex(), creation.digest, revision, clock.now())


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
