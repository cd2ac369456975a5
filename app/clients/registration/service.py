"""Clients that registered themselves, and those that a document describes. No guards: for protocol code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.clients import cache
from app.clients import queries as clients
from app.clients.queries import StoredClient
from app.clients.registration import queries
from app.clients.registration.errors import RegistrationClosed, RegistrationTokenWrong
from app.clients.registration.types import (
    REGISTRATION_TOKEN_PREFIX,
    Document,
    InitialToken,
    RegisteredClient,
)
from app.clients.rules.redirects import find_web_problem
from app.clients.service.outbound import policy_of
from app.clients.service.sectors import check_sector_ahead
from app.clients.service.write import add_secret, change_client, describe, insert_columns, read_back
from app.clients.types import (
    AUTH_NONE,
    ID_PREFIX,
    PROTOCOL_FIELDS,
    SECRET_PREFIX,
    Client,
    ClientCreated,
    ClientDeleted,
    ClientSource,
    NewClient,
)
from app.events.service import emit
from app.kit.actor import Actor
from app.kit.crypto import hash_token, is_same, new_token
from app.kit.db import after_commit
from app.kit.ids import new_id

MAX_PROBLEM = 300
# What a client says of itself. Everything else is the operators', whatever it says.
_OWN_WORDS = (
    "name", "redirect_uris", "post_logout_redirect_uris", "grant_types", "scopes", "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg", "jwks", "jwks_uri", "id_token_signed_response_alg", "client_uri", "logo_uri",
    "tos_uri", "policy_uri", "contacts", *PROTOCOL_FIELDS,
)  # fmt: skip


async def check_ahead(new: NewClient) -> None:
    """What takes a call to the client's server, before the transaction that registers it begins.

    Raises:
        InputProblems: its sector does not vouch for its redirect URIs.
    """
    if new.sector_identifier_uri is not None and find_web_problem(new.sector_identifier_uri) is None:
        await check_sector_ahead(new.sector_identifier_uri, new.redirect_uris, policy_of(is_dynamic=True))


async def register_client(actor: Actor, new: NewClient, token: InitialToken | None) -> RegisteredClient:
    """Make a client that registers itself, with its secret (if its method needs one) and registration access token.

    Args:
        token: what it registers with, spent already; None where anybody may register.

    Raises:
        InputProblems: everything that is wrong with the fields.

    Source: RFC 7591 §3.
    """
    client_id, registration_token = new_id(ID_PREFIX), new_token(REGISTRATION_TOKEN_PREFIX)
    client = await insert_columns(
        new,
        {
            "id": client_id,
            "source": ClientSource.REGISTRATION.value,
            "initial_token_id": token.id if token else None,
            "registration_hash": hash_token(registration_token),
        },
    )
    secret = await _renew_secret(client) if client.has_secret else None
    client = (await read_back(client_id)).client
    await emit(actor, ClientCreated(target_id=client_id, after=describe(client), snapshot=describe(client)))
    return RegisteredClient(client, registration_token, secret)


async def find_registered(client_id: str, registration_token: str) -> Client:
    """The client that this token opens.

    Raises:
        RegistrationTokenWrong: it opens another one or none.
        RegistrationClosed: operators switched the client off, or declare it now.
    """
    stored = await clients.find_client(client_id)
    return (await _require(stored, client_id, registration_token)).client


async def replace_client(actor: Actor, client_id: str, registration_token: str, new: NewClient) -> RegisteredClient:
    """Make a registered client what it says now; what it leaves out goes back to its default (RFC 7592 §2.2).

    The registration access token is a new one. A secret is made when it had none and needs one now.

    Raises:
        RegistrationTokenWrong, RegistrationClosed: as `find_registered`.
        InputProblems: everything that is wrong with the fields.
    """
    stored = await _require(await clients.lock_client(client_id), client_id, registration_token)
    client = await _change(actor, stored, new)
    secret = None
    if client.has_secret != stored.client.has_secret:
        await clients.delete_other_secrets(client_id, [])
        secret = await _renew_secret(client) if client.has_secret else None
    renewed = new_token(REGISTRATION_TOKEN_PREFIX)
    await clients.update_columns(client_id, {"registration_hash": hash_token(renewed)})
    return RegisteredClient((await read_back(client_id)).client, renewed, secret)


async def remove_registered(actor: Actor, client_id: str, registration_token: str) -> None:
    """Delete a registered client and what hangs from it (RFC 7592 §2.3).

    Raises:
        RegistrationTokenWrong, RegistrationClosed: as `find_registered`.
    """
    stored = await _require(await clients.lock_client(client_id), client_id, registration_token)
    await _delete(actor, stored.client)


async def find_document(client_id: str) -> Document | None:
    """What is known of a client's document."""
    return await queries.find_document(client_id)


async def accept_document(actor: Actor, client_id: str, new: NewClient, fresh_until: datetime) -> Client:
    """Make a client what its document says. What operators decided of it stays.

    Raises:
        InputProblems: everything that is wrong with the fields.
    """
    await queries.lock_document(client_id)
    stored = await clients.lock_client(client_id)
    if stored is not None:
        client = await _change(actor, stored, new)
    else:
        client = await insert_columns(new, {"id": client_id, "source": ClientSource.DOCUMENT.value})
        await emit(actor, ClientCreated(target_id=client_id, after=describe(client), snapshot=describe(client)))
    await queries.note_document(client_id, is_read=True, fresh_until=fresh_until, problem=None)
    return client


async def postpone_document(client_id: str, problem: str | None, until: datetime) -> None:
    """Note that a document is not asked for until then, and why it makes no client (None: the former one counts)."""
    told = problem if problem is None else problem[:MAX_PROBLEM]
    await queries.note_document(client_id, is_read=False, fresh_until=until, problem=told)


async def sweep_documents(before: datetime) -> int:
    """Forget documents that made no client; how many."""
    return await queries.sweep_documents(before)


async def lock_clients(ids: Sequence[str]) -> None:
    """From here to the end of the unit of work nothing new can refer to these clients."""
    for client_id in sorted(ids):
        await clients.lock_client(client_id)


async def remove_clients(actor: Actor, ids: Sequence[str]) -> None:
    """Delete those of these clients that nobody here made. No guard: see `lock_clients`."""
    for client_id in ids:
        stored = await clients.lock_client(client_id)
        if stored is not None and stored.client.is_dynamic:
            await _delete(actor, stored.client)


async def _require(stored: StoredClient | None, client_id: str, registration_token: str) -> StoredClient:
    known = await queries.find_registration_hash(client_id)
    if stored is None or known is None or not is_same(known, hash_token(registration_token)):
        raise RegistrationTokenWrong
    if stored.client.is_declared or not stored.client.is_enabled:
        raise RegistrationClosed
    return stored


async def _change(actor: Actor, stored: StoredClient, new: NewClient) -> Client:
    given: dict[str, object] = {name: getattr(new, name) for name in _OWN_WORDS}
    if new.token_endpoint_auth_method == AUTH_NONE:
        # Whoever lets a client go without means one that keeps a secret.
        given["require_pkce"] = True
    return await change_client(actor, stored, given, new.kind)


async def _renew_secret(client: Client) -> str:
    secret = new_token(SECRET_PREFIX)
    await add_secret(client.id, secret)
    return secret


async def _delete(actor: Actor, client: Client) -> None:
    await emit(actor, ClientDeleted(target_id=client.id, before=describe(client), snapshot=describe(client)))
    await clients.delete_client(client.id)
    after_commit(cache.forgetter(client.id))
