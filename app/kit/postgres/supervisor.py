"""Looks after the running database: starts it again when it died, guards the disk, rotates its log."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from app.kit.postgres.errors import EmbeddedPostgresError, told_by_cause
from app.kit.postgres.instance import EmbeddedPostgres, restart_if_dead, rotate_log
from app.kit.postgres.space import FreeBytes, free_bytes, guard_space

_RETRY_FACTOR = 10

_log = structlog.get_logger("auther.postgres")


async def supervise_postgres(
    instance: EmbeddedPostgres, *, interval: timedelta = timedelta(milliseconds=250), measure: FreeBytes = free_bytes
) -> None:
    """Look after the database until cancelled. Every process that uses it may do so.

    A server that died is started on the same port, so pools reconnect by themselves. A failure is
    logged and tried again after ten times the interval.

    Args:
        interval: between two looks.
        measure: free bytes at a path.
    """
    pause = interval
    while True:
        await asyncio.sleep(pause.total_seconds())
        try:
            await asyncio.to_thread(_look_after, instance, measure)
            pause = interval
        except EmbeddedPostgresError as error:
            _log.error("postgres.supervision_failed", error_code=error.code, message=error.message, detail=error.detail)
            pause = _RETRY_FACTOR * interval


def _look_after(instance: EmbeddedPostgres, measure: FreeBytes) -> None:
    layout = instance.server.layout
    with told_by_cause(layout.home):
        guard_space(layout, measure)
        if restart_if_dead(instance):
            _log.warning("postgres.restarted", port=instance.port)
        rotate_log(layout.log)
