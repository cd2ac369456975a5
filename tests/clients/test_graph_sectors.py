"""The list of a client's sector is read before the transaction that writes the client, and only for who may write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from app.clients.service import forget_clients
from app.kit import db
from app.kit.actor import ANONYMOUS, Actor
from app.kit.guard import ALL_PERMISSIONS
from tests.clients.sectors import Publisher, publishing
from tests.graph.support import execute, read
from tests.support import as_user, deciding, make_admin, make_user

CREATE = """mutation ($input: ClientCreateInput!) { clientCreate(input: $input) {
    client { id redirectUris } errors { code field } } }"""
UPDATE = """mutation ($input: ClientUpdateInput!) { clientUpdate(input: $input) {
    client { id name redirectUris } errors { code field } } }"""
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
ONE, TWO = "https://one.example.com/cb", "https://two.example.com/cb"


@dataclass
class Watcher(Publisher):
    """Notes how many transactions stand open each time that the list is read."""

    open: list[int] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(await db.fetch_value(OPEN))
        await super().answer(reader, writer)


@pytest.fixture
async def watcher() -> AsyncIterator[Watcher]:
    forget_clients()
    async with publishing(Watcher(body=orjson.dumps([ONE, TWO]))) as found:
        yield found


def new_client(publisher: Publisher, **changes: Any) -> dict[str, Any]:
    values = {"name": "Shop", "kind": "WEB", "subjectType": "pairwise", "redirectUris": [ONE, TWO]}
    return {"input": {**values, "sectorIdentifierUri": publisher.uri, **changes}}


async def create(actor: Actor, publisher: Publisher, **changes: Any) -> dict[str, Any]:
    return dict((await read(CREATE, new_client(publisher, **changes), actor=actor))["clientCreate"])


async def update(actor: Actor, client_id: str, **changes: Any) -> dict[str, Any]:
    return dict((await read(UPDATE, {"input": {"id": client_id, **changes}}, actor=actor))["clientUpdate"])


async def test_creating_reads_it_once_while_no_transaction_is_open(watcher: Watcher) -> None:
    made = await create(as_user(await make_admin()), watcher)

    assert (made["errors"], made["client"]["redirectUris"]) == ([], [ONE, TWO])
    assert watcher.open == [0]


async def test_changing_reads_it_once_while_no_transaction_is_open(watcher: Watcher) -> None:
    admin = as_user(await make_admin())
    client_id = (await create(admin, watcher))["client"]["id"]

    await update(admin, client_id, name="Papers", redirectUris=[ONE, TWO])
    changed = await update(admin, client_id, redirectUris=[TWO])

    assert (changed["errors"], changed["client"]["redirectUris"]) == ([], [TWO])
    assert watcher.open == [0, 0]


async def test_what_the_list_lacks_is_told_with_the_names_of_the_input(watcher: Watcher) -> None:
    admin = as_user(await make_admin())
    client_id = (await create(admin, watcher))["client"]["id"]
    other = "https://three.example.com/cb"

    made = await create(admin, watcher, redirectUris=[ONE, other])
    changed = await update(admin, client_id, redirectUris=[ONE, other])

    missing = [{"code": "INVALID", "field": ["redirectUris", "1"]}]
    assert [each["errors"] for each in (made, changed)] == [missing, missing]
    assert await db.fetch_value("SELECT count(*) FROM clients_client") == 1
    assert watcher.open == [0, 0, 0]


async def test_what_is_wrong_anyway_is_told_without_reading(watcher: Watcher) -> None:
    made = await create(as_user(await make_admin()), watcher, name="")

    assert [each["field"] for each in made["errors"]] == [["name"]]
    assert watcher.asked == 0


@pytest.mark.parametrize("caller", ["anonymous", "plain", "lacking"])
async def test_nobody_else_makes_us_call_a_server(watcher: Watcher, caller: str) -> None:
    client_id = (await create(as_user(await make_admin()), watcher))["client"]["id"]
    user = await make_user("eve@example.com")
    actor = ANONYMOUS if caller == "anonymous" else as_user(user)
    lacking = {"clients.create", "clients.update"} if caller == "lacking" else ALL_PERMISSIONS
    changes = {"input": {"id": client_id, "redirectUris": [TWO]}}

    with deciding(**{user.id: ALL_PERMISSIONS - lacking}):
        made = await execute(CREATE, new_client(watcher, redirectUris=[ONE]), actor=actor)
        changed = await execute(UPDATE, changes, actor=actor)

    code = "UNAUTHENTICATED" if caller == "anonymous" else "FORBIDDEN"
    assert [each["errors"][0]["extensions"]["code"] for each in (made, changed)] == [code, code]
    assert watcher.asked == 1
    assert await db.fetch_value("SELECT redirect_uris FROM clients_client") == [ONE, TWO]
