"""Keeps a full disk from stopping the database: it turns read-only while there is still room.

PostgreSQL stops when it cannot write its log of changes (WAL), and cannot recover without room
either. So new transactions are made read-only before that; they fail with SQLSTATE 25006, reads go
on. Reads write a little WAL too, hence room for all of it, up to `max_wal_size`, is kept. If
something fills the disk faster than that, a file kept for the purpose is given up, and its room is
enough to recover and to read.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from app.kit.postgres.cluster import SWITCHES
from app.kit.postgres.files import own_like_parent
from app.kit.postgres.layout import Layout
from app.kit.postgres.processes import find_postmaster
from app.kit.postgres.server import MAX_WAL_BYTES

FreeBytes = Callable[[Path], int]

MARGIN_BYTES = 128 * 1024 * 1024  # more than what a busy server writes between two looks
HYSTERESIS_BYTES = 64 * 1024 * 1024  # so that it does not flap
BALLAST_BYTES = 64 * 1024 * 1024  # four WAL segments
SINKING_BELOW_BYTES = 32 * 1024 * 1024
_WAL_SEGMENT_BYTES = 16 * 1024 * 1024
_WAL_SEGMENT_NAME_LENGTH = 24

_log = structlog.get_logger("auther.postgres")


def free_bytes(path: Path) -> int:
    """Bytes that an ordinary user may still write on the file system of `path`."""
    return shutil.disk_usage(path).free


def guard_space(layout: Layout, measure: FreeBytes = free_bytes) -> None:
    """Make the database read-only when the disk is nearly full, writable when there is room again."""
    free, reserve = measure(layout.cluster), _reserve(layout.cluster)
    if free < reserve:
        if free < SINKING_BELOW_BYTES:
            _ballast(layout).unlink(missing_ok=True)
        _switch(layout, free, is_writable=False)
    elif free > reserve + HYSTERESIS_BYTES:
        _switch(layout, free, is_writable=True)
        if free > reserve + HYSTERESIS_BYTES + BALLAST_BYTES:
            _take_ballast(_ballast(layout))


def _reserve(cluster: Path) -> int:
    names = os.listdir(cluster / "pg_wal")
    written = _WAL_SEGMENT_BYTES * sum(len(name) == _WAL_SEGMENT_NAME_LENGTH for name in names)
    return MARGIN_BYTES + max(0, MAX_WAL_BYTES - written)


def _switch(layout: Layout, free: int, *, is_writable: bool) -> None:
    active = layout.cluster / SWITCHES / "read_only.conf"
    dormant = active.with_suffix(".off")
    source, target = (active, dormant) if is_writable else (dormant, active)
    if not source.exists():
        return
    source.rename(target)  # works on a full disk
    if is_writable:
        _log.warning("postgres.writable_again", free_bytes=free)
    else:
        _log.error("postgres.read_only", free_bytes=free, path=str(layout.cluster), fix="free some disk space")
    running = find_postmaster(layout.cluster)
    if running is not None:
        os.kill(running.pid, signal.SIGHUP)


def _ballast(layout: Layout) -> Path:
    return layout.base / "ballast"


def _take_ballast(path: Path) -> None:
    if path.exists():
        return
    with open(path, "wb") as ballast:
        own_like_parent(path)
        if sys.platform == "linux":
            os.posix_fallocate(ballast.fileno(), 0, BALLAST_BYTES)
        else:
            ballast.write(bytes(BALLAST_BYTES))
