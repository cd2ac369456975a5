from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

import pytest

from app.kit.postgres import EmbeddedPostgresError
from app.kit.postgres.errors import from_output, told_by_cause
from app.kit.postgres.processes import find_postmaster


def _refusal(start, data_dir):
    with pytest.raises(EmbeddedPostgresError) as refusal:
        start(data_dir)
    return refusal.value


def test_a_cluster_of_another_major_version_is_left_alone(data_dir, start):
    version = data_dir / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("17\n")

    refusal = _refusal(start, data_dir)

    assert refusal.code == "postgres_major_mismatch"
    assert "made by PostgreSQL 17 and this Auther brings 18" in refusal.message
    assert find_postmaster(data_dir / "postgres" / "cluster") is None
    version.write_text("18\n")


def test_an_incomplete_cluster_is_left_alone(data_dir, start):
    version = data_dir / "postgres" / "cluster" / "PG_VERSION"
    version.rename(version.with_name("away"))

    refusal = _refusal(start, data_dir)

    assert refusal.code == "postgres_cluster_damaged"
    version.with_name("away").rename(version)


def test_a_broken_configuration_is_told_with_postgres_own_words(data_dir, start):
    configuration = data_dir / "postgres" / "cluster" / "postgresql.conf"
    whole = configuration.read_text()
    configuration.write_text(whole + "work_mem = many\n")

    refusal = _refusal(start, data_dir)

    assert refusal.code == "postgres_start_failed"
    assert "postgres.log" in refusal.message
    assert 'invalid value for parameter "work_mem": "many"' in refusal.detail
    configuration.write_text(whole)


def test_too_little_room_for_a_cluster_is_told_before_anything_is_made(empty_dir, start, monkeypatch):
    monkeypatch.setattr("app.kit.postgres.cluster.NEEDED_BYTES", 2**62)

    refusal = _refusal(start, empty_dir / "data")

    assert refusal.code == "postgres_disk_full"
    assert "Free some space" in refusal.message
    # The programs are copied first where the database's account cannot reach the wheel's.
    made = {path.name for path in (empty_dir / "data" / "postgres").iterdir()} - {"binaries"}
    assert made == {"start.lock", "users.lock"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "postgres_disk_full"),
        (errno.EDQUOT, "postgres_disk_full"),
        (errno.EACCES, "postgres_permission_denied"),
        (errno.EROFS, "postgres_permission_denied"),
        (errno.EIO, "postgres_storage_failed"),
    ],
)
def test_errors_of_the_operating_system_have_codes(number, code):
    with pytest.raises(EmbeddedPostgresError) as failure, told_by_cause(Path("/data")):
        raise OSError(number, os.strerror(number), "/data/file")

    assert failure.value.code == code
    assert "/data/file" in failure.value.message


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("FATAL:  could not write lock file: No space left on device", "postgres_disk_full"),
        ("initdb: error: could not create directory: Permission denied", "postgres_permission_denied"),
        ("FATAL:  something else", "postgres_start_failed"),
    ],
)
def test_errors_of_postgres_have_codes(output, code):
    error = from_output("postgres_start_failed", "It does not start.", path=Path("/data"), output=output)

    assert (error.code, error.detail) == (code, output)


def test_a_data_directory_that_is_a_file_is_refused(empty_dir, start):
    (empty_dir / "file").touch()

    assert _refusal(start, empty_dir / "file").code == "postgres_storage_failed"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_data_directory_of_another_user_is_refused(data_dir, start_user):
    user = start_user(data_dir, pwd.getpwnam("nobody").pw_uid)

    assert user.read() == {"code": "postgres_permission_denied"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_id_without_a_name_cannot_make_a_cluster(empty_dir, start_user):
    nameless = 54_321
    os.chown(empty_dir, nameless, nameless)

    assert start_user(empty_dir / "data", nameless).read() == {"code": "postgres_account_missing"}
