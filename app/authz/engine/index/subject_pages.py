"""Who has a relation to an entity, page by page: from bitmaps where tuples alone say so, else checked candidates."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from app.authz.engine.index.downward import Moved, Pace, Unsure, find_members
from app.authz.engine.index.listing import list_subjects as list_checked
from app.authz.engine.index.members import Members, Part
from app.authz.engine.index.numbers import MASK, NEVER_LATE, Numbers
from app.authz.engine.index.plans import Plan
from app.authz.engine.index.views import View
from app.authz.engine.listing import Bounds, FoundSubject, SubjectPage, SubjectQuery, cut_subjects
from app.authz.engine.policies import Judgement
from app.authz.engine.turns import NO_TURNS, Turns
from app.authz.errors import WorkExceeded
from app.authz.types.tuples import SubjectRef

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index

# Ids that are compared before others have their turn, about a millisecond.
_COMPARED_AT_ONCE: Final = 10_000


async def list_subjects(
    index: Index, queries: Sequence[SubjectQuery], bounds: Bounds, judge: Judgement
) -> list[SubjectPage]:
    """A page of the subjects of each query, in the order of their ids, and how many there are; all from one state.

    The event loop has its turns. Should those of others change what is looked at, it is found among candidates as of
    the first state; where there are too many for that, once more, without turns.

    Raises:
        WorkExceeded: too many to be found. TooSlow: they take too long.
    """
    turns = Turns()
    while True:
        with index.view(_plan_of(index, queries)) as view:
            try:
                found = [await _list(index, view, each, bounds, judge=judge, turns=turns) for each in queries]
            except WorkExceeded:
                if view.is_current or turns is NO_TURNS:
                    raise
                turns = NO_TURNS
                continue
        if not view.is_lost:
            return found


def _plan_of(index: Index, queries: Sequence[SubjectQuery]) -> Plan | None:
    """What all queries ask, None if that is not one thing."""
    asked = {(each.entity.type, each.action) for each in queries}
    return index.compiled.plan(*asked.pop()) if len(asked) == 1 else None


async def _list(
    index: Index, view: View, query: SubjectQuery, bounds: Bounds, *, judge: Judgement, turns: Turns
) -> SubjectPage:
    if view.is_current:
        try:
            page = await _list_sets(index, view, query, bounds, turns)
        except (Moved, Unsure):
            page = None
        if page is not None:
            return page
    return cut_subjects(await list_checked(index.compiled.graph, view, query, judge), bounds)


async def _list_sets(index: Index, view: View, query: SubjectQuery, bounds: Bounds, turns: Turns) -> SubjectPage | None:
    """The page, by sets alone; None if these do not say.

    Raises:
        Moved, Unsure: nor do they.
    """
    compiled, numbers = index.compiled, index.store.numbers
    plan = compiled.plan(query.entity.type, query.action)
    if plan is None or plan.policy or query.contextual:
        return None
    number = plan.numbers.get(query.entity.id)
    if number is None and query.relation:
        # No tuple names the entity, yet its own usersets may be asked for.
        return None
    pace = Pace(turns, view)
    members = await _members_of(index, plan, plan.program.kind.star if number is None else number, pace)
    part = _part_of(index, query)
    found = members.by_part.get(part) if part else None
    if part is None or found is None:
        return [], 0
    rows = []
    for each in await _page(found, numbers, part[0], bounds, pace=pace):
        await pace.breathe()
        way = members.way_to(numbers.kinds[part[0]].numbers[each] | part[1], numbers.ids)
        rows.append(FoundSubject(SubjectRef(query.type, each, query.relation), tuple(map(view.fact, way))))
    return rows, len(found)


def _part_of(index: Index, query: SubjectQuery) -> Part | None:
    """The kind of subjects that is asked for, None if no tuple can name it."""
    compiled = index.rules.schema.types.get(query.type)
    relation = index.store.numbers.relations.get(query.relation)
    return None if compiled is None or relation is None else (compiled.id, relation * (MASK + 1))


async def _members_of(index: Index, plan: Plan, number: int, pace: Pace) -> Members:
    compiled = index.compiled
    compiled.watch(plan)
    members = compiled.members.find(plan.key, number)
    if members is None:
        members = await find_members(
            index.store.numbers, compiled.program_of, pace, number=number, relation=plan.key[1]
        )
        compiled.members.keep(plan.key, number, members)
    return members


async def _page(found: BitMap, numbers: Numbers, type_id: int, bounds: Bounds, *, pace: Pace) -> list[str]:
    """The ids of a page, in its direction."""
    ids, late = numbers.ids, numbers.kinds[type_id].late
    early = len(found) if late == NEVER_LATE else found.range_cardinality(0, late)
    ordered = _cut_ordered(found, ids, early, bounds)
    if early == len(found):
        return ordered
    # Numbers never change, nor does what is found: whatever others do meanwhile.
    rest, page = found.iter_equal_or_larger(late), ordered
    while some := list(islice(rest, _COMPARED_AT_ONCE)):
        page = _join(page, list(map(ids.__getitem__, some)), bounds)
        await pace.breathe()
    return page


def _join(page: list[str], others: list[str], bounds: Bounds) -> list[str]:
    """The page with those of others that belong there."""
    limit, place = bounds.limit, bounds.place
    last = page[-1] if len(page) == limit else None
    if bounds.is_backward:
        wanted = [each for each in others if (place is None or each < place) and (last is None or each > last)]
        return heapq.nlargest(limit, [*page, *wanted])
    wanted = [each for each in others if (place is None or each > place) and (last is None or each < last)]
    return heapq.nsmallest(limit, [*page, *wanted])


def _cut_ordered(found: BitMap, ids: list[str], early: int, bounds: Bounds) -> list[str]:
    """The page of those whose numbers are in the order of their ids."""
    places = range(early)
    if bounds.place is None:
        start = early if bounds.is_backward else 0
    elif bounds.is_backward:
        start = bisect.bisect_left(places, bounds.place, key=lambda place: ids[found[place]])
    else:
        start = bisect.bisect_right(places, bounds.place, key=lambda place: ids[found[place]])
    end = max(0, start - bounds.limit) if bounds.is_backward else min(early, start + bounds.limit)
    if bounds.is_backward:
        return [ids[found[place]] for place in range(start - 1, end - 1, -1)]
    return [ids[found[place]] for place in range(start, end)]
