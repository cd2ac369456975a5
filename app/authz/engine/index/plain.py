"""The quick ways: a relation without conditions is a few tests of sets, or a small tree of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from app.authz.engine.index.crowds import Closure, Crowd
from app.authz.engine.index.programs import Program
from app.authz.engine.index.reach import Reach, Reaches
from app.authz.engine.index.tables import Table


class Test(Protocol):
    """Whether somebody has a relation to an entity, by the subject's closure."""

    def ask(self, nodes: Closure, entity_id: str) -> bool:
        """By the id of the entity: for questions, which often come again."""
        ...

    def holds(self, nodes: Closure, number: int | None) -> bool:
        """By its number: for steps on the way; None is an entity that no tuple names."""
        ...


class PlainTest:
    """Tables and arrows. This is where the time of a check goes."""

    __slots__ = ("_arrows", "_crowds", "_kind", "_known", "_lookups", "_number_of", "_parts")

    def __init__(self, program: Program, reaches: Reaches) -> None:
        self._kind = program.kind
        self._number_of = program.kind.numbers.get
        self._lookups = tuple(table.grants.get for table in program.tables)
        self._arrows = tuple(
            (table.grants.get, _make_step(table, reaches.by_relation[name])) for table, name in program.links
        )
        door = reaches.door(program)
        self._known = door.by_id.young
        self._crowds = door.crowds.young
        self._parts = door.parts

    def ask(self, nodes: Closure, entity_id: str) -> bool:
        """Whether it holds: one test of two sets, if it was asked before."""
        known = self._known.get(entity_id)
        if known is not None:
            return not nodes.isdisjoint(known)
        crowd = self._crowds.get(entity_id)
        if crowd is not None:
            return crowd.meets(nodes)
        number = self._number_of(entity_id)
        parts = self._parts(entity_id, number) if number is not None else None
        if parts is None:
            return self.holds(nodes, number)
        return parts.meets(nodes) if isinstance(parts, Crowd) else not all(map(nodes.isdisjoint, parts))

    def holds(self, nodes: Closure, number: int | None) -> bool:
        """Whether it holds, from the tuples."""
        if number is None:
            return bool(self._kind.stars) and self.holds(nodes, self._kind.star)
        is_apart = nodes.isdisjoint
        for grants_of in self._lookups:
            found = grants_of(number)
            if found is not None and (found in nodes if type(found) is int else not is_apart(found)):  # type: ignore[arg-type]
                return True
        for parents_of, finds in self._arrows:
            parents = parents_of(number)
            if parents is not None and finds((parents,) if isinstance(parents, int) else parents, nodes):
                return True
        return bool(self._kind.stars) and number != self._kind.star and self.holds(nodes, self._kind.star)


class TreeTest:
    """Tests put together by `or`, `and` and `but not`."""

    __slots__ = ("_all_of", "_but_not", "_own")

    def __init__(
        self, own: PlainTest | None, all_of: tuple[tuple[Test, ...], ...], but_not: tuple[tuple[Test, Test], ...]
    ) -> None:
        self._own, self._all_of, self._but_not = own, all_of, but_not

    def ask(self, nodes: Closure, entity_id: str) -> bool:
        """Whether it holds."""
        if self._own is not None and self._own.ask(nodes, entity_id):
            return True
        for base, subtracted in self._but_not:
            if base.ask(nodes, entity_id) and not subtracted.ask(nodes, entity_id):
                return True
        return any(all(part.ask(nodes, entity_id) for part in parts) for parts in self._all_of)

    def holds(self, nodes: Closure, number: int | None) -> bool:
        """Whether it holds, from the tuples."""
        if self._own is not None and self._own.holds(nodes, number):
            return True
        for base, subtracted in self._but_not:
            if base.holds(nodes, number) and not subtracted.holds(nodes, number):
                return True
        return any(all(part.holds(nodes, number) for part in parts) for parts in self._all_of)


class Tests:
    """The tests of programs; each is made once."""

    def __init__(self, reaches: Reaches) -> None:
        self._reaches = reaches
        self._made: dict[Program, Test | None] = {}

    def of(self, program: Program) -> Test | None:
        """The test of a program, None if conditions have a say in it, or it comes round to itself."""
        if program not in self._made:
            # Whoever comes round to this program meets None.
            self._made[program] = None
            self._made[program] = self._make(program)
        return self._made[program]

    def _make(self, program: Program) -> Test | None:
        if not program.is_plain:
            return None
        all_of = [[self.of(part) for part in parts] for parts in program.all_of]
        but_not = [[self.of(part) for part in pair] for pair in program.but_not]
        if any(part is None for parts in (*all_of, *but_not) for part in parts):
            return None
        own = PlainTest(program, self._reaches) if program.tables or program.links else None
        if own is not None and not all_of and not but_not:
            return own
        return TreeTest(own, tuple(map(tuple, all_of)), tuple(map(tuple, but_not)))  # type: ignore[arg-type]


class _Far:
    """A step by an arrow to relations that lead on: who has them is put together."""

    __slots__ = ("_find", "_known")

    def __init__(self, reach: Reach) -> None:
        self._known, self._find = reach.known.young, reach.find

    def finds(self, entities: Iterable[int], nodes: Closure) -> bool:
        """Whether somebody has the relation to one of the entities."""
        known, is_apart = self._known, nodes.isdisjoint
        for entity in entities:
            parts = known.get(entity)
            for part in self._find(entity) if parts is None else parts:
                if not is_apart(part):
                    return True
        return False


class _Near:
    """A step to relations that are tuples alone. Looking at these costs no more, and nothing has to be put together."""

    __slots__ = ("_far", "_kinds", "_lookups")

    def __init__(self, programs: Sequence[Program], far: _Far) -> None:
        self._far = far
        self._kinds = tuple(each.kind for each in programs)
        self._lookups = tuple(table.grants.get for each in programs for table in each.tables)

    def finds(self, entities: Iterable[int], nodes: Closure) -> bool:
        """Whether tuples of one of the entities name somebody."""
        for kind in self._kinds:
            if kind.stars:
                return self._far.finds(entities, nodes)
        is_apart = nodes.isdisjoint
        for grants_of in self._lookups:
            for entity in entities:
                found = grants_of(entity)
                if found is not None and (found in nodes if type(found) is int else not is_apart(found)):  # type: ignore[arg-type]
                    return True
        return False


def _make_step(links: Table, reach: Reach) -> Callable[[Iterable[int], Closure], bool]:
    found = [reach.programs[each] for each, offset, _ in links.allowed if offset == 0 and each in reach.programs]
    far = _Far(reach)
    return far.finds if any(each.links for each in found) else _Near(found, far).finds
