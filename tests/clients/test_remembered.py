"""What a process remembers of clients for a moment: never what was read before a change that it made itself."""

from __future__ import annotations

import asyncio

import pytest

from app.clients import queries
from app.clients.queries import StoredClient
from app.clients.service import find_client, forget_clients, update_client
from app.clients.types import ClientChanges
from app.kit.actor import SYSTEM
from tests.clients.support import make_client
from tests.support import commit


async def test_a_client_read_just_before_it_was_disabled_is_not_kept_after_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = await make_client()
    forget_clients()
    find, was_read, may_go_on = queries.find_client, asyncio.Event(), asyncio.Event()

    async def find_slowly(client_id: str) -> StoredClient | None:
        found = await find(client_id)
        was_read.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr(queries, "find_client", find_slowly)
    reader = asyncio.create_task(find_client(client.id))
    await was_read.wait()
    monkeypatch.setattr(queries, "find_client", find)
    await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=False)))
    may_go_on.set()
    await reader

    found = await find_client(client.id)
    assert found is not None
    assert not found.is_enabled
