"""Which entities a subject has a relation to where tuples may have conditions: bitmaps, and a look at few tuples."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pyroaring import BitMap

from app.authz.engine.index.containers import Fan, unite
from app.authz.engine.index.crowds import Closure
from app.authz.engine.turns import Turns
from app.authz.engine.values import TRUE, UNDECIDED, Value
from app.authz.types.answers import Context
from app.authz.types.tuples import policy_of

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
    undecided: BitMap = BitMap()
    is_conditional: bool = False


def reach(compiled: Compiled, plan: Plan, nodes: Closure, context: Context, turns: Turns) -> Reached | None:
    """What a subject reaches by its closure; None where only a search can say: policies, many conditions.

    Args:
        turns: those of others. They have none meanwhile, so a search takes over when the slice is used up.
    """
    fans = compiled.fans(plan.program)
    if plan.has_gates or any(table.conditioned for table in fans.links):
        return None
    seeds = list(islice(fans.seeds(nodes), MAX_CONDITIONS + 1))
    if len(seeds) > MAX_CONDITIONS or any(policy_of(condition) is not None for _, condition, _ in seeds):
        return None
    found: dict[Value, list[Fan]] = {TRUE: [], UNDECIDED: []}
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
