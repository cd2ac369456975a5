"""Lists of clients against a plain re-implementation: every sort, filter and way of paging."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.clients.registration.service import register_client
from app.clients.service import count_clients, list_clients, update_client
from app.clients.types import Client, ClientChanges, ClientFilter, ClientKind, ClientSort
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, InvalidInput, LimitReached, Unauthenticated
from app.kit.paging import PageRequest
from tests.clients.support import make_client, new_client
from tests.support import as_user, commit, counted_statements, make_admin, make_user

NAMES = ["beta", "Alpha", "alpha", "Ärger", "zeta 100%", "a_b", "aXb", "Portal", "portal two", "漢字", "Alpha", "b\\c"]
KINDS = list(ClientKind)

FILTERS = [
    ClientFilter(),
    *(ClientFilter(kind=kind) for kind in (ClientKind.WEB, ClientKind.MACHINE)),
    *(ClientFilter(is_enabled=is_enabled) for is_enabled in (True, False)),
    *(ClientFilter(is_dynamic=is_dynamic) for is_dynamic in (True, False)),
    *(
        ClientFilter(search=text)
        for text in ("alpha", "ALPHA", "a", "al", "%", "_", "a_b", "0%", "\\", "字", "cli_", "no", " ")
    ),
    ClientFilter(search="portal", kind=ClientKind.NATIVE, is_enabled=True),
]


@pytest.fixture
async def clients(database: None) -> AsyncIterator[list[Client]]:
    made = []
    with clock.frozen(datetime(2026, 6, 1, tzinfo=UTC)) as time:
        for n, name in enumerate(NAMES):
            if n % 3:
                time.advance(timedelta(microseconds=1))
            kind = KINDS[n % len(KINDS)]
            is_dynamic = n % 5 == 1
            client = await (_register(kind, name) if is_dynamic else make_client(kind, name=name))
            if n % 4 == 0:
                client = await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=False)))
            made.append(client)
        yield made


async def _register(kind: ClientKind, name: str) -> Client:
    return (await commit(register_client(SYSTEM, new_client(kind, name=name), None))).client


def matches(client: Client, wanted: ClientFilter) -> bool:
    term, name = (wanted.search or "").strip(), client.name.lower()
    is_named = term.lower() in name if len(term) >= 3 else name.startswith(term.lower())
    return (
        (is_named or client.id.startswith(term))
        and (wanted.kind is None or client.kind is wanted.kind)
        and (wanted.is_enabled is None or client.is_enabled is wanted.is_enabled)
        and (wanted.is_dynamic is None or client.is_dynamic is wanted.is_dynamic)
    )


def in_order(clients: list[Client], sort: ClientSort) -> list[str]:
    is_by_name = sort in {ClientSort.NAME_ASC, ClientSort.NAME_DESC}
    ordered = sorted(clients, key=lambda one: (one.name.lower().encode() if is_by_name else one.created_at, one.id))
    is_descending = sort in {ClientSort.NAME_DESC, ClientSort.CREATED_AT_DESC}
    return [client.id for client in (reversed(ordered) if is_descending else ordered)]


async def walk(wanted: ClientFilter, sort: ClientSort, size: int, *, is_backward: bool) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = PageRequest(last=size, before=cursor) if is_backward else PageRequest(first=size, after=cursor)
        part = await list_clients(SYSTEM, wanted, sort, page)
        ids = [client.id for client in part.items]
        found = [*ids, *found] if is_backward else [*found, *ids]
        if not (part.has_previous if is_backward else part.has_next):
            return found
        cursor = part.cursors[0 if is_backward else -1]


async def test_every_sort_filter_and_direction_gives_what_a_plain_loop_gives(clients: list[Client]) -> None:
    for wanted, sort, is_backward in product(FILTERS, ClientSort, (False, True)):
        expected = in_order([client for client in clients if matches(client, wanted)], sort)

        assert await walk(wanted, sort, 5, is_backward=is_backward) == expected, (wanted, sort)
        assert await count_clients(SYSTEM, wanted) == len(expected)


@pytest.mark.parametrize("size", [1, 11, 12, 13, 100])
async def test_page_sizes_at_the_edges(clients: list[Client], size: int) -> None:
    expected = in_order(clients, ClientSort.NAME_ASC)

    assert await walk(ClientFilter(), ClientSort.NAME_ASC, size, is_backward=False) == expected
    assert await walk(ClientFilter(), ClientSort.NAME_ASC, size, is_backward=True) == expected


async def test_a_page_is_one_statement_however_many_secrets(clients: list[Client]) -> None:
    for first in (1, 12):
        with counted_statements() as statements:
            page = await list_clients(SYSTEM, ClientFilter(), ClientSort.NAME_ASC, PageRequest(first=first))
        assert (len(statements), len(page.items)) == (1, first)
    assert sum(len(client.secrets) for client in page.items) == 5


async def test_counting_stops_past_ten_thousand() -> None:
    client = await make_client(ClientKind.MACHINE)
    columns = "name, kind, is_enabled, is_first_party, is_declared, redirect_uris, post_logout_redirect_uris, origins,"
    columns += " grant_types, scopes, token_endpoint_auth_method, require_pkce, contacts, created_at, updated_at"
    await db.execute(
        f"INSERT INTO clients_client (id, {columns})"
        f" SELECT 'c' || n, {columns} FROM clients_client, generate_series(1, 10500) n WHERE id = $1",
        client.id,
    )

    assert await count_clients(SYSTEM, ClientFilter()) == 10_001
    assert await count_clients(SYSTEM, ClientFilter(kind=ClientKind.WEB)) == 0


async def test_cursors_of_another_list_and_absurd_pages_are_refused(clients: list[Client]) -> None:
    page = await list_clients(SYSTEM, ClientFilter(), ClientSort.NAME_ASC, PageRequest(first=1))

    with pytest.raises(InvalidInput):
        await list_clients(SYSTEM, ClientFilter(), ClientSort.NAME_DESC, PageRequest(after=page.cursors[0]))
    for size in (0, 101, 10**8):
        with pytest.raises(LimitReached):
            await list_clients(SYSTEM, ClientFilter(), ClientSort.NAME_ASC, PageRequest(first=size))


async def test_only_who_may_lists_clients(clients: list[Client]) -> None:
    plain = as_user(await make_user())
    for actor, error in ((ANONYMOUS, Unauthenticated), (plain, Forbidden)):
        with pytest.raises(error):
            await list_clients(actor, ClientFilter(), ClientSort.NAME_ASC, PageRequest())
        with pytest.raises(error):
            await count_clients(actor, ClientFilter())

    admin = as_user(await make_admin())
    page = await list_clients(admin, ClientFilter(), ClientSort.NAME_ASC, PageRequest())
    assert len(page.items) == len(clients)
    assert await count_clients(admin, ClientFilter()) == len(clients)
