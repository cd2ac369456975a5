from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.kit.postgres import stop_postgres
from app.kit.postgres.instance import restart_if_dead
from app.kit.postgres.processes import command_of, find_postmaster


async def test_first_start_makes_a_database_owned_by_a_role_that_is_no_superuser(empty_dir, start):
    instance = start(empty_dir / "data")

    connection = await asyncpg.connect(instance.dsn)
    facts = await connection.fetchrow(
        "SELECT current_user::text AS role, current_database()::text AS database, rolsuper, rolcreatedb, "
        "pg_get_userbyid(datdba)::text AS owner, pg_encoding_to_char(encoding)::text AS encoding, "
        "datlocprovider, datlocale FROM pg_roles, pg_database "
        "WHERE rolname = current_user AND datname = current_database()"
    )
    await connection.close()
    assert dict(facts) == {
        "role": "auther",
        "database": "auther",
        "rolsuper": False,
        "rolcreatedb": True,
        "owner": "auther",
        "encoding": "UTF8",
        "datlocprovider": b"b",
        "datlocale": "C.UTF-8",
    }


async def test_the_role_may_create_trusted_extensions_and_not_run_programs(data_dir, start):
    instance = start(data_dir)
    connection = await asyncpg.connect(instance.dsn)

    for extension in ("pg_trgm", "citext", "btree_gin"):
        await connection.execute(f"CREATE EXTENSION {extension}")

    assert await connection.fetchval("SELECT 'ÄÖ'::citext = 'äö'::citext") is True
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
    await connection.close()


async def test_another_password_is_refused(data_dir, start):
    parts = urlsplit(start(data_dir).dsn)

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://auther:{'x' * 43}@127.0.0.1:{parts.port}/auther")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:{parts.password}@127.0.0.1:{parts.port}/auther")


async def test_it_listens_on_loopback_only_with_scram(data_dir, start):
    connection = await asyncpg.connect(start(data_dir).dsn)

    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SHOW unix_socket_directories") == ""
    assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
    assert await connection.fetchval("SHOW max_connections") == "200"
    await connection.close()
    rules = (data_dir / "postgres" / "cluster" / "pg_hba.conf").read_text().splitlines()
    assert {line.split()[-1] for line in rules if line and not line.startswith("#")} == {"scram-sha-256"}


@pytest.mark.parametrize(("is_durable", "setting"), [(True, "on"), (False, "off")])
async def test_durability_is_on_unless_given_up(data_dir, start, is_durable, setting):
    connection = await asyncpg.connect(start(data_dir, durable=is_durable).dsn)

    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await connection.fetchval(f"SHOW {name}") == setting
    await connection.close()


async def test_stop_ends_the_server_and_the_next_start_has_the_data_at_the_same_address(data_dir, start):
    first = start(data_dir)
    connection = await asyncpg.connect(first.dsn)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()

    stop_postgres(first)

    assert find_postmaster(data_dir / "postgres" / "cluster") is None
    second = start(data_dir)
    assert (second.dsn, second.is_owner) == (first.dsn, True)
    assert second.pid != first.pid
    connection = await asyncpg.connect(second.dsn)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()


def test_a_supervisor_that_comes_late_does_not_start_a_stopped_server(data_dir, start):
    instance = start(data_dir)
    stop_postgres(instance)

    assert restart_if_dead(instance) is False

    assert find_postmaster(data_dir / "postgres" / "cluster") is None
    stop_postgres(instance)


async def test_stop_does_not_wait_for_open_connections(data_dir, start):
    instance = start(data_dir)
    connection = await asyncpg.connect(instance.dsn)
    await connection.execute("BEGIN")

    stop_postgres(instance)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()


def test_a_port_that_another_program_took_is_replaced(data_dir, start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        (data_dir / "postgres" / "port").write_text(f"{taken}\n")

        instance = start(data_dir)

    assert instance.port != taken
    assert (data_dir / "postgres" / "port").read_text() == f"{instance.port}\n"


def test_the_password_is_private_and_shown_nowhere(data_dir, start):
    instance = start(data_dir)

    file = data_dir / "postgres" / "password"
    password = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(password) == 43
    assert password in instance.dsn
    assert password not in repr(instance)
    assert password not in command_of(instance.pid)
    assert password not in (data_dir / "postgres" / "postgres.log").read_text()


async def test_a_lost_password_file_is_replaced_at_the_next_start(data_dir, start):
    lost = (data_dir / "postgres" / "password").read_text()
    (data_dir / "postgres" / "password").unlink()

    instance = start(data_dir)

    assert (data_dir / "postgres" / "password").read_text() != lost
    await (await asyncpg.connect(instance.dsn)).close()


async def test_statements_and_values_are_not_logged(data_dir, start):
    connection = await asyncpg.connect(start(data_dir).dsn)
    await connection.execute("CREATE TABLE people (email text UNIQUE)")
    await connection.execute("INSERT INTO people VALUES ($1)", "ann@example.com")

    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO people VALUES ($1)", "ann@example.com")

    await connection.close()
    log = (data_dir / "postgres" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "ann@example.com" not in log
    assert "people" not in log


def test_a_long_log_is_rotated_at_start(data_dir, start):
    log = data_dir / "postgres" / "postgres.log"
    log.write_text("old\n" * 3_000_000)

    start(data_dir)

    assert log.with_name("postgres.log.1").read_text() == "old\n" * 3_000_000
    assert "old" not in log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as somebody else")
def test_root_runs_it_as_another_user(data_dir, start):
    instance = start(data_dir)

    owner = (data_dir / "postgres" / "cluster").stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{instance.pid}").stat().st_uid == owner
    status = Path(f"/proc/{instance.pid}/status").read_text()
    assert f"Uid:\t{owner}\t{owner}\t{owner}\t{owner}\n" in status
    assert "Groups:\t \n" in status
