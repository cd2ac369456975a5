"""Checks that are walked together, sharing what they find out and the round trips of each level."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.authz.engine.formulas import Slot
from app.authz.engine.judge import NOT_ASKED, Judge, Verdicts
from app.authz.engine.lookups import Fact, Lookup, TupleReader
from app.authz.engine.overlay import Overlay
from app.authz.engine.questions import Ruleset, asks_itself, has_policy, make_question
from app.authz.engine.walk import Walk
from app.authz.errors import TooSlow, WorkExceeded
from app.authz.types.answers import Check
from app.kit.errors import AppError

# One question, or a batch of them, takes no longer.
MAX_SECONDS: Final = 2.0


class Crew:
    """The checks about one subject with one context; with verdicts of policies it is one check alone."""

    def __init__(
        self, rules: Ruleset, reader: TupleReader, checks: Sequence[Check], verdicts: Verdicts = NOT_ASKED
    ) -> None:
        first = checks[0]
        self.reader = Overlay(reader, first.contextual) if first.contextual else reader
        self.verdicts = verdicts
        self.judge = Judge(rules.schema, first.context, verdicts)
        self.walk = Walk(
            rules.schema,
            rules.strata,
            first.subject,
            self.judge,
            # With a policy it counts which tuples match, not only that one does.
            is_thorough=bool(verdicts) or any(has_policy(rules.schema, check) for check in checks),
            is_reflexive=not asks_itself(rules.schema, first),
        )
        self.questions = [make_question(rules, self.walk, check) for check in checks]
        self.walk.settle()

    def fail(self, problem: AppError) -> None:
        """Give up: what is not decided yet stays so."""
        for question in self.questions:
            question.problem = problem

    def take(self) -> list[Slot]:
        """The slots that wait for tuples."""
        return self.walk.take_lookups()


async def drive(crews: Sequence[Crew], seconds: float = MAX_SECONDS) -> int:
    """Follow all crews level by level, for so long at most; the number of levels."""
    deadline, levels = time.monotonic() + seconds, 0
    while True:
        waiting = [(crew, slots) for crew in crews if (slots := crew.take())]
        if not waiting:
            return levels
        if time.monotonic() > deadline:
            for crew, _ in waiting:
                crew.fail(TooSlow())
            return levels
        levels += 1
        for reader, part in _by_reader(waiting):
            await _answer(reader, part, deadline)


def _by_reader(
    waiting: Iterable[tuple[Crew, list[Slot]]],
) -> Iterable[tuple[TupleReader, list[tuple[Crew, list[Slot]]]]]:
    """Those who read through one reader ask it together."""
    parts: dict[int, tuple[TupleReader, list[tuple[Crew, list[Slot]]]]] = {}
    for crew, slots in waiting:
        parts.setdefault(id(crew.reader), (crew.reader, []))[1].append((crew, slots))
    return parts.values()


async def _answer(reader: TupleReader, waiting: Sequence[tuple[Crew, list[Slot]]], deadline: float) -> None:
    lookups = list(dict.fromkeys(slot.lookup for _, slots in waiting for slot in slots))
    try:
        facts: Mapping[Lookup, Sequence[Fact]] = dict(zip(lookups, await reader.read(lookups), strict=True))
    except WorkExceeded as problem:
        for crew, _ in waiting:
            crew.fail(problem)
        return
    for crew, slots in waiting:
        if time.monotonic() > deadline:
            crew.fail(TooSlow())
            continue
        try:
            for slot in slots:
                crew.walk.fill(slot, facts[slot.lookup])
            crew.walk.settle()
        except WorkExceeded as problem:
            crew.fail(problem)
            crew.take()
