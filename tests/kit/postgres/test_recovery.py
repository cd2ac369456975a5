from __future__ import annotations

import asyncio
import os
import subprocess
import time
from datetime import timedelta

import asyncpg
import pytest

from app.kit.postgres import EmbeddedPostgresError, stop_postgres, supervise_postgres
from app.kit.postgres.processes import command_of, find_postmaster
from tests.kit.postgres.conftest import kill_and_wait

_PATIENCE_SECONDS = 20
_SOON = timedelta(milliseconds=20)


async def _connect_again(dsn):
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                return await asyncpg.connect(dsn)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(_SOON.total_seconds())


async def test_a_server_whose_starter_was_killed_is_adopted_and_stopped_by_the_next(data_dir, start, start_user):
    user = start_user(data_dir)
    got = user.read()
    connection = await asyncpg.connect(got["dsn"])

    user.kill()

    assert await connection.fetchval("SELECT 1") == 1
    instance = start(data_dir)
    assert (instance.pid, instance.dsn, instance.is_owner) == (got["pid"], got["dsn"], False)
    assert await connection.fetchval("SELECT 2") == 2
    connection.terminate()
    stop_postgres(instance)
    assert find_postmaster(data_dir / "postgres" / "cluster") is None


async def test_an_abandoned_server_with_other_settings_is_restarted(data_dir, start, start_user):
    user = start_user(data_dir)
    got = user.read()
    user.kill()

    instance = start(data_dir, durable=True)

    assert instance.pid != got["pid"]
    connection = await asyncpg.connect(instance.dsn)
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.close()


async def test_after_a_killed_server_what_was_committed_is_there_and_nothing_else(data_dir, start):
    first = start(data_dir, durable=True)
    committed, other = await asyncpg.connect(first.dsn), await asyncpg.connect(first.dsn)
    await committed.execute("DROP TABLE IF EXISTS notes; CREATE TABLE notes (text text)")
    await committed.execute("INSERT INTO notes VALUES ('committed')")
    await other.execute("BEGIN; INSERT INTO notes VALUES ('not committed')")

    kill_and_wait(first.pid)
    stop_postgres(first)
    second = start(data_dir, durable=True)

    assert (second.dsn, second.is_owner) == (first.dsn, True)
    connection = await asyncpg.connect(second.dsn)
    assert [row["text"] for row in await connection.fetch("SELECT text FROM notes")] == ["committed"]
    for one in (committed, other, connection):
        one.terminate()


def test_a_left_over_pid_file_that_names_a_living_stranger_is_ignored(data_dir, start):
    first = start(data_dir)
    kill_and_wait(first.pid)
    stop_postgres(first)
    cluster = data_dir / "postgres" / "cluster"
    owner = cluster.stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    pid_file = cluster / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n" + pid_file.read_text().partition("\n")[2])

    second = start(data_dir)

    assert second.is_owner
    assert find_postmaster(cluster).pid == second.pid
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


async def test_a_new_server_waits_for_backends_that_the_killed_one_left(data_dir, start):
    first = start(data_dir)
    connection = await asyncpg.connect(first.dsn)
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    busy = asyncio.create_task(connection.fetchval("SELECT count(*) FROM generate_series(1, 6000000)"))
    while not await _is_running_a_statement(first.dsn, backend):  # noqa: ASYNC110
        await asyncio.sleep(0)

    kill_and_wait(first.pid)
    assert "SELECT" in command_of(backend)
    second = await asyncio.to_thread(start, data_dir)

    assert command_of(backend) == ""
    assert second.pid != first.pid
    await asyncio.gather(busy, return_exceptions=True)
    connection.terminate()


async def _is_running_a_statement(dsn, backend):
    observer = await asyncpg.connect(dsn)
    state = await observer.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", backend)
    await observer.close()
    return state == "active"


async def test_the_supervisor_starts_a_killed_server_on_its_port_and_a_pool_recovers(data_dir, start):
    instance = start(data_dir)
    pool = await asyncpg.create_pool(instance.dsn, min_size=2, max_size=2)
    supervisor = asyncio.create_task(supervise_postgres(instance, interval=_SOON))

    await asyncio.to_thread(kill_and_wait, instance.pid)

    await (await _connect_again(instance.dsn)).close()
    assert await _first_success(pool) == 1
    running = find_postmaster(data_dir / "postgres" / "cluster")
    assert (running.port, running.pid != instance.pid) == (instance.port, True)
    supervisor.cancel()
    await asyncio.gather(supervisor, return_exceptions=True)
    pool.terminate()
    stop_postgres(instance)
    assert find_postmaster(data_dir / "postgres" / "cluster") is None


async def _first_success(pool):
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                return await pool.fetchval("SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_SOON.total_seconds())


async def test_two_supervisors_restart_once(data_dir, start, start_user):
    first, second = start(data_dir), start(data_dir)
    tasks = [asyncio.create_task(supervise_postgres(one, interval=_SOON)) for one in (first, second)]

    await asyncio.to_thread(kill_and_wait, first.pid)

    await (await _connect_again(first.dsn)).close()
    log = (data_dir / "postgres" / "postgres.log").read_text()
    assert "lock file" not in log
    assert "could not bind" not in log
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_a_first_start_killed_in_the_middle_is_done_again(empty_dir, start, start_user):
    data_dir = empty_dir / "data"
    user = start_user(data_dir)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not list(data_dir.glob("postgres/cluster.draft-*/PG_VERSION")):
        assert time.monotonic() < deadline
    user.kill()
    assert not (data_dir / "postgres" / "cluster").exists()

    instance = start(data_dir)

    assert instance.is_owner
    stop_postgres(instance)
    start(data_dir)
    assert list(data_dir.glob("postgres/cluster.draft-*")) == []


def test_a_failed_setup_leaves_no_cluster(empty_dir, start, monkeypatch):
    monkeypatch.setattr("app.kit.postgres.cluster.DATABASE", "not a name")

    with pytest.raises(EmbeddedPostgresError) as failure:
        start(empty_dir / "data")

    assert failure.value.code == "postgres_init_failed"
    assert not (empty_dir / "data" / "postgres" / "cluster").exists()
    assert not (empty_dir / "data" / "postgres" / "password").exists()
