"""Files in the data directory: private, replaced atomically, owned like the directory; and locks."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app.kit.postgres.errors import EmbeddedPostgresError

_POLL_SECONDS = 0.02


def own_like_parent(path: Path) -> None:
    """As root, give `path` to whoever owns its directory, so that this user can start Auther later."""
    if os.geteuid() == 0:
        parent = path.parent.stat()
        os.chown(path, parent.st_uid, parent.st_gid)


def make_directory(path: Path, mode: int) -> None:
    """Make one directory with exactly this mode; one that exists keeps its mode and owner."""
    try:
        path.mkdir()
    except FileExistsError:
        return
    path.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically and durably; only its owner may read it (0600)."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    own_like_parent(draft)
    draft.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make a rename in this directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_if_there(path: Path) -> str | None:
    """The text of a file, None when there is no such file or it is empty."""
    try:
        return path.read_text().strip() or None
    except FileNotFoundError:
        return None


class FileLock:
    """An flock on a file of its own. The kernel lets go of it when the process dies."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.is_closed = False
        own_like_parent(path)

    def try_exclusive(self) -> bool:
        """Hold it alone; False when anybody else holds it in whatever way."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait_exclusive(self, timeout: timedelta) -> bool:
        """Hold it alone as soon as nobody else holds it; False when that takes longer than `timeout`."""
        deadline = time.monotonic() + timeout.total_seconds()
        while not self.try_exclusive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def share(self) -> None:
        """Hold it beside others."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go. An explicit unlock, because a forked child may hold the descriptor too."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        self.leave_to_children()

    def leave_to_children(self) -> None:
        """Close our descriptor only: the lock lasts as long as a process that inherited it."""
        self.is_closed = True
        os.close(self.descriptor)


@contextmanager
def held(path: Path, timeout: timedelta) -> Iterator[None]:
    """Hold the lock at `path` alone while the block runs.

    Raises:
        EmbeddedPostgresError: `postgres_busy`, another process kept it for longer than `timeout`.
    """
    lock = FileLock(path)
    try:
        if not lock.wait_exclusive(timeout):
            raise EmbeddedPostgresError(
                "postgres_busy",
                f"Another process has been starting or stopping the database in {path.parent} for too long. "
                "Stop that process and start again.",
            )
        yield
    finally:
        lock.close()
