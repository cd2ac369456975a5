"""Answers checks with any reader: many at once, sharing the round trips of each level."""

from __future__ import annotations

import time
from collections import ChainMap
from collections.abc import Callable, Sequence

import orjson

from app.authz.engine.crews import MAX_SECONDS, Crew, drive
from app.authz.engine.lookups import TupleReader
from app.authz.engine.pending import settle
from app.authz.engine.policies import Judgement, judge_policies
from app.authz.engine.questions import (
    CLIENTS,
    FULL_ACCESS,
    Pending,
    Resolution,
    Ruleset,
    asks_itself,
    conclude,
    find_problem,
    is_text,
)
from app.authz.types.answers import Check, Context, Decision

Observer = Callable[[int, int], None]


async def resolve(
    rules: Ruleset,
    reader: TupleReader,
    checks: Sequence[Check],
    *,
    observe: Observer | None = None,
    judge: Judgement = judge_policies,
) -> list[Resolution]:
    """Answer checks in their order; each has its own problem, if it has one.

    Checks about one subject with the same context share what was found out, but no verdict of a policy.

    Args:
        observe: is told how many levels of look-ups it took, and how many usersets were looked into.
        judge: has the word of policies.
    """
    found, groups = _sort(rules, checks)
    crews = [Crew(rules, reader, [check for _, check in group]) for group in groups]
    began = time.monotonic()
    levels = await drive(crews)
    spent = time.monotonic() - began
    if observe is not None:
        observe(levels, sum(len(crew.walk.goals) for crew in crews))
    pending: dict[int, Pending] = {}
    for crew, group in zip(crews, groups, strict=True):
        for (n, _), question in zip(group, crew.questions, strict=True):
            outcome = conclude(rules, question, is_short=crew.judge.is_short)
            if isinstance(outcome, Pending):
                pending[n] = outcome
            else:
                found[n] = outcome
    if pending:
        found |= await settle(rules, reader, pending, judge, seconds=MAX_SECONDS - spent)
    return [found[n] for n in range(len(checks))]


def _sort(rules: Ruleset, checks: Sequence[Check]) -> tuple[dict[int, Resolution], list[list[tuple[int, Check]]]]:
    """The checks that mean nothing, answered; the others by what they can be walked together with."""
    found: dict[int, Resolution] = {}
    groups: dict[object, list[tuple[int, Check]]] = {}
    texts: dict[int, bytes] = {}
    for n, check in enumerate(checks):
        problem = find_problem(rules.schema, check)
        if problem is not None:
            found[n] = Resolution(Decision.DENIED, problem)
        else:
            key = (_group_key(check, texts), asks_itself(rules.schema, check))
            groups.setdefault(key, []).append((n, check))
    return found, list(groups.values())


def _group_key(check: Check, texts: dict[int, bytes]) -> object:
    """What checks have in common that are walked together. `texts`: those of contexts so far, as many may share one."""
    parts = check.context.maps if isinstance(check.context, ChainMap) else [check.context]
    contextual = tuple(sorted(map(repr, check.contextual))) if check.contextual else ()
    return (check.subject, tuple([_text_of(each, texts) for each in parts if each]), contextual)


def _text_of(context: Context, texts: dict[int, bytes]) -> bytes:
    text = texts.get(id(context))
    if text is None:
        text = texts[id(context)] = _to_text(context)
    return text


def _to_text(context: Context) -> bytes:
    return orjson.dumps(context, default=str, option=orjson.OPT_SORT_KEYS)


__all__ = [
    "CLIENTS",
    "FULL_ACCESS",
    "MAX_SECONDS",
    "Judgement",
    "Pending",
    "Resolution",
    "Ruleset",
    "find_problem",
    "is_text",
    "resolve",
]
