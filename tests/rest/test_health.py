"""Health: alive as long as the process runs, ready when it can serve."""

from __future__ import annotations

import httpx
import pytest

from app.kit import db
from app.kit.db import unit_of_work
from app.signing.service import ensure_keys, forget_keys
from tests.rest.support import exhausted_pool

ALL_WELL = {"status": "ok", "checks": {"database": True, "migrations": True, "keys": True}}


@pytest.fixture
async def keys(database: None) -> None:
    async with unit_of_work():
        await ensure_keys()


async def test_a_server_with_database_schema_and_keys_is_ready(client: httpx.AsyncClient, keys: None) -> None:
    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, ALL_WELL)
    assert answer.headers["cache-control"] == "no-store"


async def test_while_the_database_is_away_the_process_lives_and_is_not_ready(
    client: httpx.AsyncClient, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with exhausted_pool(monkeypatch):
        forget_keys()
        ready, alive = await client.get("/readyz"), await client.get("/livez")

    assert ready.status_code == 503
    assert ready.json() == {
        "status": "unavailable",
        "checks": {"database": False, "migrations": False, "keys": False},
    }
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (await client.get("/readyz")).json() == ALL_WELL


async def test_a_server_whose_schema_is_behind_is_not_ready(client: httpx.AsyncClient, keys: None) -> None:
    row = await db.fetch_row("DELETE FROM tortoise_migrations WHERE app = 'users' RETURNING *")
    assert row is not None
    try:
        answer = await client.get("/readyz")
    finally:
        columns = ", ".join(row.keys())
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        await db.execute(f"INSERT INTO tortoise_migrations ({columns}) VALUES ({places})", *row.values())

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "migrations": False, "keys": True}


async def test_health_asks_for_no_session(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async with exhausted_pool(monkeypatch):
        answer = await client.get("/livez", headers={"Cookie": "auther_session=ast_x"})

    assert answer.status_code == 200
