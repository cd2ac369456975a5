"""Which entities a subject has a relation to where tuples may have conditions: bitmaps, and a look at few tuples."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pyroaring import BitMap

from app.authz.engine.index.containers import EntitySet, unite
from app.authz.engine.index.crowds import Closure
from app.authz.engine.turns import Turns
from app.authz.engine.values import TRUE, UNDECIDED, Value
from app.authz.types.answers import Context

if TYPE_CHECKING:
    from app.authz.engine.index.plans import Compiled, Plan

# Conditions that are decided in one go; beyond, a search gives the event loop its turns.
MAX_CONDITIONS: Final = 50


class Reached(NamedTuple):
    """Entities by number; `*` is one of them if all are reached.

    Attributes:
        certain: the subject has the relation to them.
        undecided: it may have, by tuples whose condition the context does not decide.
        is_conditional: a condition that holds led to some.
    """

    certain: BitMap
    undecided: BitMap
    is_conditional: bool


def reach(compiled: Compiled, plan: Plan, nodes: Closure, context: Context, turns: Turns) -> Reached | None:
    """What a subject reaches by its closure; None where only a search can say, or conditions take more than a slice.

    Args:
        turns: those of others. They have none meanwhile, so a search takes over when the slice is used up.
    """
    fans = compiled.fans(plan.program)
    if plan.has_gates or any(table.conditioned for table in fans.links):
        return None
    seeds = list(islice(fans.seeds(nodes), MAX_CONDITIONS + 1))
    if len(seeds) > MAX_CONDITIONS:
        return None
    found: dict[Value, list[EntitySet]] = {TRUE: [], UNDECIDED: []}
    for table, condition, entities in seeds:
        if turns.is_over:
            return None
        found.get(compiled.evaluation.judge(table, condition, context), []).append(entities)
    certain, undecided = fans.entities(nodes) | unite(found[TRUE]), unite(found[UNDECIDED])
    star = plan.program.kind.star
    if seeds and (star in certain or star in undecided):
        # What is said of every entity holds for those, too, of which a condition says no.
        (certain if star in certain else undecided).update(unite(entities for _, _, entities in seeds))
    return Reached(certain, undecided - certain, bool(found[TRUE]))
