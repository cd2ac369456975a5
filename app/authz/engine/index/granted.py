"""All that one subject may do, for its tokens: from sets, and by a search only where these do not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pyroaring import BitMap

from app.authz.engine.grants import MAX_REACHED, Grant, GrantSearch, Wanted, list_wanted
from app.authz.engine.index.batches import check_in_turns
from app.authz.engine.index.doubts import Reached
from app.authz.engine.index.listing import entities_of
from app.authz.engine.index.views import View
from app.authz.engine.policies import leave_open
from app.authz.engine.turns import Turns
from app.authz.types.tuples import EVERY, SubjectRef

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index
    from app.authz.engine.index.plans import Plan


async def find_grants(index: Index, view: View, subject: SubjectRef, types: Sequence[str]) -> tuple[list[Grant], bool]:
    """Every permission of the subject on some types, and whether single entities were left out."""
    known = view.rules.schema.types
    wanted = list_wanted(known[each] for each in types if each in known)
    turns, graph = Turns(), index.compiled.graph
    grants, left, is_cut = await _find_in_sets(index, view, subject, wanted, turns=turns)
    if left and not view.is_lost:
        ask = partial(check_in_turns, index, view, judge=leave_open)
        search = GrantSearch(view.rules, graph, view, subject, ask, turns)
        more, is_more_cut = await search.find(left)
        return [*grants, *more], is_cut or is_more_cut
    return grants, is_cut


async def _find_in_sets(
    index: Index, view: View, subject: SubjectRef, wanted: Sequence[Wanted], *, turns: Turns
) -> tuple[list[Grant], list[Wanted], bool]:
    """What sets say, the permissions about which they do not, and whether single entities were left out.

    When something changes while others have their turn, sets say nothing about the rest.
    """
    compiled = index.compiled
    shelf = compiled.closures.shelves.get(subject.type)
    nodes = shelf.find(subject.id) if shelf and not subject.relation else None
    if nodes is None:
        return [], list(wanted), False
    grants: list[Grant] = []
    left: list[Wanted] = []
    entities: dict[tuple[str, str], Reached | None] = {}
    count = 0
    for n, each in enumerate(wanted):
        await turns.breathe()
        if not view.is_current:
            left += wanted[n:]
            break
        plan = compiled.plan(each.type.full_name, each.permission.name)
        assert plan is not None
        if plan.find_bypass(nodes):
            grants.append(Grant(each.type.full_name, EVERY, each.permission.name))
            continue
        if plan.key not in entities:
            entities[plan.key] = entities_of(compiled, plan, nodes, context={}, turns=turns)
        found = entities[plan.key]
        if found is None or (found.is_conditional and plan.policy is not None):
            # Only the walk knows whether a tuple with a condition suffices without the policy.
            left.append(each)
            continue
        count += len(found.certain) + len(found.undecided)
        is_cut = count > MAX_REACHED
        grants += _grants_of(index, each, plan, found.certain, needs_check=plan.policy is not None, is_cut=is_cut)
        grants += _grants_of(index, each, plan, found.undecided, needs_check=True, is_cut=is_cut)
    return grants, left, count > MAX_REACHED


def _grants_of(
    index: Index, wanted: Wanted, plan: Plan, found: BitMap, *, needs_check: bool, is_cut: bool
) -> Iterator[Grant]:
    type_name, action = wanted.type.full_name, wanted.permission.name
    if plan.program.kind.star in found:
        yield Grant(type_name, EVERY, action, needs_check)
    if is_cut:
        return
    ids, star = index.store.numbers.ids, plan.program.kind.star
    yield from (Grant(type_name, ids[each], action, needs_check) for each in found if each != star)
