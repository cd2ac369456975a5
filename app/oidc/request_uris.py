"""Request objects that clients publish: fetched from where they are registered, and from nowhere else.

Whoever can open a link makes us call one of these addresses. So each is asked at most once in `FRESH` by a process,
whether it answered well or not, and callers, clients and hosts have a budget. A fragment is no part of what is asked
for: who changes the object changes the fragment, and what was kept under the old one is not used any more.

Source: OpenID Connect Core §6.2, RFC 9101 §5.2 and §10.4.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog

from app.clients.service import policy_for
from app.clients.types import Client, ClientSource
from app.kit import clock
from app.kit.actor import Origin
from app.kit.errors import AppError
from app.kit.http import OutboundPolicy, fetch
from app.kit.limits import RateLimit, address_bucket
from app.oidc.budgets import spend_budget
from app.oidc.errors import EndpointError, ErrorCode
from app.signing.foreign import MAX_FOREIGN_BYTES

_log = structlog.get_logger("auther.oidc")

FRESH: Final = timedelta(seconds=30)
TIMEOUT: Final = timedelta(seconds=5)
PER_ADDRESS: Final = RateLimit("oidc.request_uri_address", hits=30, window=timedelta(minutes=1))
PER_CLIENT: Final = RateLimit("oidc.request_uri_client", hits=300, window=timedelta(minutes=1))
# Clients that register themselves are many, and may all name one host.
PER_HOST: Final = RateLimit("oidc.request_uri_host", hits=600, window=timedelta(minutes=1))
MAX_KEPT: Final = 1_000
_OK: Final = 200
_TOO_MANY: Final = "Too many requests were fetched. Wait a moment."
_ACCEPT: Final = "application/oauth-authz-req+jwt, application/jwt, application/jose"


@dataclass(slots=True)
class _Kept:
    """What an address gave last (None: nothing of use). Whoever asks holds the lock: the others wait for the answer."""

    text: str | None = None
    asked_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def counts(self) -> bool:
        return self.asked_at is not None and abs(clock.now() - self.asked_at) < FRESH


_kept: OrderedDict[tuple[str, OutboundPolicy], _Kept] = OrderedDict()


async def fetch_object(uri: str, client: Client, origin: Origin) -> str:
    """The request object at an address of the client. Calls its server: not inside a unit of work.

    Args:
        origin: who asks; each address may make us call so many times.

    Raises:
        EndpointError: `invalid_request_uri`: it is not registered for this client, or cannot be read;
            `request_uri_not_supported` for a client that is described by a document of its own;
            `temporarily_unavailable` for one too many.
    """
    if client.source is ClientSource.DOCUMENT:
        raise EndpointError(ErrorCode.REQUEST_URI_NOT_SUPPORTED, "This client can only push its requests (RFC 9126).")
    if uri not in client.request_uris:
        raise EndpointError(ErrorCode.INVALID_REQUEST_URI, "This request_uri is not registered for the client.")
    policy = policy_for(client)
    kept = _find(uri, policy)
    if not kept.counts:
        async with kept.lock:
            # Whoever waited for the lock looks again: the answer may have come meanwhile.
            if not kept.counts:
                await _require_room(uri, client, origin)
                kept.text, kept.asked_at = await _ask(uri, policy), clock.now()
    if kept.text is None:
        raise EndpointError(ErrorCode.INVALID_REQUEST_URI, "The request cannot be read from its address.")
    return kept.text


def forget_objects() -> None:
    """Drop what this process has fetched."""
    _kept.clear()


def _find(uri: str, policy: OutboundPolicy) -> _Kept:
    # Whoever may not be called for at an address does not keep others from asking there.
    kept = _kept.setdefault((uri, policy), _Kept())
    _kept.move_to_end((uri, policy))
    if len(_kept) > MAX_KEPT:
        _kept.popitem(last=False)
    return kept


async def _require_room(uri: str, client: Client, origin: Origin) -> None:
    await spend_budget(PER_ADDRESS, address_bucket(origin.ip), _TOO_MANY)
    await spend_budget(PER_CLIENT, client.id, _TOO_MANY)
    await spend_budget(PER_HOST, urlsplit(uri).hostname or "", _TOO_MANY)


async def _ask(uri: str, policy: OutboundPolicy) -> str | None:
    try:
        answer = await fetch(
            uri,
            headers={"accept": _ACCEPT},
            timeout=TIMEOUT,
            max_bytes=MAX_FOREIGN_BYTES,
            policy=policy,
        )
    except AppError as error:
        _log.warning("request_uri.not_read", uri=uri, code=error.code, detail=error.detail)
        return None
    if answer.status != _OK or answer.is_truncated:
        _log.warning("request_uri.not_read", uri=uri, status=answer.status, is_truncated=answer.is_truncated)
        return None
    return answer.body.decode("ascii", errors="replace").strip()
