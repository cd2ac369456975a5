"""Tuples from before revisions were counted become those of the first revision."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.kit.settings import Settings
from app.tables import APPS

ROOT = Path(__file__).parents[3]
PROCESS = """
import asyncio, json, sys
from app.kit import db
from app.kit.migrate import migrate

async def main(dsn, apps):
    await db.open_database(db.tortoise_config(dsn, apps))
    try:
        await migrate(apps)
    finally:
        await db.close_database()

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""
BEFORE = [
    ("platform", "*", "super_admin", "user", "usr_1", ""),
    ("document", "7", "viewer", "user", "usr_1", ""),
    ("document", "7", "viewer", "team", "red", "member"),
    ("team", "red", "member", "apikey", "key_1", ""),
]
INSERT = """
INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, subject_relation, created_at)
VALUES ($1, $2, $3, $4, $5, $6, now())
"""
TUPLES = """
SELECT entity_type, entity_id, relation, subject_type, subject_id, subject_relation, created_rev, deleted_rev
FROM authz_tuple ORDER BY id
"""
STANDS = 9223372036854775807


@pytest.fixture
async def empty_dsn(settings: Settings) -> AsyncIterator[str]:
    """A database without any table."""
    assert settings.database_url is not None
    dsn = settings.database_url.get_secret_value()
    name = f"{urlsplit(dsn).path.removeprefix('/')}_tuples"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(dsn)._replace(path=f"/{name}").geturl()
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture
def first_only(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The rooms as they were when this one had one migration."""
    folder = tmp_path / "early_authz"
    folder.mkdir()
    for name in ("__init__.py", "0001_initial.py"):
        shutil.copy(ROOT / "migrations" / "authz" / name, folder)
    return {**APPS, "authz": {**APPS["authz"], "migrations": "early_authz"}}


async def migrate(dsn: str, apps: dict[str, dict[str, Any]], path: Path) -> None:
    """Migrate in a process of its own: modules of migrations are loaded once in each."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, dsn, json.dumps(apps),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(path)])},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


async def test_tuples_from_before_stand_since_the_first_revision(
    empty_dsn: str, first_only: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    await migrate(empty_dsn, first_only, tmp_path)
    connection = await asyncpg.connect(empty_dsn)
    try:
        await connection.executemany(INSERT, BEFORE)

        await migrate(empty_dsn, APPS, tmp_path)

        types = {name: number for number, name in await connection.fetch("SELECT id, name FROM authz_type")}
        ids = {**types, "user": 1, "apikey": 2, "platform": 5}
        assert sorted(types) == ["document", "team"]
        assert min(types.values()) >= 1_000
        assert [tuple(row) for row in await connection.fetch(TUPLES)] == [
            (ids[entity], entity_id, relation, ids[subject], subject_id, of, 1, STANDS)
            for entity, entity_id, relation, subject, subject_id, of in BEFORE
        ]
        assert tuple(await connection.fetchrow("SELECT * FROM authz_head")) == (1, 1, 0, 1)
        note = await connection.fetchrow("SELECT revision, kind, actor_kind FROM authz_write")
        assert tuple(note) == (1, "tuples", "system")
    finally:
        await connection.close()


async def test_an_empty_store_begins_without_a_revision(
    empty_dsn: str, first_only: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    await migrate(empty_dsn, first_only, tmp_path)

    await migrate(empty_dsn, APPS, tmp_path)

    connection = await asyncpg.connect(empty_dsn)
    try:
        for table in ("head", "write", "type", "tuple"):
            assert await connection.fetchval(f"SELECT count(*) FROM authz_{table}") == 0
    finally:
        await connection.close()
