"""The public keys of clients: registered with them, or published at an address of theirs.

Published ones are remembered for `FRESH`, and fetched again when a token names a key that is not among them, at
most once in `RETRY` for each address. While an address does not answer, what it said last counts for `STALE`.

Operators' clients are a known number, and so are the calls that they cost. Of clients that register themselves there
may be any number: callers, such clients and the hosts that they name have a budget.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog

from app.clients.service import policy_for
from app.clients.types import Client
from app.kit import clock
from app.kit.actor import Origin
from app.kit.errors import AppError, Unavailable
from app.kit.http import OutboundPolicy, fetch
from app.kit.limits import RateLimit, address_bucket
from app.oidc.budgets import spend_budget
from app.signing.foreign import MAX_KEY_SET_BYTES, ForeignKey, ForeignToken, pick_keys, read_key_set

_log = structlog.get_logger("auther.oidc")

FRESH: Final = timedelta(minutes=10)
RETRY: Final = timedelta(seconds=30)
STALE: Final = timedelta(hours=1)
FETCH_TIMEOUT: Final = timedelta(seconds=5)
MAX_ADDRESSES: Final = 1_000
PER_ADDRESS: Final = RateLimit("oidc.client_keys_address", hits=30, window=timedelta(minutes=1))
PER_CLIENT: Final = RateLimit("oidc.client_keys_client", hits=60, window=timedelta(minutes=1))
PER_HOST: Final = RateLimit("oidc.client_keys_host", hits=600, window=timedelta(minutes=1))
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

    def holds(self, token: ForeignToken) -> bool:
        return self.is_read_within(FRESH) and bool(pick_keys(token, self.keys))

    def may_ask(self) -> bool:
        return self.asked_at is None or abs(clock.now() - self.asked_at) >= RETRY


_published: OrderedDict[tuple[str, OutboundPolicy], _Published] = OrderedDict()


async def find_keys(client: Client, token: ForeignToken, origin: Origin) -> Sequence[ForeignKey]:
    """The keys of a client that may have signed this token. May call the client's server: not inside a unit of work.

    Args:
        origin: who sent the token.

    Raises:
        EndpointError: `temporarily_unavailable`: the keys of a client that registered itself would have to be
            fetched, and too many were.
    """
    if client.jwks is not None:
        return pick_keys(token, read_key_set(client.jwks))
    return [] if client.jwks_uri is None else await _find_published(client, client.jwks_uri, token, origin)


def forget_published() -> None:
    """Drop what this process has fetched."""
    _published.clear()


async def _find_published(client: Client, uri: str, token: ForeignToken, origin: Origin) -> Sequence[ForeignKey]:
    policy = policy_for(client)
    entry = _entry(uri, policy)
    if not entry.holds(token):
        async with entry.lock:
            # Whoever waited for the lock looks again: the answer may have come meanwhile.
            if not entry.holds(token) and entry.may_ask():
                if client.is_dynamic:
                    await _spend_budgets(client, uri, origin)
                await _ask(uri, entry, policy)
    return pick_keys(token, entry.keys) if entry.is_read_within(STALE) else []


def _entry(uri: str, policy: OutboundPolicy) -> _Published:
    # Whoever may not be called for at an address does not keep others from asking there.
    entry = _published.setdefault((uri, policy), _Published())
    _published.move_to_end((uri, policy))
    if len(_published) > MAX_ADDRESSES:
        _published.popitem(last=False)
    return entry


async def _spend_budgets(client: Client, uri: str, origin: Origin) -> None:
    buckets = {PER_ADDRESS: address_bucket(origin.ip), PER_CLIENT: client.id, PER_HOST: urlsplit(uri).hostname or ""}
    for limit, bucket in buckets.items():
        await spend_budget(limit, bucket, "The keys of too many clients were fetched. Wait a moment.")


async def _ask(uri: str, entry: _Published, policy: OutboundPolicy) -> None:
    entry.asked_at = clock.now()
    try:
        entry.keys = await _fetch(uri, policy)
        entry.read_at = entry.asked_at
    except AppError as error:
        _log.warning("client_keys.not_read", uri=uri, code=error.code, detail=error.detail)


async def _fetch(uri: str, policy: OutboundPolicy) -> tuple[ForeignKey, ...]:
    answer = await fetch(
        uri,
        headers={"accept": "application/jwk-set+json, application/json"},
        timeout=FETCH_TIMEOUT,
        max_bytes=MAX_KEY_SET_BYTES,
        policy=policy,
    )
    if answer.status != _OK or answer.is_truncated:
        raise Unavailable("oidc_client_keys_unread", "The client's keys cannot be read.", detail=str(answer.status))
    return read_key_set(answer.body)
