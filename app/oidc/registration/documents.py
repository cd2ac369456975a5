"""Clients whose id is the URL of a document that describes them.

What a document says is kept in the database, for all processes, for as long as it allows (within bounds). Strangers
decide what is asked for: so hosts are named in the settings, addresses are public ones, sizes, times and numbers are
bounded, and an address that makes no client is left alone for a moment.

Source: draft-ietf-oauth-client-id-metadata-document.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from app.clients.registration import service as clients
from app.clients.registration.types import Document
from app.clients.service import policy_of
from app.clients.types import AUTH_NONE, AUTH_PRIVATE_KEY, AUTHORIZATION_CODE, REFRESH_TOKEN, NewClient
from app.kit import clock
from app.kit.actor import ANONYMOUS, Origin
from app.kit.db import unit_of_work
from app.kit.errors import AppError, InputProblems, TooMany, Unavailable
from app.kit.http import OutboundResponse, fetch
from app.kit.http.request import check_url
from app.kit.limits import RateLimit, address_bucket, require_room
from app.kit.runtime import settings
from app.oidc.registration.addresses import find_id_problem, fresh_for, host_of, is_document_id, is_host_allowed
from app.oidc.registration.errors import (
    DocumentRefused,
    MetadataRefused,
    RegistrationProblem,
    as_metadata_error,
)
from app.oidc.registration.metadata import bounds_of, read_client
from app.oidc.registration.reading import read_json, read_members

_log = structlog.get_logger("auther.oidc")

MAX_BYTES: Final = 10_240
TIMEOUT: Final = timedelta(seconds=5)
# How long an address that made no client is left alone.
PAUSE: Final = timedelta(seconds=30)
# While an address does not answer, what it said last counts for so long.
STALE: Final = timedelta(days=1)
PER_ADDRESS: Final = RateLimit("oidc.document_address", hits=20, window=timedelta(minutes=1))
ALL: Final = RateLimit("oidc.document_all", hits=300, window=timedelta(minutes=1))
_MAX_LOCKS: Final = 1_000
_OK: Final = 200
_SERVER_FAULT: Final = 500
_TOO_MANY: Final = 429
_METHODS: Final = frozenset({AUTH_NONE, AUTH_PRIVATE_KEY})
_GRANTS: Final = (AUTHORIZATION_CODE, REFRESH_TOKEN)
_SECRETS: Final = ("client_secret", "client_secret_expires_at")

_locks: OrderedDict[str, asyncio.Lock] = OrderedDict()


async def meet_client(client_id: str | None, origin: Origin) -> None:
    """Make sure that the client of this id is what its document says; nothing for ids that are no URLs.

    May call the client's server: not inside a unit of work.

    Args:
        origin: who asks; each address may make us call so many documents.

    Raises:
        DocumentRefused: the URL makes no client.
        TooMany: `kit_rate_limited`.
    """
    if client_id is None or not is_document_id(client_id):
        return
    _require_allowed(client_id)
    if _counts(await clients.find_document(client_id)):
        return
    async with _lock_of(client_id):
        # Whoever waited for the lock looks again: the answer may have come meanwhile.
        document = await clients.find_document(client_id)
        if not _counts(document):
            await _ask(client_id, document, origin)


def _require_allowed(client_id: str) -> None:
    problem = find_id_problem(client_id)
    if problem is None and not is_host_allowed(host_of(client_id), settings().client_documents):
        problem = "Its host is not one of AUTHER_CLIENT_DOCUMENTS."
    policy = policy_of(is_dynamic=True)
    if problem is None and client_id.startswith("http://") and not policy.allows(check_url(client_id)):
        problem = "It is not https, and not one of AUTHER_REGISTRATION_OUTBOUND_ALLOW."
    if problem is not None:
        _log.info("client_document.not_asked", uri=client_id, reason=problem)
        raise DocumentRefused(detail=problem)


def _counts(document: Document | None) -> bool:
    """Whether the client is known and need not be asked for.

    Raises:
        DocumentRefused: the address made no client a moment ago.
    """
    if document is None or document.fresh_until <= clock.now():
        return False
    if document.problem is not None:
        raise DocumentRefused(detail=document.problem)
    return document.has_client


async def _ask(client_id: str, document: Document | None, origin: Origin) -> None:
    last_read = document.read_at if document is not None and document.problem is None else None
    is_usable = last_read is not None and clock.now() - last_read < STALE
    try:
        await require_room(PER_ADDRESS, address_bucket(origin.ip))
        await require_room(ALL, "")
        answer = await _fetch(client_id)
        new = read_document(client_id, answer.body)
        await clients.check_ahead(new)
        async with unit_of_work():
            await clients.accept_document(ANONYMOUS.at(origin), client_id, new, clock.now() + fresh_for(answer.headers))
    except TooMany:
        if not is_usable:
            raise
    except InputProblems as problem:
        await _refuse(client_id, as_metadata_error(problem), is_usable=False)
    except AppError as error:
        await _refuse(client_id, error, is_usable=is_usable and isinstance(error, Unavailable))


async def _refuse(client_id: str, error: AppError, *, is_usable: bool) -> None:
    """Leave the address alone for a moment, with or without the client that it made before."""
    _log.info("client_document.not_read", uri=client_id, code=error.code, detail=error.detail or error.message)
    problem = None if is_usable else error.message
    async with unit_of_work():
        await clients.postpone_document(client_id, problem, clock.now() + PAUSE)
    if problem is not None:
        raise DocumentRefused(detail=problem)


async def _fetch(client_id: str) -> OutboundResponse:
    answer = await fetch(
        client_id,
        headers={"accept": "application/json"},
        timeout=TIMEOUT,
        max_bytes=MAX_BYTES,
        policy=policy_of(is_dynamic=True),
    )
    if answer.status >= _SERVER_FAULT or answer.status == _TOO_MANY:
        raise Unavailable("oidc_client_document_away", f"The document's server answers {answer.status}.")
    if answer.status != _OK:
        raise _problem(f"The document's server answers {answer.status}.")
    if answer.is_truncated:
        raise _problem(f"The document has more than {MAX_BYTES} bytes.")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise _problem("The document is not sent as application/json.")
    return answer


def read_document(client_id: str, body: bytes) -> NewClient:
    """The client that a document describes.

    Raises:
        MetadataRefused: it describes none, or not the one at this URL.

    Source: draft-ietf-oauth-client-id-metadata-document §4.1.
    """
    document = read_json(body)
    if document.get("client_id") != client_id:
        raise _problem("client_id: It is not the URL of the document.")
    if any(name in document for name in _SECRETS):
        raise _problem("A document that everybody reads holds no secret.")
    members = {"token_endpoint_auth_method": AUTH_NONE, **read_members(document)}
    if members["token_endpoint_auth_method"] not in _METHODS:
        raise _problem("token_endpoint_auth_method: It is none or private_key_jwt.")
    # Strangers would have us call two addresses instead of one.
    if "request_uris" in members:
        raise _problem("request_uris: Requests of such a client are not fetched. Push them (RFC 9126).")
    bounds = replace(bounds_of(None, settings().registration_scopes), grant_types=_GRANTS)
    return read_client(members, bounds)


def _lock_of(client_id: str) -> asyncio.Lock:
    lock = _locks.setdefault(client_id, asyncio.Lock())
    _locks.move_to_end(client_id)
    if len(_locks) > _MAX_LOCKS:
        _locks.popitem(last=False)
    return lock


def _problem(text: str) -> MetadataRefused:
    return MetadataRefused(RegistrationProblem.METADATA, text)
