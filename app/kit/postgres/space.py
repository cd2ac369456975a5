"""Keeps a full disk from stopping the database: it turns read-only while there is still room.

PostgreSQL stops when it cannot write its log of changes, and cannot recover without room either. So
new transactions are made read-only before that; they fail with SQLSTATE 25006, reads go on.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import structlog

from app.kit.postgres.cluster import SWITCHES
from app.kit.postgres.layout import Layout
from app.kit.postgres.processes import find_postmaster

FreeBytes = Callable[[Path], int]

# Far more than what can be written between two looks, and than a recovery needs.
READ_ONLY_BELOW_BYTES = 96 * 1024 * 1024
WRITABLE_ABOVE_BYTES = 160 * 1024 * 1024

_log = structlog.get_logger(__name__)


def free_bytes(path: Path) -> int:
    """Bytes that an ordinary user may still write on the file system of `path`."""
    return shutil.disk_usage(path).free


def guard_space(layout: Layout, measure: FreeBytes = free_bytes) -> None:
    """Make the database read-only when the disk is nearly full, writable when there is room again.

    The switch is a rename, which works on a full disk.
    """
    active = layout.cluster / SWITCHES / "read_only.conf"
    dormant = active.with_suffix(".off")
    free = measure(layout.cluster)
    if free < READ_ONLY_BELOW_BYTES and dormant.exists():
        dormant.rename(active)
        _log.error("postgres_read_only", free_bytes=free, path=str(layout.cluster), fix="free some disk space")
    elif free > WRITABLE_ABOVE_BYTES and active.exists():
        active.rename(dormant)
        _log.warning("postgres_writable_again", free_bytes=free)
    else:
        return
    running = find_postmaster(layout.cluster)
    if running is not None:
        os.kill(running.pid, signal.SIGHUP)
