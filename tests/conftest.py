"""What every test stands on: a real PostgreSQL, emptied before each test that uses it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from graphlib import TopologicalSorter
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from app import main
from app.api_keys.service import forget_api_keys
from app.authz.service.bypasses import forget_bypasses
from app.authz.service.schemas import forget_models
from app.clients.service import forget_clients
from app.events.denials import forget_denials
from app.graph.budget import budgets
from app.graph.outcomes import forget_shared
from app.kit import db
from app.kit.errors import Unavailable
from app.kit.migrate import migrate
from app.kit.notify import flush_notifications
from app.kit.postgres import start_postgres, stop_postgres
from app.kit.settings import Settings
from app.policies.service import forget_evaluations
from app.signing.service import forget_keys
from app.tables import APPS
from tests.support import ISSUER, make_settings

ROOT = Path(__file__).parent
WITHOUT_DATABASE = {"architecture", "kit/postgres", "e2e", "lua"}
POOL_SIZE = 12

# Empties the tables that hold rows, children before parents. Deleting is much quicker than TRUNCATE for a few rows; the
# audit trail lets nothing be deleted.
_EMPTY = """
CREATE OR REPLACE FUNCTION test_empty(tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; has_rows boolean;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO has_rows;
        IF has_rows AND name = 'events_audit' THEN EXECUTE format('TRUNCATE %I RESTART IDENTITY CASCADE', name);
        ELSIF has_rows THEN EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
END $$
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_PARENTS = """
SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint WHERE contype = 'f'
"""


def pytest_configure() -> None:
    """What the environment sets does not count."""
    for name in [name for name in os.environ if name.startswith("AUTHER_")]:
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The browser's driver keeps an event loop running in its thread: nothing asynchronous may come after it.
    items.sort(key=lambda item: item.path.is_relative_to(ROOT / "e2e"))
    for item in items:
        place = item.path.relative_to(ROOT).parent.as_posix()
        if not any(place == folder or place.startswith(f"{folder}/") for folder in WITHOUT_DATABASE):
            # Marks come too late here: which fixtures an item uses was settled when it was collected.
            item.fixturenames.insert(0, "database")  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """One server for the whole run, shared by the parallel workers: the embedded one, or that of TEST_DATABASE_URL."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    base = tmp_path_factory.getbasetemp()
    instance = start_postgres(base if worker_id == "master" else base.parent, durable=False)
    yield instance.dsn
    stop_postgres(instance)


@pytest.fixture(scope="session")
async def dsn(server_dsn: str, worker_id: str) -> str:
    """A database of this worker's own."""
    name = f"test_{worker_id}"
    connection = await asyncpg.connect(server_dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return urlsplit(server_dsn)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def settings(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(database_url=dsn, data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def app(settings: Settings) -> Starlette:
    """The whole application, wired, without its lifespan (the pool is the tests')."""
    return main.build_app(settings)


@pytest.fixture(scope="session")
async def pool(app: Starlette, settings: Settings) -> AsyncIterator[list[str]]:
    """The open, migrated database; its tables, children before parents."""
    assert settings.database_url is not None
    await db.open_database(db.tortoise_config(settings.database_url.get_secret_value(), APPS, pool_size=POOL_SIZE))
    await migrate(APPS)
    await db.execute(_EMPTY)
    yield await _list_tables()
    await flush_notifications()
    await db.close_database()


async def _list_tables() -> list[str]:
    parents: dict[str, set[str]] = {}
    for row in await db.fetch(_PARENTS):
        parents.setdefault(row["child"], set()).add(row["parent"])
    names = {row["relname"] for row in await db.fetch(_TABLES)} - {"tortoise_migrations"}
    order = TopologicalSorter({name: parents.get(name, set()) - {name} for name in names}).static_order()
    return list(order)[::-1]


@pytest.fixture
async def database(pool: list[str]) -> None:
    """Empty tables, and nothing remembered from the test before."""
    forget_keys()
    forget_clients()
    forget_models()
    forget_bypasses()
    forget_evaluations()
    forget_api_keys()
    forget_denials()
    budgets.forget()
    forget_shared()
    await _empty_tables(pool)


async def _empty_tables(tables: list[str]) -> None:
    """Also after a test that ended connections at the server: each of them refuses one statement."""
    for _ in range(POOL_SIZE):
        with suppress(Unavailable):
            await db.fetch_value("SELECT test_empty($1)", tables)
            return
    await db.fetch_value("SELECT test_empty($1)", tables)


@pytest.fixture
async def browser(app: Starlette, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a cookie jar that talks to the application in this process and follows no redirect."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client
