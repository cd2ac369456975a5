"""Questions, many together and at the least cost: guarded, answered, counted and traced.

Every way to ask comes here. The live check over HTTP rests on plain questions, with no object for each.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.authz.engine.policies import Judgement, leave_open
from app.authz.engine.resolve import Resolution
from app.authz.errors import ConditionUndecided, TooManyQuestions
from app.authz.errors_policies import PolicyUndecided
from app.authz.service import access
from app.authz.service.bypasses import note_bypasses
from app.authz.service.measures import note_resolutions
from app.authz.service.policies import judgement_of
from app.authz.service.sources import AnswerSource, to_plain
from app.authz.types.answers import Check, PlainQuestion
from app.kit.actor import Actor

# Checks of one call.
MAX_BATCH: Final = 5_000
# Problems that name the tuple that would decide.
_NAMING: Final = (ConditionUndecided, PolicyUndecided)


async def ask_many(
    actor: Actor,
    source: AnswerSource,
    questions: Sequence[PlainQuestion],
    *,
    judge: Judgement | None = None,
    sees_tuples: bool = True,
) -> list[Resolution]:
    """Answer questions in their order from one state of tuples and models; each has its own problem, if it has one.

    Args:
        source: by `open_source`; the same one tells which types there are.
        judge: the word of policies, where more is asked in the same request; else one of its own.
        sees_tuples: a problem may name a tuple if the actor may ask about others. Not so with a token that must not
            lend what its subject manages.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, without `manage_access`.
    """
    resolutions = await _answer(actor, source, questions, judge=judge)
    if len(resolutions) == 1 and resolutions[0].problem is None:
        return resolutions
    return await _without_tuples(actor, source, questions, resolutions, sees_tuples=sees_tuples)


async def ask_supposing(actor: Actor, source: AnswerSource, checks: Sequence[Check]) -> list[Resolution]:
    """The same for questions of which some may have contextual tuples.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, or has contextual tuples, without `manage_access`.
    """
    plain = [to_plain(each) for each in checks]
    supposing = checks if any(each.contextual for each in checks) else ()
    return await _without_tuples(actor, source, plain, await _answer(actor, source, plain, supposing))


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
        note_bypasses(
            asked, await source.ask(asked, judge=leave_open) if is_supposing else [resolutions[n] for n in passed]
        )


async def _without_tuples(
    actor: Actor,
    source: AnswerSource,
    questions: Sequence[PlainQuestion],
    resolutions: list[Resolution],
    *,
    sees_tuples: bool = True,
) -> list[Resolution]:
    """The same, but that problems name no tuples, and so no groups, to who may ask about themselves only."""
    hidden = [(n, each) for n, each in enumerate(resolutions) if isinstance(each.problem, _NAMING)]
    if not hidden:
        return resolutions
    scopes = {n: access.scope_of(source.compiled.schema, questions[n][2]) for n, _ in hidden}
    told = dict.fromkeys(scopes.values(), False)
    if sees_tuples:
        told = {scope: await access.may_ask(actor, source, scope) for scope in sorted(told)}
    shown = list(resolutions)
    for n, each in hidden:
        if not told[scopes[n]]:
            assert isinstance(each.problem, _NAMING)
            shown[n] = replace(each, problem=each.problem.without_tuple())
    return shown


async def _answer(
    actor: Actor,
    source: AnswerSource,
    questions: Sequence[PlainQuestion],
    supposing: Sequence[Check] = (),
    *,
    judge: Judgement | None = None,
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
    judge = judge or judgement_of(actor)
    resolutions = await (source.check(supposing, judge=judge) if supposing else source.ask(questions, judge=judge))
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
