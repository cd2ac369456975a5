"""Questions to the engine: may this subject do that, why, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from app.authz.engine.explain import Proof
from app.authz.engine.proofs import explain as explain_with
from app.authz.engine.resolve import Resolution
from app.authz.service.access import guard_asking, scope_of
from app.authz.service.asking import ask_supposing, note_passed
from app.authz.service.policies import judgement_of
from app.authz.service.sources import AnswerSource, open_source, open_standing_source, to_plain
from app.authz.types.answers import Answer, Check, Decision, Freshness, Source
from app.kit.actor import Actor

LATEST = Freshness()


async def check(actor: Actor, question: Check, freshness: Freshness = LATEST) -> Answer:
    """Answer one check. What means nothing is denied, with its problem.

    Raises:
        Forbidden, Unauthenticated: about another subject, or with contextual tuples, without `manage_access`.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
    """
    return (await check_many(actor, [question], freshness))[0]


async def check_again(actor: Actor, question: Check) -> Answer:
    """Answer a check that was answered a moment ago: newest, yet at no cost to the database while nothing happens.

    Raises:
        Forbidden, Unauthenticated: as `check`.
    """
    source = await open_standing_source()
    (resolution,) = await ask_supposing(actor, source, [question])
    return to_answer(source, resolution)


async def check_many(actor: Actor, questions: Sequence[Check], freshness: Freshness = LATEST) -> list[Answer]:
    """Answer checks in their order from one snapshot, sharing work; each has its own problem.

    Raises:
        TooManyQuestions: more than `asking.MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, or has contextual tuples, without `manage_access`.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
    """
    source = await open_source(freshness)
    return [to_answer(source, each) for each in await ask_supposing(actor, source, questions)]


async def explain(actor: Actor, question: Check, freshness: Freshness = LATEST) -> tuple[Answer, Proof]:
    """Answer a check with its proof, or with what was tried and which tuple is missing.

    Raises:
        Forbidden, Unauthenticated: without `manage_access`, also about oneself: a proof names groups and tuples.
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
        TypeUnknown, ActionUnknown, WorkExceeded, TooSlow: nothing can be explained.
    """
    source = await open_source(freshness)
    await guard_asking(actor, source, scope_of(source.compiled.schema, question.entity.type))
    resolution, proof = await explain_with(source.compiled.rules, source.reader, question, judgement_of(actor))
    await note_passed(source, [to_plain(question)], [resolution], is_supposing=bool(question.contextual))
    return to_answer(source, resolution), proof


def to_answer(source: AnswerSource, resolution: Resolution) -> Answer:
    """What the caller is told."""
    origin = Source.BYPASS if resolution.bypass is not None else source.kind
    assert resolution.bypass is None or resolution.decision is Decision.ALLOWED
    return Answer(resolution.decision, origin, source.token, resolution.problem)
