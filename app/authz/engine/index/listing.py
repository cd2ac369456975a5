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
from app.authz.engine.policies import judge_policy
from app.authz.engine.turns import Turns
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import EVERY, EntityRef

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index
    from app.authz.engine.index.plans import Compiled, Plan
    from app.authz.engine.index.programs import Program

# Ids that are sorted before others have their turn: some milliseconds.
_SORTED_AT_ONCE: Final = 5_000


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
    if plan.has_conditions:
        return _list_doubts(index, plan, reach(compiled, plan, nodes, query.context, Turns()), after, limit)
    found = entities_of(compiled, plan, nodes)
    if found is None:
        return None
    ids = islice(_in_order(found, plan.program.kind, index.store.numbers.ids, after), limit)
    return FoundObjects(list(ids)), len(found)


def _list_doubts(index: Index, plan: Plan, found: Reached | None, after: str | None, limit: int) -> Listed | None:
    if found is None:
        return None
    kind, both = plan.program.kind, found.certain | found.undecided
    page = list(islice(_in_order(both, kind, index.store.numbers.ids, after), limit))
    undecided = {each for each in page if kind.numbers[each] in found.undecided} if found.undecided else frozenset()
    return FoundObjects(page, undecided), len(both)


def entities_of(compiled: Compiled, plan: Plan, nodes: Closure) -> BitMap | None:
    """The entities, by number, that a subject has the relation of a plan to; None if sets alone do not say."""
    if not plan.is_settled:
        return None
    if plan.key in compiled.graph.plain:
        return compiled.fans(plan.program).entities(nodes)
    return _list_tree(compiled, plan.program, nodes)


def _list_tree(compiled: Compiled, program: Program, nodes: Closure) -> BitMap | None:
    """The entities of a program with gates; None if a tuple speaks of every entity: single ones may be excepted."""
    found = compiled.fans(program).entities(nodes)
    if program.kind.star in found:
        return None
    for parts in program.all_of:
        lists = _list_all(compiled, parts, nodes)
        if lists is None:
            return None
        found |= BitMap.intersection(*lists)
    for pair in program.but_not:
        lists = _list_all(compiled, pair, nodes)
        if lists is None:
            return None
        found |= lists[0] - lists[1]
    return found


def _list_all(compiled: Compiled, programs: tuple[Program, ...], nodes: Closure) -> list[BitMap] | None:
    lists = [_list_tree(compiled, each, nodes) for each in programs]
    found = [each for each in lists if each is not None]
    return found if len(found) == len(programs) else None


async def list_checked(index: Index, view: View, query: ObjectQuery, after: str | None, limit: int) -> Listed:
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
    if plan.policy is None and plan.key in graph.plain and not is_self:
        decisions = dict.fromkeys(ids, Decision.ALLOWED)
    else:
        decisions = await _decide(index, view, query, ids)
        if EVERY in decisions:
            exceptions = 2 if plan.policy is not None else max(graph.subtractions[plan.key], is_self)
            decisions[EVERY] = decide_every(decisions[EVERY], exceptions)
    left = [each for each, decision in decisions.items() if decision is not Decision.DENIED]
    start = 0 if after is None else bisect.bisect_right(left, after)
    page = left[start : start + limit]
    return FoundObjects(page, {each for each in page if decisions[each] is not Decision.ALLOWED}), len(left)


async def _decide(index: Index, view: View, query: ObjectQuery, ids: list[str]) -> dict[str, Decision]:
    subject, action, kind, context, contextual = (
        query.subject, query.action, query.type, query.context, query.contextual
    )  # fmt: skip
    checks = (Check(subject, action, EntityRef(kind, each), context, contextual) for each in ids)
    answers = await check_in_turns(index, view, checks, judge_policy)
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


async def list_subjects(graph: Graph, view: View, query: SubjectQuery) -> list[FoundSubject]:
    """The subjects of a query, as of a view."""
    return await list_with_any_reader(view.rules, graph, view, query, Turns())


def _in_order(found: BitMap, kind: Kind, ids: list[str], after: str | None) -> Iterator[str]:
    start = 0 if after is None else _place_after(found, kind, ids, after)
    if kind.late == NEVER_LATE or not found or found[-1] < kind.late:
        return map(ids.__getitem__, found.iter_equal_or_larger(start))
    early = map(ids.__getitem__, takewhile(kind.late.__gt__, found.iter_equal_or_larger(start)))
    late = sorted(ids[number] for number in found.iter_equal_or_larger(kind.late))
    return heapq.merge(early, late[bisect.bisect_right(late, after) :] if after is not None else late)


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
