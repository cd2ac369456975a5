"""The public keys of clients: registered with them, or published at an address of theirs.

Published ones are remembered for `FRESH`, and fetched again when a token names a key that is not among them, at
most once in `RETRY` for each address. While an address does not answer, what it said last counts for `STALE`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.clients.types import Client
from app.kit import clock
from app.kit.errors import AppError, Unavailable
from app.kit.http import OutboundPolicy, fetch
from app.kit.runtime import settings
from app.signing.foreign import MAX_KEY_SET_BYTES, ForeignKey, ForeignToken, pick_keys, read_key_set

_log = structlog.get_logger("auther.oidc")

FRESH: Final = timedelta(minutes=10)
RETRY: Final = timedelta(seconds=30)
STALE: Final = timedelta(hours=1)
FETCH_TIMEOUT: Final = timedelta(seconds=5)
MAX_ADDRESSES: Final = 1_000
_OK: Final = 200


@dataclass(slots=True)
class _Published:
    """What an address said last, and when it was asked. Whoever asks holds the lock: the others wait for the answer."""

    keys: tuple[ForeignKey, ...] = ()
    read_at: datetime | None = None
    asked_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_read_within(self, age: timedelta) -> bool:
        return self.read_at is not None and abs(clock.now() - self.read_at) < age

    def may_ask(self) -> bool:
        return self.asked_at is None or abs(clock.now() - self.asked_at) >= RETRY


_published: OrderedDict[str, _Published] = OrderedDict()


async def find_keys(client: Client, token: ForeignToken) -> Sequence[ForeignKey]:
    """The keys of a client that may have signed this token. May call the client's server: not inside a unit of work."""
    if client.jwks is not None:
        return pick_keys(token, read_key_set(client.jwks))
    return [] if client.jwks_uri is None else await _find_published(client.jwks_uri, token)


def forget_published() -> None:
    """Drop what this process has fetched."""
    _published.clear()


async def _find_published(uri: str, token: ForeignToken) -> Sequence[ForeignKey]:
    entry = _entry(uri)
    if not (entry.is_read_within(FRESH) and pick_keys(token, entry.keys)):
        async with entry.lock:
            # Whoever waited for the lock looks again: the answer may have come meanwhile.
            if not (entry.is_read_within(FRESH) and pick_keys(token, entry.keys)) and entry.may_ask():
                await _ask(uri, entry)
    return pick_keys(token, entry.keys) if entry.is_read_within(STALE) else []


def _entry(uri: str) -> _Published:
    entry = _published.get(uri)
    if entry is None:
        entry = _published[uri] = _Published()
        if len(_published) > MAX_ADDRESSES:
            _published.popitem(last=False)
    return entry


async def _ask(uri: str, entry: _Published) -> None:
    entry.asked_at = clock.now()
    try:
        entry.keys = await _fetch(uri)
        entry.read_at = entry.asked_at
    except AppError as error:
        _log.warning("client_keys.not_read", uri=uri, code=error.code, detail=error.detail)


async def _fetch(uri: str) -> tuple[ForeignKey, ...]:
    answer = await fetch(
        uri,
        headers={"accept": "application/jwk-set+json, application/json"},
        timeout=FETCH_TIMEOUT,
        max_bytes=MAX_KEY_SET_BYTES,
        policy=OutboundPolicy.of(settings().outbound_allow),
    )
    if answer.status != _OK or answer.is_truncated:
        raise Unavailable("oidc_client_keys_unread", "The client's keys cannot be read.", detail=str(answer.status))
    return read_key_set(answer.body)
