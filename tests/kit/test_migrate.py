"""Migrations: once across processes, all or nothing, and known before they are applied."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.kit.settings import Settings
from app.tables import APPS

_ROOT = Path(__file__).parents[2]
_PROCESS = """
import asyncio, json, sys
from app.kit import db
from app.kit.errors import AppError
from app.kit.migrate import list_pending, migrate
from app.tables import APPS

async def main(dsn, step, apps):
    await db.open_database(db.tortoise_config(dsn, apps))
    try:
        print(json.dumps(await (migrate if step == "migrate" else list_pending)(apps)))
    finally:
        await db.close_database()

chosen = json.loads(sys.argv[3])
asyncio.run(main(sys.argv[1], sys.argv[2], chosen or APPS))
"""
_SLEEPING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
"""
_KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
"""
ROOM = {"room": {"models": ["room.models"], "migrations": "room.migrations", "default_connection": "default"}}
_MODELS = """
from tortoise import fields
from tortoise.models import Model

class Thing(Model):
    id = fields.IntField(primary_key=True)
    class Meta:
        table = "room_thing"
"""
_MIGRATION = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies}
    operations = [{operation}]
"""
_CREATE = """ops.CreateModel(
    name="Thing",
    fields=[("id", fields.IntField(generated=True, primary_key=True))],
    options={"table": "room_thing", "app": "room", "pk_attr": "id"},
    bases=["Model"],
)"""


@pytest.fixture
async def empty_dsn(settings: Settings) -> AsyncIterator[str]:
    """A database without any table."""
    assert settings.database_url is not None
    dsn = settings.database_url.get_secret_value()
    name = f"{urlsplit(dsn).path.removeprefix('/')}_migrate"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(dsn)._replace(path=f"/{name}").geturl()
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A room with one migration that makes its table."""
    migrations = tmp_path / "room" / "migrations"
    migrations.mkdir(parents=True)
    for folder in (migrations.parent, migrations):
        (folder / "__init__.py").touch()
    (migrations.parent / "models.py").write_text(_MODELS)
    (migrations / "0001_initial.py").write_text(_MIGRATION.format(initial=True, dependencies="[]", operation=_CREATE))
    return tmp_path


def add_migration(room: Path, sql: str) -> None:
    (room / "room" / "migrations" / "0002_second.py").write_text(
        _MIGRATION.format(initial=False, dependencies='[("room", "0001_initial")]', operation=f"ops.RunSQL([{sql!r}])")
    )


async def start(dsn: str, step: str, *, room: Path | None = None) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROCESS, dsn, step, json.dumps(ROOM if room else None),
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), str(room or "")])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def names_from(process: asyncio.subprocess.Process) -> list[str]:
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    names: list[str] = json.loads(output)
    return names


async def tables_of(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
    finally:
        await connection.close()
    return [row["relname"] for row in rows]


async def test_processes_that_migrate_at_once_apply_each_migration_once(empty_dsn: str) -> None:
    pending = await names_from(await start(empty_dsn, "pending"))

    running = [await start(empty_dsn, "migrate") for _ in range(3)]
    applied = [await names_from(process) for process in running]

    assert len(pending) >= len(APPS)
    assert sorted(applied, key=len) == [[], [], applied[max(range(3), key=lambda n: len(applied[n]))]]
    assert sorted(max(applied, key=len)) == pending
    assert await names_from(await start(empty_dsn, "pending")) == []


async def test_a_second_run_has_nothing_to_do(empty_dsn: str, room: Path) -> None:
    assert await names_from(await start(empty_dsn, "pending", room=room)) == ["room.0001_initial"]
    assert await names_from(await start(empty_dsn, "migrate", room=room)) == ["room.0001_initial"]

    assert await names_from(await start(empty_dsn, "migrate", room=room)) == []
    assert await tables_of(empty_dsn) == ["room_thing", "tortoise_migrations"]


async def test_a_new_migration_is_pending_until_it_is_applied(empty_dsn: str, room: Path) -> None:
    await names_from(await start(empty_dsn, "migrate", room=room))
    add_migration(room, "CREATE TABLE room_other (id int)")

    assert await names_from(await start(empty_dsn, "pending", room=room)) == ["room.0002_second"]
    assert await names_from(await start(empty_dsn, "migrate", room=room)) == ["room.0002_second"]
    assert await names_from(await start(empty_dsn, "pending", room=room)) == []


async def test_a_migration_that_fails_leaves_the_schema_as_it_was(empty_dsn: str, room: Path) -> None:
    add_migration(room, "ALTER TABLE no_such_table ADD COLUMN x int")

    process = await start(empty_dsn, "migrate", room=room)
    _, errors = await process.communicate()

    assert process.returncode == 1
    assert b"no_such_table" in errors
    assert await tables_of(empty_dsn) == []


async def test_a_process_killed_in_the_middle_leaves_the_schema_as_it_was(empty_dsn: str, room: Path) -> None:
    add_migration(room, "SELECT pg_sleep(60)")
    process = await start(empty_dsn, "migrate", room=room)
    watcher = await asyncpg.connect(empty_dsn)
    try:
        while not await watcher.fetchval(_SLEEPING):
            assert process.returncode is None
            await asyncio.sleep(0.01)

        process.send_signal(signal.SIGKILL)
        await process.wait()
        await watcher.execute(_KILL)
    finally:
        await watcher.close()

    assert await tables_of(empty_dsn) == []
    add_migration(room, "CREATE TABLE room_other (id int)")
    assert await names_from(await start(empty_dsn, "migrate", room=room)) == ["room.0001_initial", "room.0002_second"]
