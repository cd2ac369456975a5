"""Reading clients: for protocol code, for dataloaders, for lists."""

from __future__ import annotations

from collections.abc import Sequence

from app.clients import cache, queries, rules
from app.clients.queries import StoredSecret
from app.clients.types import Client, ClientFilter, ClientSort, Resource
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import hash_token, is_same
from app.kit.guard import guard, has_permission
from app.kit.paging import Page, PageRequest, make_page

MAX_SECRET_LENGTH = 512


async def find_client(client_id: str) -> Client | None:
    """The client, None if there is none; at most `cache.CLIENT_TTL` old. No guard: for protocol code."""
    stored = await cache.read_client(client_id)
    return stored.client if stored else None


async def find_resources(uris: Sequence[str]) -> dict[str, Resource]:
    """The enabled clients that are known by these URIs, by URI (RFC 8707); one statement, and the clients' cache.

    No guard: for protocol code.
    """
    owners = await queries.find_resource_owners([each for uri in uris for each in rules.spellings_of(uri)])
    found: dict[str, Resource] = {}
    for uri in uris:
        registered = next((each for each in rules.spellings_of(uri) if each in owners), None)
        client = await find_client(owners[registered]) if registered is not None else None
        if registered is not None and client is not None and client.is_enabled:
            found[uri] = Resource(registered, client)
    return found


async def get_clients(ids: Sequence[str]) -> dict[str, Client]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_clients(ids)


async def may_view_client(actor: Actor, client_id: str) -> bool:
    """Whether the actor may see this client: a client itself, any with `clients.view`."""
    return (actor.kind is ActorKind.CLIENT and actor.id == client_id) or await has_permission(actor, "clients.view")


async def list_clients(actor: Actor, wanted: ClientFilter, sort: ClientSort, page: PageRequest) -> Page[Client]:
    """One page of clients.

    Raises:
        Forbidden: without `clients.view`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard(actor, "clients.view")
    rows = await queries.list_clients(wanted, sort.value, page)
    is_by_name = sort in {ClientSort.NAME_ASC, ClientSort.NAME_DESC}
    found = make_page(sort.value, page, rows, lambda row: (row[1] if is_by_name else row[0].created_at, row[0].id))
    return Page(tuple(client for client, _ in found.items), found.cursors, found.has_next, found.has_previous)


async def count_clients(actor: Actor, wanted: ClientFilter) -> int:
    """How many clients match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden: without `clients.view`.
    """
    await guard(actor, "clients.view")
    return await queries.count_clients(wanted)


async def verify_client_secret(client_id: str, secret: str) -> bool:
    """Whether this is a secret of this client that works now; never for one that is disabled.

    No guard: for protocol code.
    """
    stored = await cache.read_client(client_id)
    if len(secret) > MAX_SECRET_LENGTH or not secret.isascii():
        return False
    digest, now = hash_token(secret), clock.now()
    matching = [kept for kept in (stored.secrets if stored else ()) if is_same(kept.hash, digest)]
    if stored is None or not matching or not stored.client.is_enabled or not matching[0].works_at(now):
        return False
    await _note_use(matching[0])
    return True


async def is_registered_origin(origin: str) -> bool:
    """Whether an enabled browser application has a redirect URI at this origin (CORS).

    At most `cache.ORIGIN_TTL` old. No guard: for protocol code.
    """
    return rules.is_origin(origin) and await cache.read_origin(origin)


def forget_clients() -> None:
    """Drop what this process has cached (after the database was restored or emptied under it)."""
    cache.forget_all()


async def _note_use(used: StoredSecret) -> None:
    recently = clock.now() - cache.USE_PRECISION
    last = used.secret.last_used_at
    if (last is None or last < recently) and cache.is_first_use(used.secret.id):
        await queries.touch_secret(used.secret.id, unless_since=recently)
