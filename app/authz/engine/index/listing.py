"""Lists from the index: pages of a bitmap where the relation is plain, checked candidates elsewhere."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from pyroaring import BitMap

from app.authz.engine.index.numbers import NEVER_LATE, Kind
from app.authz.engine.listing import FoundObject, ObjectQuery, decide_every
from app.authz.engine.objects import Search, reached_ids
from app.authz.engine.overlay import Overlay
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import EVERY, EntityRef

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index
    from app.authz.engine.index.plans import Compiled
    from app.authz.engine.index.programs import Program


async def list_page(index: Index, query: ObjectQuery, after: str | None, limit: int) -> tuple[list[FoundObject], int]:
    """A page of the entities in the order of their ids, and the exact total."""
    found = None if query.contextual else list_plain(index, query)
    if found is not None:
        kind = index.store.numbers.kinds[index.rules.schema.types[query.type].id]
        ids = islice(_in_order(found, kind, index.store.numbers.ids, after), limit)
        return [FoundObject(each) for each in ids], len(found)
    everything = await list_checked(index, query)
    start = 0 if after is None else bisect.bisect_right(everything, after, key=lambda each: each.id)
    return everything[start : start + limit], len(everything)


def list_plain(index: Index, query: ObjectQuery) -> BitMap | None:
    """The entities by number, None if sets alone do not say."""
    compiled = index.compiled
    plan = compiled.plan(query.type, query.action)
    if plan is None or not plan.is_quick or query.subject.relation:
        return None
    shelf = compiled.closures.shelves.get(query.subject.type)
    nodes = shelf.find(query.subject.id) if shelf else None
    if nodes is None:
        return None
    if plan.key in compiled.graph.plain:
        return compiled.fans(plan.program).entities(nodes)
    return None if plan.find_bypass(nodes) else _list_tree(compiled, plan.program, nodes)


def _list_tree(compiled: Compiled, program: Program, nodes: frozenset[int]) -> BitMap | None:
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


def _list_all(compiled: Compiled, programs: tuple[Program, ...], nodes: frozenset[int]) -> list[BitMap] | None:
    lists = [_list_tree(compiled, each, nodes) for each in programs]
    found = [each for each in lists if each is not None]
    return found if len(found) == len(programs) else None


async def list_checked(index: Index, query: ObjectQuery) -> list[FoundObject]:
    """The entities in the order of their ids: candidates, of which each is checked unless its relation is plain.

    Raises:
        WorkExceeded: too many candidates.
    """
    rules, graph = index.rules, index.compiled.graph
    plan = index.compiled.plan(query.type, query.action)
    if plan is None:
        return []
    search = Search(rules.schema, graph, query.subject, [plan.key])
    await search.run(Overlay(index, query.contextual) if query.contextual else index)
    ids = reached_ids(search.reached, plan.key)
    is_self = (query.subject.type, query.subject.relation) == plan.key
    if plan.policy is None and plan.key in graph.plain and not is_self:
        return [FoundObject(each) for each in ids]
    answers = await index.check_many(
        [
            Check(query.subject, query.action, EntityRef(query.type, each), query.context, query.contextual)
            for each in ids
        ]
    )
    decisions = {each: answer.decision for each, answer in zip(ids, answers, strict=True)}
    if EVERY in decisions:
        exceptions = 2 if plan.policy is not None else max(graph.subtractions[plan.key], is_self)
        decisions[EVERY] = decide_every(decisions[EVERY], exceptions)
    return [
        FoundObject(each, decision is Decision.ALLOWED)
        for each, decision in decisions.items()
        if decision is not Decision.DENIED
    ]


def ids_of(found: BitMap, kind: Kind, ids: list[str]) -> list[str]:
    """The ids of entities of one type, in order."""
    return list(_in_order(found, kind, ids, None))


def _in_order(found: BitMap, kind: Kind, ids: list[str], after: str | None) -> Iterator[str]:
    early = _early(found, kind, ids, after)
    if kind.late == NEVER_LATE or not found or found[-1] < kind.late:
        return early
    late = sorted(ids[number] for number in found.iter_equal_or_larger(kind.late))
    return heapq.merge(early, late[bisect.bisect_right(late, after) :] if after is not None else late)


def _early(found: BitMap, kind: Kind, ids: list[str], after: str | None) -> Iterator[str]:
    start = 0 if after is None else _place_after(found, kind, ids, after)
    for number in found.iter_equal_or_larger(start):
        if number >= kind.late:
            return
        yield ids[number]


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
