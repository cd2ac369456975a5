"""Back-channel logout: each client that took part in a session is told of its end by a signed token.

A job a client, enqueued in the transaction that ends the session; it runs until the client says that it has heard.
Servers may hang, and nobody vouches for those of clients that registered themselves: these jobs run in places of their
own, those of strangers apart from those of operators' clients, so that who hangs keeps nobody else waiting.

Source: OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from app.clients.service import find_client, policy_for
from app.clients.types import Client
from app.events.service import emit
from app.jobs.service import enqueue
from app.jobs.types import Job
from app.kit import clock
from app.kit.actor import SYSTEM, Actor
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Unavailable
from app.kit.http import fetch
from app.kit.ids import new_id
from app.kit.runtime import settings
from app.metrics.instruments import Counter
from app.oidc.errors import ClientAway, LogoutNotHeard
from app.oidc.queries import participants
from app.oidc.queries.participants import Parting
from app.oidc.subjects import sid_for, subject_for
from app.oidc.types import LOGOUT_TOKEN_TYP, TOKEN_ID_PREFIX, ClientNotTold, ClientTold
from app.sessions.types import SessionDeleted
from app.signing.service import sign_jwt

TELL: Final = "oidc.backchannel_logout"
TELL_STRANGERS: Final = "oidc.backchannel_logout_strangers"
# How many calls a process makes at once, for each kind.
PLACES: Final[Mapping[str, int]] = {TELL: 8, TELL_STRANGERS: 2}
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
# The longest life that §4 recommends.
TOKEN_TTL: Final = timedelta(minutes=2)
# With the pauses between them, about a day.
MAX_ATTEMPTS: Final = 45
# About an hour.
STRANGERS_MAX_ATTEMPTS: Final = 12
TIMEOUT: Final = timedelta(seconds=5)
# A server that hangs would keep our workers waiting, one job each: it is left alone for a while.
REST: Final = timedelta(seconds=10)
_MAX_ANSWER_BYTES: Final = 4_096
_EXPIRED_BATCH: Final = 5_000
_HEADERS: Final = {"content-type": "application/x-www-form-urlencoded", "accept": "*/*"}
_TOLD: Final = Counter("oidc.backchannel_logout", "Clients that were told of the end of a session.", ("status",))
_away: dict[tuple[str, str], datetime] = {}


async def tell_end_of_session(actor: Actor, event: SessionDeleted) -> None:
    """Reaction to the end of a session, in its transaction: each client that took part will hear of it, once."""
    if event.target_id is not None and event.about_user_id is not None:
        for parting in await participants.list_to_tell(event.target_id, event.about_user_id):
            await _tell_later(parting)


async def tell_expired_sessions() -> int:
    """Let clients hear of sessions whose time is over; how many.

    Not of those that are merely idle: who works in an application all day does not come to us. Nor do clients hear
    of it that may still refresh, for `offline_access` is meant to outlive the session.
    """
    over = await participants.take_expired(clock.now(), limit=_EXPIRED_BATCH)
    for parting in over:
        await _tell_later(parting)
    return len(over)


async def tell_client(job: Job) -> None:
    """Send a client its logout token; a handler of the worker, outside any unit of work.

    Raises:
        LogoutNotHeard: it answered, with another status than 200 to 299.
        ClientAway: its server could not be reached a moment ago.
        AppError: it cannot be called, or there is nothing to sign with now.
    """
    is_dynamic = job.kind == TELL_STRANGERS
    parting = Parting(job.payload["session_id"], job.payload["user_id"], job.payload["client_id"], is_dynamic)
    client = await find_client(parting.client_id)
    if client is None or client.backchannel_logout_uri is None:
        return
    try:
        await _send(client, client.backchannel_logout_uri, await make_logout_token(client, parting))
    except AppError as error:
        _TOLD.of("failure").add()
        if job.attempt >= _most_attempts(parting):
            async with unit_of_work():
                await emit(SYSTEM, _event(ClientNotTold, parting, reason=error.code))
        raise
    _TOLD.of("success").add()
    async with unit_of_work():
        await emit(SYSTEM, _event(ClientTold, parting))


async def make_logout_token(client: Client, parting: Parting) -> str:
    """A logout token (§2.4): signed as the client's ID tokens are, new for each attempt, without `nonce`.

    Raises:
        Unavailable: there is nothing to sign with now.
    """
    now = clock.timestamp()
    claims: Mapping[str, object] = {
        "iss": settings().issuer,
        "sub": await subject_for(client, parting.user_id),
        "aud": client.id,
        "iat": now,
        "exp": now + int(TOKEN_TTL.total_seconds()),
        "jti": new_id(TOKEN_ID_PREFIX),
        "sid": await sid_for(client, parting.session_id),
        "events": {EVENT: {}},
    }
    return await sign_jwt(claims, typ=LOGOUT_TOKEN_TYP, alg=client.id_token_signed_response_alg)


def forget_away() -> None:
    """Drop what this process knows of servers that do not answer."""
    _away.clear()


async def _send(client: Client, uri: str, token: str) -> None:
    server = _server_of(client, uri)
    if _is_fresh(_away.get(server)):
        raise ClientAway
    try:
        answer = await fetch(
            uri,
            method="POST",
            headers=_HEADERS,
            content=urlencode({"logout_token": token}).encode(),
            timeout=TIMEOUT,
            max_bytes=_MAX_ANSWER_BYTES,
            policy=policy_for(client),
        )
    except Unavailable:
        _leave_alone(server)
        raise
    _away.pop(server, None)
    # §2.7: 200; some frameworks make 204 of it.
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise LogoutNotHeard(answer.status)


def _server_of(client: Client, uri: str) -> tuple[str, str]:
    """What is left alone as one. A stranger has as many ports as it likes, and says nothing of operators' clients."""
    parts = urlsplit(uri)
    return (TELL_STRANGERS, parts.hostname or "") if client.is_dynamic else (TELL, parts.netloc)


def _leave_alone(server: tuple[str, str]) -> None:
    for each in [each for each, since in _away.items() if not _is_fresh(since)]:
        del _away[each]
    _away[server] = clock.now()


def _is_fresh(away_since: datetime | None) -> bool:
    return away_since is not None and abs(clock.now() - away_since) < REST


def _most_attempts(parting: Parting) -> int:
    return STRANGERS_MAX_ATTEMPTS if parting.is_dynamic else MAX_ATTEMPTS


async def _tell_later(parting: Parting) -> None:
    payload = {"session_id": parting.session_id, "user_id": parting.user_id, "client_id": parting.client_id}
    kind = TELL_STRANGERS if parting.is_dynamic else TELL
    await enqueue(kind, payload, max_attempts=_most_attempts(parting))


def _event(
    kind: type[ClientTold | ClientNotTold], parting: Parting, reason: str | None = None
) -> ClientTold | ClientNotTold:
    after = {"session_id": parting.session_id}
    return kind(target_id=parting.client_id, about_user_id=parting.user_id, after=after, reason=reason)
