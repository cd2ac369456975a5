"""The trace of bypasses: whoever was let in past the models, as one audit event a while for each subject and type.

A check must not wait for a write: bypasses are noted in memory and written together every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from app.authz.engine.resolve import Resolution
from app.authz.types.answers import PlainQuestion
from app.authz.types.events import ModelsBypassed
from app.events.service import emit_many
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.notify import wait_for_event

_log = structlog.get_logger("auther.authz")

FLUSH_SECONDS: Final = 10.0
# Pairs of subject and type that are kept until the next writing; of more, none is told.
_MOST: Final = 1_000


@dataclass(slots=True)
class _Noted:
    question: PlainQuestion
    through: str
    count: int = 0


_noted: dict[tuple[str, str], _Noted] = {}


def note_bypasses(questions: Iterable[PlainQuestion], answers: Iterable[Resolution]) -> None:
    """Remember which of these were allowed past their models."""
    for question, answer in zip(questions, answers, strict=True):
        if answer.bypass is None:
            continue
        subject, _, entity_type, _, _ = question
        key = (str(subject), entity_type)
        if key not in _noted and len(_noted) >= _MOST:
            continue
        _noted.setdefault(key, _Noted(question, str(answer.bypass))).count += 1


async def flush_bypasses() -> int:
    """Write what was noted to the audit trail, in a unit of work of its own; how many events.

    Raises:
        Unavailable: `kit_database_unavailable`; what was noted stays.
    """
    noted = dict(_noted)
    if not noted:
        return 0
    _noted.clear()
    try:
        async with unit_of_work():
            await emit_many(SYSTEM, [_to_event(*key, each) for key, each in noted.items()])
    except BaseException:
        _put_back(noted)
        raise
    return len(noted)


def _put_back(noted: Mapping[tuple[str, str], _Noted]) -> None:
    for key, each in noted.items():
        kept = _noted.setdefault(key, each)
        if kept is not each:
            kept.count += each.count


def forget_bypasses() -> None:
    """Drop what is noted."""
    _noted.clear()


@asynccontextmanager
async def tracing_bypasses() -> AsyncIterator[None]:
    """Write what is noted every few seconds during the block, and at its end."""
    stop = asyncio.Event()
    task = asyncio.create_task(_run(stop), name="authz bypasses")
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
            await flush_bypasses()
        except Unavailable as error:
            _log.warning("bypasses.wait_for_database", detail=error.detail)


def _to_event(subject: str, entity_type: str, noted: _Noted) -> ModelsBypassed:
    about, action, _, entity_id, _ = noted.question
    return ModelsBypassed(
        target_id=subject,
        about_user_id=about.id if about.type == "user" else None,
        after={
            "entity_type": entity_type,
            "action": action,
            "entity": f"{entity_type}:{entity_id}",
            "through": noted.through,
            "count": noted.count,
        },
    )
