"""Creating, changing and deleting clients, and their secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.clients import cache, queries
from app.clients.errors import (
    ClientNotFound,
    ClientReadOnly,
    IdempotencyMismatch,
    InvalidClient,
    SecretUnsupported,
)
from app.clients.queries import StoredClient, StoredSecret
from app.clients.service.write import add_secret, change_client, describe, insert_columns, read_back
from app.clients.types import (
    ID_PREFIX,
    SECRET_PREFIX,
    Client,
    ClientChanges,
    ClientCreated,
    ClientDeleted,
    ClientSecret,
    ClientSecretRotated,
    CreatedClient,
    NewClient,
)
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import new_token
from app.kit.db import after_commit
from app.kit.guard import guard
from app.kit.idempotency import read_creation
from app.kit.ids import new_id

MAX_OVERLAP = timedelta(days=30)


async def create_client(actor: Actor, new: NewClient, *, idempotency_key: str | None = None) -> CreatedClient:
    """Register a client. The secret in the answer is shown this once.

    The same idempotency key with the same input gives the same client again, without its secret.

    Raises:
        Forbidden: without `clients.create`.
        InputProblems: everything that is wrong with the fields.
        IdempotencyMismatch: the key was used for other input.
        IdempotencyKeyInvalid.
    """
    await guard(actor, "clients.create")
    if idempotency_key is None:
        return await _insert(actor, new, {})
    creation = read_creation(actor, idempotency_key, new)
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        return await _insert(actor, new, {"creation_key": creation.key, "creation_digest": creation.digest})
    if not creation.repeats(made[0]):
        raise IdempotencyMismatch
    return CreatedClient(made[1], None)


async def update_client(actor: Actor, client_id: str, changes: ClientChanges) -> Client:
    """Change some fields.

    Raises:
        Forbidden: without `clients.update`.
        ClientNotFound, ClientReadOnly.
        InputProblems: everything that is wrong with the fields.
    """
    await guard(actor, "clients.update")
    return await change_client(actor, await _lock_writable(client_id), changes.given())


async def delete_client(actor: Actor, client_id: str) -> None:
    """Delete a client and what hangs from it.

    Raises:
        Forbidden: without `clients.delete`.
        ClientNotFound, ClientReadOnly.
    """
    client = await review_deletion(actor, client_id)
    await emit(actor, ClientDeleted(target_id=client_id, before=describe(client), snapshot=describe(client)))
    await queries.delete_client(client_id)
    after_commit(cache.forgetter(client_id))


async def review_deletion(actor: Actor, client_id: str) -> Client:
    """The client that `delete_client` would delete, locked; nothing changes.

    Raises:
        Forbidden, ClientNotFound, ClientReadOnly: as `delete_client`.
    """
    await guard(actor, "clients.delete")
    return (await _lock_writable(client_id)).client


async def rotate_client_secret(actor: Actor, client_id: str, overlap: timedelta) -> CreatedClient:
    """Give a client a new secret; the one that it uses now works on for `overlap` (0 to 30 days).

    At most two work at a time: of several old ones, the one in use stays.

    Raises:
        Forbidden: without `clients.update`.
        ClientNotFound, ClientReadOnly.
        SecretUnsupported: it proves itself by no secret.
        InvalidClient: the overlap is out of range.
    """
    await guard(actor, "clients.update")
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise InvalidClient(f"An old secret works on for 0 seconds to {MAX_OVERLAP.days} days.", "overlap_seconds")
    stored = await _lock_writable(client_id)
    if not stored.client.has_secret:
        raise SecretUnsupported
    ends_at = clock.now() + overlap
    kept = _pick_kept_secret(stored.secrets) if overlap else None
    await queries.delete_other_secrets(client_id, [kept.secret.id] if kept else [])
    if kept is not None:
        await queries.limit_secret(kept.secret.id, ends_at)
    secret = new_token(SECRET_PREFIX)
    await add_secret(client_id, secret)
    await queries.update_columns(client_id, {"updated_at": clock.now()})
    client = (await read_back(client_id)).client
    after = {"former_ends_at": ends_at.isoformat() if kept else None}
    await emit(actor, ClientSecretRotated(target_id=client_id, after=after, snapshot=describe(client)))
    return CreatedClient(client, secret)


async def _insert(actor: Actor, new: NewClient, creation: Mapping[str, object]) -> CreatedClient:
    client_id = new_id(ID_PREFIX)
    owner_id = actor.id if actor.kind is ActorKind.USER else None
    client = await insert_columns(new, {"id": client_id, "owner_id": owner_id, **creation})
    secret = new_token(SECRET_PREFIX) if client.has_secret else None
    if secret is not None:
        await add_secret(client_id, secret)
        client = (await read_back(client_id)).client
    await emit(actor, ClientCreated(target_id=client_id, after=describe(client), snapshot=describe(client)))
    return CreatedClient(client, secret)


async def _lock_writable(client_id: str) -> StoredClient:
    stored = await queries.lock_client(client_id)
    if stored is None:
        raise ClientNotFound
    if stored.client.is_declared:
        raise ClientReadOnly
    return stored


def _pick_kept_secret(secrets: Sequence[StoredSecret]) -> StoredSecret | None:
    working = [stored for stored in secrets if stored.works_at(clock.now())]
    return max(working, key=lambda stored: _rank(stored.secret), default=None)


def _rank(secret: ClientSecret) -> tuple[bool, datetime, str]:
    return (secret.last_used_at is not None, secret.last_used_at or secret.created_at, secret.id)
