"""Denials in the trail: each leaves a row with the code of its reason; a flood leaves a few, then a count.

See docs/adr/0016-denials-in-the-audit-trail.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from app.events.denial_limits import Counted, DenialLimits
from app.events.refusals import count_denial
from app.events.service import emit
from app.events.types import DenialsCounted, Event
from app.kit import clock
from app.kit.actor import Actor
from app.kit.db import joined_unit_of_work, unit_of_work
from app.kit.errors import Unavailable
from app.kit.notify import wait_for_event

_log = structlog.get_logger("auther.audit")

FLUSH_SECONDS: Final = 10.0
_limits: Final = DenialLimits()


async def record_denial(actor: Actor, event: Event) -> None:
    """Write a denial in a committed unit of work of its own, and count it; a flood is only counted.

    While the database is away it is counted as well, and written afterwards. Inside of a unit of work call it by
    `after_rollback`: the refusal undoes what else happened there.

    Args:
        event: of outcome `denied`; its reason is a stable code.
    """
    now = clock.now()
    if not _limits.admit(actor, event, now):
        _limits.hold(actor, event, now)
        count_denial(event)
        return
    try:
        async with joined_unit_of_work():
            await emit(actor, event)
    except Unavailable as error:
        _limits.hold(actor, event, now)
        count_denial(event)
        _log.warning("denial.waits_for_database", action=event.action, reason=event.reason, detail=error.detail)


async def flush_denials(*, is_end: bool = False) -> int:
    """Write the counts of the windows that are over (at the end: all), in a unit of work; how many rows.

    Raises:
        Unavailable: `kit_database_unavailable`; the counts stay.
    """
    counted = _limits.take(clock.now(), is_end=is_end)
    if not counted:
        return 0
    try:
        async with unit_of_work():
            for each in counted:
                await emit(each.actor, _to_event(each))
    except BaseException:
        _limits.put_back(counted)
        raise
    return len(counted)


def forget_denials() -> None:
    """Drop what is counted."""
    _limits.forget()


@asynccontextmanager
async def counting_denials() -> AsyncIterator[None]:
    """Write counts every few seconds during the block, and the rest at its end."""
    stop = asyncio.Event()
    task = asyncio.create_task(_run(stop), name="audit denials")
    try:
        yield
    finally:
        stop.set()
        await task


async def _run(stop: asyncio.Event) -> None:
    is_over = False
    while not is_over:
        is_over = await wait_for_event(stop, FLUSH_SECONDS)
        try:
            await flush_denials(is_end=is_over)
        except Unavailable as error:
            _log.warning("denials.wait_for_database", detail=error.detail)


def _to_event(counted: Counted) -> DenialsCounted:
    return DenialsCounted(
        target_id=None,
        reason=counted.reason,
        after={
            "action": counted.action,
            "count": counted.count,
            "first": counted.first,
            "last": counted.last,
        },
    )
