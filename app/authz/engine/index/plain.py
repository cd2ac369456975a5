"""The quick way: a plain relation is a few tests of sets."""

from __future__ import annotations

from app.authz.engine.index.numbers import Kind
from app.authz.engine.index.programs import Program
from app.authz.engine.index.reach import Reach, Reaches


class PlainTest:
    """Whether somebody has a plain relation to an entity. This is where the time of a check goes."""

    __slots__ = ("_arrows", "_kind", "_lookups")

    def __init__(self, program: Program, reaches: Reaches) -> None:
        self._kind: Kind = program.kind
        self._lookups = tuple(table.grants.get for table in program.tables)
        self._arrows = tuple((table.grants.get, *_door(reaches.by_relation[name])) for table, name in program.links)

    def holds(self, nodes: frozenset[int], number: int | None) -> bool:
        """Whether it holds for a subject's closure; a number of None is an entity that no tuple names."""
        if number is None:
            return bool(self._kind.stars) and self.holds(nodes, self._kind.star)
        is_apart = nodes.isdisjoint
        for grants_of in self._lookups:
            found = grants_of(number)
            if found is not None and (found in nodes if type(found) is int else not is_apart(found)):  # type: ignore[arg-type]
                return True
        for parents_of, known, find in self._arrows:
            parents = parents_of(number)
            if parents is None:
                continue
            for parent in (parents,) if type(parents) is int else parents:
                parts = known.get(parent)
                for part in find(parent) if parts is None else parts:
                    if not is_apart(part):
                        return True
        return bool(self._kind.stars) and number != self._kind.star and self.holds(nodes, self._kind.star)


def _door(reach: Reach):  # type: ignore[no-untyped-def]
    return reach.known.young, reach.find
