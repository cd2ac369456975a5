"""Plain questions, many together and at the least cost: what the live check over HTTP rests on.

Decisions, guards, counts and traces are those of `checks`; there is only no object for each question and answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from app.authz.engine.resolve import CLIENTS, FULL_ACCESS, Resolution
from app.authz.errors import TooManyQuestions
from app.authz.service import access
from app.authz.service.bypasses import note_bypasses
from app.authz.service.checks import MAX_BATCH
from app.authz.service.measures import note_resolutions
from app.authz.service.sources import AnswerSource, to_check
from app.authz.types.answers import Context, Decision, PlainQuestion
from app.kit.actor import Actor

# The permission on a client that lets somebody ask about others.
MANAGES: Final = "manage_access"
NO_CONTEXT: Final[Context] = {}


async def ask_many(actor: Actor, source: AnswerSource, questions: Sequence[PlainQuestion]) -> list[Resolution]:
    """Answer questions in their order from one state of tuples and models; each has its own problem, if it has one.

    Args:
        source: by `open_source`; the same one tells which types there are.

    Raises:
        TooManyQuestions: more than `MAX_BATCH`.
        Forbidden, Unauthenticated: one is about another subject, without `manage_access`.
    """
    if len(questions) > MAX_BATCH:
        raise TooManyQuestions(MAX_BATCH)
    started = time.perf_counter()
    await _guard(actor, source, questions)
    resolutions = await source.ask(questions)
    passed = [n for n, each in enumerate(resolutions) if each.bypass is not None]
    if passed:
        note_bypasses([to_check(questions[n]) for n in passed], [resolutions[n] for n in passed])
    note_resolutions(source.kind, resolutions, time.perf_counter() - started)
    return resolutions


async def _guard(actor: Actor, source: AnswerSource, questions: Sequence[PlainQuestion]) -> None:
    own = access.subject_of(actor)
    types: set[str] = set()
    known, is_other = None, False
    for subject, _, entity_type, _, _ in questions:
        # Questions about one subject hold one object: comparing once is enough.
        if subject is not known:
            known, is_other = subject, subject != own
        if is_other:
            types.add(entity_type)
    for scope in sorted({access.scope_of(source.compiled.schema, each) for each in types}):
        if not await manages_access(actor, source, scope):
            await access.guard_scope(actor, scope)


async def manages_access(actor: Actor, source: AnswerSource, scope: str) -> bool:
    """Whether an actor may ask about others on the types of a client, as of the state that answers them.

    Callers who ask for others do so with every request: this costs no statement where the index answers.
    """
    own = access.subject_of(actor)
    if own is None or not scope or actor.is_account_level:
        return False
    questions = [(own, action, CLIENTS, scope, NO_CONTEXT) for action in (MANAGES, FULL_ACCESS)]
    return any(each.decision is Decision.ALLOWED for each in await source.ask(questions))
