"""Questions, many together and at the least cost: guarded, answered, counted and traced.

Every way to ask comes here. The live check over HTTP rests on plain questions, with no object for each.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from app.authz.engine.resolve import Resolution
from app.authz.errors import TooManyQuestions
from app.authz.service import access
from app.authz.service.bypasses import note_bypasses
from app.authz.service.measures import note_resolutions
from app.authz.service.sources import AnswerSource, to_plain
from app.authz.types.answers import Check, PlainQuestion
from app.kit.actor import Actor

# Checks of one call.
MAX_BATCH: Final = 5_000


async def ask_many(actor: Actor, source: AnswerSource, questions: Sequence[PlainQuestion]) -> list[Resolution]:
    """Answer questions in their order from one state of tuples and models; each has its own problem, if it has one.

    Args:
        source: by `open_source`; the same one tells which types there are.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, without `manage_access`.
    """
    return await _answer(actor, source, questions)


async def ask_supposing(actor: Actor, source: AnswerSource, checks: Sequence[Check]) -> list[Resolution]:
    """The same for questions of which some may have contextual tuples.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, or has contextual tuples, without `manage_access`.
    """
    plain = [to_plain(each) for each in checks]
    if any(each.contextual for each in checks):
        return await _answer(actor, source, plain, checks)
    return await _answer(actor, source, plain)


async def note_passed(
    source: AnswerSource,
    questions: Sequence[PlainQuestion],
    resolutions: Sequence[Resolution],
    *,
    is_supposing: bool = False,
) -> None:
    """Remember which of these were allowed past their models.

    Args:
        is_supposing: some were answered with contextual tuples. Only what holds without these is a trace: whoever may
            suppose that somebody is super admin must not write it into the audit trail.
    """
    passed = [n for n, each in enumerate(resolutions) if each.bypass is not None]
    if passed:
        asked = [questions[n] for n in passed]
        note_bypasses(asked, await source.ask(asked) if is_supposing else [resolutions[n] for n in passed])


async def _answer(
    actor: Actor, source: AnswerSource, questions: Sequence[PlainQuestion], supposing: Sequence[Check] = ()
) -> list[Resolution]:
    """Answer questions.

    Args:
        supposing: the same ones with their contextual tuples, if any has some.
    """
    if len(questions) > MAX_BATCH:
        raise TooManyQuestions(MAX_BATCH)
    started = time.perf_counter()
    types = _types_of_others(actor, questions) | {each.entity.type for each in supposing if each.contextual}
    for scope in sorted({access.scope_of(source.compiled.schema, each) for each in types}):
        await access.guard_asking(actor, source, scope)
    resolutions = await (source.check(supposing) if supposing else source.ask(questions))
    await note_passed(source, questions, resolutions, is_supposing=bool(supposing))
    note_resolutions(source.kind, resolutions, time.perf_counter() - started)
    return resolutions


def _types_of_others(actor: Actor, questions: Sequence[PlainQuestion]) -> set[str]:
    """Types of the entities of questions that are not about the actor."""
    own = access.subject_of(actor)
    types: set[str] = set()
    known, is_other = None, False
    for subject, _, entity_type, _, _ in questions:
        # Questions about one subject hold one object: comparing once is enough.
        if subject is not known:
            known, is_other = subject, subject != own
        if is_other:
            types.add(entity_type)
    return types
