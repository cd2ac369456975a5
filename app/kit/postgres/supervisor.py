"""Looks after the running database: starts it again when it died, guards the disk, rotates its log."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from app.kit.errors import AppError
from app.kit.postgres.instance import EmbeddedPostgres, restart_if_dead, rotate_log
from app.kit.postgres.space import FreeBytes, free_bytes, guard_space

_log = structlog.get_logger(__name__)


async def supervise_postgres(
    instance: EmbeddedPostgres, *, interval: timedelta = timedelta(milliseconds=500), measure: FreeBytes = free_bytes
) -> None:
    """Look after the database until cancelled. Every process that uses it may do so.

    A server that died is started on the same port, so pools reconnect by themselves. A failure is
    logged and tried again at the next look.

    Args:
        interval: between two looks.
        measure: free bytes at a path.
    """
    while True:
        await asyncio.sleep(interval.total_seconds())
        try:
            await asyncio.to_thread(_look_after, instance, measure)
        except AppError as error:
            _log.error("postgres_supervision_failed", error_code=error.code, message=error.message, detail=error.detail)
        except OSError as error:
            _log.error("postgres_supervision_failed", error_code="postgres_storage_failed", detail=str(error))


def _look_after(instance: EmbeddedPostgres, measure: FreeBytes) -> None:
    layout = instance.server.layout
    guard_space(layout, measure)
    if restart_if_dead(instance):
        _log.warning("postgres_restarted", port=instance.port)
    rotate_log(layout.log)
