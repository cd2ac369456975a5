"""What can go wrong with the embedded database, and how an operator mends it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.kit.errors import Unavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_DETAIL_CHARACTERS = 2_000


class EmbeddedPostgresError(Unavailable):
    """The embedded PostgreSQL cannot run. `message` names the fix; it is meant for the operator.

    Codes: `postgres_platform_unsupported`, `postgres_binaries_missing`, `postgres_account_missing`,
    `postgres_data_unreachable`, `postgres_data_missing`, `postgres_permission_denied`, `postgres_disk_full`,
    `postgres_storage_failed`, `postgres_major_mismatch`, `postgres_cluster_damaged`,
    `postgres_settings_conflict`, `postgres_busy`, `postgres_in_use`, `postgres_init_failed`,
    `postgres_port_taken`, `postgres_start_failed`, `postgres_stop_failed`.
    """


def disk_full(path: Path, detail: str) -> EmbeddedPostgresError:
    """The file system that holds `path` has no room left."""
    return EmbeddedPostgresError(
        "postgres_disk_full",
        f"The disk that holds {path} is full. Free some space (512 MiB or more) and start again.",
        detail=detail,
    )


def permission_denied(path: Path, detail: str) -> EmbeddedPostgresError:
    """This user, or the one that the database runs as, may not use `path`."""
    return EmbeddedPostgresError(
        "postgres_permission_denied",
        f"Auther may not read or write {path}. Run it as the user who owns that directory, give the "
        "directory to this user, or choose another AUTHER_DATA_DIR.",
        detail=detail,
    )


def from_output(code: str, message: str, *, path: Path, output: str) -> EmbeddedPostgresError:
    """The error that a PostgreSQL program printed, told as full disk or denied access if it was that."""
    detail = output[-_DETAIL_CHARACTERS:].strip()
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full(path, detail)
    if "Permission denied" in output:
        return permission_denied(path, detail)
    return EmbeddedPostgresError(code, message, detail=detail)


@contextmanager
def told_by_cause(path: Path) -> Iterator[None]:
    """Turn the operating system's errors inside the block into ours.

    Raises:
        EmbeddedPostgresError: `postgres_disk_full`, `postgres_permission_denied` or
            `postgres_storage_failed`.
    """
    try:
        yield
    except OSError as error:
        where = Path(str(error.filename)) if error.filename else path
        if error.errno in _FULL:
            raise disk_full(where, str(error)) from error
        if error.errno in _REFUSED:
            raise permission_denied(where, str(error)) from error
        raise EmbeddedPostgresError(
            "postgres_storage_failed", f"The operating system failed at {where}: {error.strerror}.", detail=str(error)
        ) from error
