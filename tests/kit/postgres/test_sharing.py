from __future__ import annotations

import os
import signal
from datetime import timedelta

import asyncpg
import pytest

from app.kit.postgres import EmbeddedPostgresError, stop_postgres
from app.kit.postgres.processes import find_postmaster

_NO_PATIENCE = timedelta(0)


def _is_served(data_dir):
    return find_postmaster(data_dir / "postgres" / "cluster") is not None


def test_processes_that_start_at_once_on_an_empty_directory_share_one_server(empty_dir, start_user):
    users = [start_user(empty_dir / "data") for _ in range(3)]

    got = [user.read() for user in users]

    assert len({(one["pid"], one["dsn"]) for one in got}) == 1
    assert sorted(one["is_owner"] for one in got) == [False, False, True]
    for user in users:
        user.stop()
    assert not _is_served(empty_dir / "data")


def test_the_last_to_leave_stops_the_server(data_dir, start, start_user):
    first = start(data_dir)
    other = start_user(data_dir)
    assert other.read() == {"pid": first.pid, "dsn": first.dsn, "is_owner": False}

    stop_postgres(first)

    assert _is_served(data_dir)
    other.stop()
    assert not _is_served(data_dir)


def test_a_killed_user_does_not_count(data_dir, start, start_user):
    first = start(data_dir)
    other = start_user(data_dir)
    other.read()

    other.kill()
    stop_postgres(first)

    assert not _is_served(data_dir)


def test_two_users_in_one_process_share_too(data_dir, start):
    first, second = start(data_dir), start(data_dir)

    stop_postgres(first)

    assert _is_served(data_dir)
    stop_postgres(second)
    assert not _is_served(data_dir)


def test_who_wants_durability_does_not_adopt_a_server_in_use_without_it(data_dir, start):
    first = start(data_dir, durable=False)

    with pytest.raises(EmbeddedPostgresError) as refusal:
        start(data_dir, durable=True)

    assert refusal.value.code == "postgres_settings_conflict"
    assert find_postmaster(data_dir / "postgres" / "cluster").pid == first.pid


def test_a_second_server_of_another_container_is_refused(data_dir, start, monkeypatch):
    start(data_dir)
    # What a process in another container sees: the lock is held, the process ids mean nothing.
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    seen_here = pid_file.read_text()
    pid_file.write_text("999999999\n" + seen_here.partition("\n")[2])
    monkeypatch.setattr("app.kit.postgres.server.ORPHANS_TIMEOUT", _NO_PATIENCE)

    with pytest.raises(EmbeddedPostgresError) as refusal:
        start(data_dir)

    assert refusal.value.code == "postgres_in_use"
    pid_file.write_text(seen_here)


async def test_ctrl_c_reaches_the_user_and_not_the_database(data_dir, start, start_user):
    user = start_user(data_dir)
    got = user.read()

    os.killpg(user.process.pid, signal.SIGINT)
    user.process.wait()

    connection = await asyncpg.connect(got["dsn"])
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    assert start(data_dir).pid == got["pid"]
