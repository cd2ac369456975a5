"""Clients that the configuration file names: written at start, read-only for everybody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from app.clients import queries
from app.clients.errors import InvalidClient, Required, raise_problems
from app.clients.queries import StoredClient
from app.clients.rules import KINDS
from app.clients.service.write import add_secret, change_client, describe, insert_columns, read_back
from app.clients.types import (
    ID_PREFIX,
    SECRET_METHODS,
    Client,
    ClientCreated,
    ClientKind,
    ClientUpdated,
    DeclaredClient,
    NewClient,
)
from app.events.service import emit
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import hash_token
from app.kit.errors import AppError
from app.kit.ids import prefix_of
from app.kit.settings import Settings
from app.kit.settings_clients import ClientDeclaration
from app.users.service import find_user

# Only a hash without salt is kept, so what an operator makes up must be hard to guess by itself.
MIN_SECRET_LENGTH = 32
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}")
_SECRET = re.compile(rf"[\x21-\x7e]{{{MIN_SECRET_LENGTH},512}}")


async def declare_clients(settings: Settings) -> None:
    """Make the declared clients what the configuration says, and release those that it no longer names.

    Only for the start of a server: a command that runs without the file would release them all.

    Raises:
        InputProblems: what is wrong with a declaration.
    """
    for declaration in settings.clients:
        await declare_client(_read(declaration))
    await release_declared_clients([declaration.id for declaration in settings.clients])


async def declare_client(declared: DeclaredClient) -> Client:
    """Make a client what the configuration says. Idempotent; several processes may do it at once.

    Raises:
        InputProblems: everything that is wrong with the declaration.
    """
    raise_problems([*_check(declared), *await _find_namesake(declared.id)])
    await queries.lock_declarations()
    stored = await queries.lock_client(declared.id)
    client = await (_insert(declared) if stored is None else _change(stored, declared))
    if await _replace_secret(client.id, declared.secret):
        client = (await read_back(client.id)).client
    if stored is None:
        await emit(SYSTEM, ClientCreated(target_id=client.id, after=describe(client), snapshot=describe(client)))
    return client


async def release_declared_clients(kept_ids: Sequence[str]) -> list[str]:
    """Disable clients that the configuration no longer names, and let operators change or delete them.

    Returns:
        Their ids.
    """
    released = await queries.release_declared(kept_ids)
    for client_id in released:
        client = (await read_back(client_id)).client
        after = {"is_declared": False, "is_enabled": False}
        await emit(SYSTEM, ClientUpdated(target_id=client_id, after=after, snapshot=describe(client)))
    return released


def _read(declaration: ClientDeclaration) -> DeclaredClient:
    values = declaration.model_dump(exclude={"id", "kind", "secret", "enabled", "first_party"})
    new = NewClient(kind=ClientKind(declaration.kind), is_first_party=declaration.first_party, **values)
    secret = declaration.secret.get_secret_value() if declaration.secret else None
    return DeclaredClient(id=declaration.id, client=new, is_enabled=declaration.enabled, secret=secret)


def _check(declared: DeclaredClient) -> list[AppError]:
    problems: list[AppError] = []
    if not _ID.fullmatch(declared.id) or prefix_of(declared.id) not in {None, ID_PREFIX}:
        problems.append(
            InvalidClient("A client id has 3 to 64 letters, digits and . _ - and is no id of another thing.", "id")
        )
    method = declared.client.token_endpoint_auth_method or KINDS[declared.client.kind].auth_methods[0]
    if method in SECRET_METHODS and declared.secret is None:
        problems.append(Required("This client proves itself by a secret.", "secret"))
    if method not in SECRET_METHODS and declared.secret is not None:
        problems.append(InvalidClient("This client proves itself by no secret.", "secret"))
    if declared.secret is not None and not _SECRET.fullmatch(declared.secret):
        problems.append(
            InvalidClient(f"A secret has {MIN_SECRET_LENGTH} to 512 printable characters and no blanks.", "secret")
        )
    return problems


async def _find_namesake(client_id: str) -> list[AppError]:
    """A token for a client says its id where one for a user says the user's (RFC 9700 §4.15)."""
    if await find_user(client_id) is None:
        return []
    return [InvalidClient("This is the id of a user. Give the client another one.", "id")]


async def _insert(declared: DeclaredClient) -> Client:
    return await insert_columns(
        declared.client, {"id": declared.id, "is_declared": True, "is_enabled": declared.is_enabled}
    )


async def _change(stored: StoredClient, declared: DeclaredClient) -> Client:
    given = {field.name: getattr(declared.client, field.name) for field in fields(declared.client)}
    kind = given.pop("kind")
    own = {"is_declared": True, "is_enabled": declared.is_enabled}
    return await change_client(SYSTEM, stored, {**given, **own}, kind)


async def _replace_secret(client_id: str, secret: str | None) -> bool:
    stored = await read_back(client_id)
    wanted = hash_token(secret) if secret is not None else None
    kept = [held.secret.id for held in stored.secrets if held.hash == wanted and held.works_at(clock.now())]
    if len(kept) == len(stored.secrets) and bool(kept) == (secret is not None):
        return False
    await queries.delete_other_secrets(client_id, kept)
    if secret is not None and not kept:
        await add_secret(client_id, secret)
    return True
