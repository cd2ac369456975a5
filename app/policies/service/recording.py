"""What policies said, for whoever asks later: noted in memory, written together every second.

A check must not wait for a write, nor fail with one: what is too much to be noted, or cannot be written, is counted
and dropped. A process that is killed loses what it noted in its last second.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog

from app.events.rules import clean_text
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Unavailable
from app.kit.notify import wait_for_event
from app.policies.errors import PolicyFailure
from app.policies.queries.evaluations import insert_evaluations
from app.policies.service.measures import note_dropped, to_word
from app.policies.types import Evaluation, PolicyQuestion, PolicyVerdict

_log = structlog.get_logger("auther.policies")

FLUSH_SECONDS: Final = 1.0
# Evaluations that are kept until the next writing, some 5 KB each at most; of more, none is told.
MOST_NOTED: Final = 10_000
# The part of it that one policy may take: whoever floods theirs does not hide what others said.
_SHARES: Final = 2
# Written in one statement.
_BATCH: Final = 500
_MAX_PROBLEM: Final = 500
_MAX_TYPE, _MAX_ID, _MAX_ACTION = 320, 254, 64

_noted: deque[Evaluation] = deque()
_counts: Counter[str] = Counter()


def record(policy_id: str, question: PolicyQuestion, verdict: PolicyVerdict, now: datetime) -> None:
    """Note what a policy said, unless too much is noted already, of it or of all. It is quick and never raises."""
    if len(_noted) >= MOST_NOTED or _counts[policy_id] >= MOST_NOTED // _SHARES:
        note_dropped()
        return
    _counts[policy_id] += 1
    _noted.append(
        Evaluation(
            policy_id=policy_id,
            version=verdict.version or 0,
            verdict=to_word(verdict),
            problem=describe_problem(verdict.problem),
            entity_type=str(question.resource.get("type", ""))[:_MAX_TYPE],
            entity_id=str(question.resource.get("id", ""))[:_MAX_ID],
            action=question.action[:_MAX_ACTION],
            subject_type=question.subject[0][:_MAX_TYPE],
            subject_id=question.subject[1][:_MAX_ID],
            context=verdict.seen or {},
            duration_us=round(verdict.seconds * 1_000_000),
            evaluated_at=now,
        )
    )


def describe_problem(problem: AppError | None) -> str | None:
    """The stable code of a problem, and what Lua says of it."""
    if problem is None:
        return None
    if not isinstance(problem, PolicyFailure) or not problem.reason:
        return problem.code
    place = f"line {problem.line}: " if problem.line is not None else ""
    return f"{problem.code}: {place}{clean_text(problem.reason, _MAX_PROBLEM)}"[:_MAX_PROBLEM]


async def flush_evaluations() -> int:
    """Write what was noted, in units of work of its own; how many.

    Raises:
        Unavailable: `kit_database_unavailable`; what was noted stays, as far as there is room.
    """
    count = 0
    while batch := _take_batch():
        try:
            async with unit_of_work():
                count += await insert_evaluations(batch)
        except Unavailable:
            _put_back(batch)
            raise
        except AppError as error:
            # Something in it cannot be stored, and would not be the next time.
            note_dropped(len(batch))
            _log.error("evaluations.unstorable", count=len(batch), code=error.code, detail=error.detail)
    return count


def _take_batch() -> list[Evaluation]:
    batch = [_noted.popleft() for _ in range(min(_BATCH, len(_noted)))]
    _counts.subtract(each.policy_id for each in batch)
    for policy_id in {each.policy_id for each in batch if not _counts[each.policy_id]}:
        del _counts[policy_id]
    return batch


def _put_back(batch: list[Evaluation]) -> None:
    room = max(0, MOST_NOTED - len(_noted))
    kept = batch[:room]
    note_dropped(len(batch) - len(kept))
    _noted.extendleft(reversed(kept))
    _counts.update(each.policy_id for each in kept)


def forget_evaluations() -> None:
    """Drop what is noted."""
    _noted.clear()
    _counts.clear()


@asynccontextmanager
async def recording_evaluations() -> AsyncIterator[None]:
    """Write what is noted every second during the block, and at its end."""
    stop = asyncio.Event()
    task = asyncio.create_task(_run(stop), name="policy evaluations")
    try:
        yield
    finally:
        stop.set()
        await task


async def _run(stop: asyncio.Event) -> None:
    is_over, is_waiting = False, False
    while not is_over:
        is_over = await wait_for_event(stop, FLUSH_SECONDS)
        try:
            await flush_evaluations()
            is_waiting = False
        except Unavailable as error:
            if not is_waiting:
                _log.warning("evaluations.wait_for_database", detail=error.detail)
            is_waiting = True
