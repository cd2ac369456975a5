"""Lists from the index: pages of a bitmap where the relation is plain, checked candidates elsewhere."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

from pyroaring import BitMap

from app.authz.engine.index.batches import check_in_turns
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.doubts import Reached, reach
from app.authz.engine.index.numbers import NEVER_LATE, Kind
from app.authz.engine.index.views import View
from app.authz.engine.listing import FoundObjects, FoundSubject, ObjectQuery, SubjectQuery, decide_every
from app.authz.engine.listing import list_subjects as list_with_any_reader
from app.authz.engine.objects import Search
from app.authz.engine.overlay import Overlay
from app.authz.engine.paths import Graph
from app.authz.engine.policies import Judgement
from app.authz.engine.turns import Turns
from app.authz.types.answers import Check, Context, Decision
from app.authz.types.tuples import EVERY, EntityRef

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index
    from app.authz.engine.index.plans import Compiled, Plan

# Ids that are sorted before others have their turn: some milliseconds.
_SORTED_AT_ONCE: Final = 5_000
# To sort as many as the root of this times all is as quick as to come by a page of them.
_RARE: Final = 8


Listed: TypeAlias = tuple[FoundObjects, int]


def list_sets(index: Index, query: ObjectQuery, after: str | None, limit: int) -> Listed | None:
    """A page of the entities in the order of their ids, and the exact total; None if sets alone do not say."""
    compiled = index.compiled
    plan = compiled.plan(query.type, query.action)
    if plan is None or plan.policy or plan.is_tangled or query.subject.relation or query.contextual:
        return None
    shelf = compiled.closures.shelves.get(query.subject.type)
    nodes = shelf.find(query.subject.id) if shelf else None
    if nodes is None or (plan.key not in compiled.graph.plain and plan.find_bypass(nodes)):
        return None
    found = entities_of(compiled, plan, nodes, context=query.context, turns=Turns())
    if found is None:
        return None
    kind, both = plan.program.kind, found.certain
    if found.undecided:
        both = both | found.undecided
    page = list(islice(_in_order(both, kind, index.store.numbers.ids, after), limit))
    undecided = {each for each in page if kind.numbers[each] in found.undecided} if found.undecided else frozenset()
    return FoundObjects(page, undecided), len(both)


def entities_of(compiled: Compiled, plan: Plan, nodes: Closure, *, context: Context, turns: Turns) -> Reached | None:
    """The entities, by number, that a subject has the relation of a plan to; None if sets alone do not say.

    They may be kept: nobody may change them.
    """
    if plan.has_conditions:
        return reach(compiled, plan, nodes, context, turns)
    if plan.is_tangled:
        return None
    lists = compiled.lists
    compiled.watch(plan)
    reached = lists.find(plan.key, nodes)
    if reached is None and (found := compiled.algebra.find(plan.program, nodes)) is not None:
        certain, names_every = found
        star, exceptions = plan.program.kind.star, compiled.graph.subtractions[plan.key]
        reached = _except(certain, star, exceptions) if names_every else Reached(certain)
        lists.keep(plan.key, nodes, reached)
    return reached


def _except(certain: BitMap, star: int, exceptions: int) -> Reached:
    """What is said of every entity, in a list that names `*`, where single ones may be excepted."""
    decision = decide_every(Decision.ALLOWED if star in certain else Decision.DENIED, exceptions)
    certain.discard(star)
    if decision is Decision.ALLOWED:
        certain.add(star)
    return Reached(certain, BitMap([star] if decision is Decision.UNDECIDED else []))


async def list_checked(
    index: Index, view: View, query: ObjectQuery, *, after: str | None, limit: int, judge: Judgement
) -> Listed:
    """The same from candidates, of which each is checked unless its relation is plain.

    Raises:
        WorkExceeded: too many candidates.
    """
    graph = index.compiled.graph
    plan = index.compiled.plan(query.type, query.action)
    if plan is None:
        return FoundObjects(()), 0
    search = Search(view.rules.schema, graph, query.subject, [plan.key])
    await search.run(Overlay(view, query.contextual) if query.contextual else view, Turns())
    ids = await _sort(search.ids[plan.key])
    is_self = (query.subject.type, query.subject.relation) == plan.key
    has_policy = search.met_policy or plan.policy is not None
    if not has_policy and plan.key in graph.plain and not is_self:
        decisions = dict.fromkeys(ids, Decision.ALLOWED)
    else:
        decisions = await _decide(index, view, query, ids, judge)
        if EVERY in decisions:
            exceptions = 2 if has_policy else max(graph.subtractions[plan.key], is_self)
            decisions[EVERY] = decide_every(decisions[EVERY], exceptions)
    left = [each for each, decision in decisions.items() if decision is not Decision.DENIED]
    start = 0 if after is None else bisect.bisect_right(left, after)
    page = left[start : start + limit]
    return FoundObjects(page, {each for each in page if decisions[each] is not Decision.ALLOWED}), len(left)


async def _decide(
    index: Index, view: View, query: ObjectQuery, ids: list[str], judge: Judgement
) -> dict[str, Decision]:
    subject, action, kind, context, contextual = (
        query.subject, query.action, query.type, query.context, query.contextual
    )  # fmt: skip
    checks = (Check(subject, action, EntityRef(kind, each), context, contextual) for each in ids)
    answers = await check_in_turns(index, view, checks, judge)
    return {each: answer.decision for each, answer in zip(ids, answers, strict=True)}


async def _sort(ids: list[str]) -> list[str]:
    """Sort, with turns for others."""
    if len(ids) <= _SORTED_AT_ONCE:
        return sorted(ids)
    turns, runs, merged = Turns(), [], []
    for start in range(0, len(ids), _SORTED_AT_ONCE):
        runs.append(sorted(ids[start : start + _SORTED_AT_ONCE]))
        await turns.breathe()
    for each in heapq.merge(*runs):
        if turns.is_over:
            await turns.breathe()
        merged.append(each)
    return merged


async def list_subjects(graph: Graph, view: View, query: SubjectQuery, judge: Judgement) -> list[FoundSubject]:
    """The subjects of a query, as of a view."""
    return await list_with_any_reader(view.rules, graph, view, query, turns=Turns(), judge=judge)


def _in_order(found: BitMap, kind: Kind, ids: list[str], after: str | None) -> Iterator[str]:
    start = 0 if after is None else _place_after(found, kind, ids, after)
    if kind.late == NEVER_LATE or not found or found[-1] < kind.late:
        return map(ids.__getitem__, found.iter_equal_or_larger(start))
    early = map(ids.__getitem__, takewhile(kind.late.__gt__, found.iter_equal_or_larger(start)))
    return heapq.merge(early, *_late_in_order(found, kind, ids, after))


def _late_in_order(found: BitMap, kind: Kind, ids: list[str], after: str | None) -> Iterator[Iterator[str]]:
    """The rest, in runs: few are sorted, many are come by among all that are sorted already."""
    count = found.range_cardinality(kind.late, NEVER_LATE)
    if count * count <= _RARE * len(kind.others):
        late = sorted(ids[number] for number in found.iter_equal_or_larger(kind.late))
        yield iter(late if after is None else late[bisect.bisect_right(late, after) :])
        return
    for run in kind.others.runs():
        start = 0 if after is None else bisect.bisect_right(run, after, key=ids.__getitem__)
        rest = map(run.__getitem__, range(start, len(run)))
        yield map(ids.__getitem__, filter(found.__contains__, rest))


def _place_after(found: BitMap, kind: Kind, ids: list[str], after: str) -> int:
    """A number such that those from it on have ids that come after this one; late ones apart."""
    number = kind.numbers.get(after)
    if number is not None and number < kind.late:
        return number + 1
    low, high = 0, len(found) if kind.late == NEVER_LATE else found.range_cardinality(0, kind.late)
    while low < high:
        middle = (low + high) // 2
        if ids[found[middle]] <= after:
            low = middle + 1
        else:
            high = middle
    return found[low] if low < len(found) else NEVER_LATE - 1
