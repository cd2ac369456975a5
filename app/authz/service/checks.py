"""Questions to the engine: may this subject do that, why, and what follows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.authz.engine.explain import Proof
from app.authz.engine.proofs import explain as explain_with
from app.authz.engine.resolve import Resolution
from app.authz.errors import TooManyQuestions
from app.authz.service import access
from app.authz.service.bypasses import note_bypasses
from app.authz.service.measures import note_answers
from app.authz.service.sources import AnswerSource, open_source
from app.authz.types.answers import Answer, Check, Decision, Freshness, Source
from app.kit.actor import Actor

LATEST = Freshness()
# Checks of one call.
MAX_BATCH = 5_000


async def check(actor: Actor, question: Check, freshness: Freshness = LATEST) -> Answer:
    """Answer one check. What means nothing is denied, with its problem.

    Raises:
        Forbidden, Unauthenticated: about another subject, without `manage_access`.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
    """
    return (await check_many(actor, [question], freshness))[0]


async def check_many(actor: Actor, questions: Sequence[Check], freshness: Freshness = LATEST) -> list[Answer]:
    """Answer checks in their order from one snapshot, sharing work; each has its own problem.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, without `manage_access`.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
    """
    if len(questions) > MAX_BATCH:
        raise TooManyQuestions(MAX_BATCH)
    started = time.perf_counter()
    source = await open_source(freshness)
    await guard_questions(actor, source, questions)
    resolutions = await source.check(questions)
    note_bypasses(questions, resolutions)
    answers = [to_answer(source, each) for each in resolutions]
    note_answers(source.kind, answers, time.perf_counter() - started)
    return answers


async def explain(actor: Actor, question: Check, freshness: Freshness = LATEST) -> tuple[Answer, Proof]:
    """Answer a check with its proof, or with what was tried and which tuple is missing.

    Raises:
        Forbidden, Unauthenticated: without `manage_access`, also about oneself: a proof names groups and tuples.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
        TypeUnknown, ActionUnknown, WorkExceeded, TooSlow: nothing can be explained.
    """
    source = await open_source(freshness)
    await access.guard_scope(actor, access.scope_of(source.compiled.schema, question.entity.type))
    resolution, proof = await explain_with(source.compiled.rules, source.reader, question)
    return to_answer(source, resolution), proof


async def guard_questions(actor: Actor, source: AnswerSource, questions: Sequence[Check]) -> None:
    """Let an actor ask all of these.

    Raises:
        Forbidden, Unauthenticated.
    """
    own = access.subject_of(actor)
    scopes = {
        access.scope_of(source.compiled.schema, each.entity.type)
        for each in questions
        if own is None or each.subject != own or each.contextual
    }
    for scope in sorted(scopes):
        await access.guard_scope(actor, scope)


def to_answer(source: AnswerSource, resolution: Resolution) -> Answer:
    """What the caller is told."""
    origin = Source.BYPASS if resolution.bypass is not None else source.kind
    assert resolution.bypass is None or resolution.decision is Decision.ALLOWED
    return Answer(resolution.decision, origin, source.token, resolution.problem)
