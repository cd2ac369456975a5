"""Which entities a subject has a plain relation to, as bitmaps.

A fan is everything that follows, by arrows alone, from having a relation to one entity: all documents below a
folder. Fans rest on the tuples that arrows read, on nothing else, so they outlive most changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from pyroaring import BitMap

from app.authz.engine.index.arrows import Above, Arrows, Ways
from app.authz.engine.index.containers import EntitySet, Fan, each_of, pack, unite
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.numbers import MASK
from app.authz.engine.index.programs import Program, TargetsOf
from app.authz.engine.index.store import Change, Store
from app.authz.engine.index.tables import Table
from app.authz.types.tuples import ConditionRef

_NOTHING: Final[Mapping[Program, BitMap]] = {}
_MOST, _MOST_WEIGHT = 65_536, 8_000_000
# Of all programs together, each fan with what it takes beside its entities.
_MOST_IN_ALL, _BESIDE = 32_000_000, 30
# Entities above a change that are looked through before everything is dropped.
_MOST_ABOVE: Final = 1_000


class Fans:
    """Lists the entities of one program."""

    def __init__(self, program: Program, listings: Listings) -> None:
        self._program = program
        self._listings = listings
        self._starts = listings.arrows.starts(program)
        # By program that arrows lead to, and entity there.
        self._known: dict[Program, Generations[int, Fan]] = {}

    @property
    def links(self) -> AbstractSet[Table]:
        """The tables that fans rest on."""
        return {table for table, _ in self._program.links} | self._above().tables

    @property
    def above(self) -> Iterable[Program]:
        """The programs that arrows lead to, over any number of steps."""
        return self._above().programs

    def _above(self) -> Above:
        return self._listings.arrows.above(self._starts)

    def entities(self, nodes: Closure, more: Mapping[Program, BitMap] = _NOTHING) -> BitMap:
        """The entities that a subject has the relation to, by its closure; `*` is one of them if it has it to all.

        Args:
            more: of programs that arrows lead to, entities that the subject has beside those of tables.
        """
        sets: list[EntitySet | Fan] = []
        tables = self._program.tables
        sets += [found for table in tables for node in nodes if (found := table.held.get(node)) is not None]
        for program in self._above().programs if self._starts else ():
            starts: set[int] = set(more.get(program, ()))
            for table in program.tables:
                held = table.held.get
                for node in nodes:
                    found = held(node)
                    if type(found) is int:
                        starts.add(found)
                    elif found is not None:
                        starts.update(found)  # type: ignore[arg-type]
            if starts:
                known = self._kept(program).young.get
                sets += [self._fan(program, each) if (fan := known(each)) is None else fan for each in starts]
        return unite(sets)

    def seeds(self, nodes: Closure) -> Iterator[tuple[Table, ConditionRef, Fan]]:
        """Tuples with a condition that name the subject, each with the entities that follow where it holds."""
        for table in self._program.tables:
            for entity, condition in _conditioned(table, nodes):
                yield table, condition, entity
        for program in self._above().programs:
            for table in program.tables:
                for entity, condition in _conditioned(table, nodes):
                    yield table, condition, self._fan(program, entity)

    def forget(self, entities: Iterable[int]) -> None:
        """Drop the fans of some entities."""
        for known in self._known.values():
            for each in entities:
                known.drop(each)

    def clear(self) -> None:
        """Drop all fans."""
        self._known.clear()

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def _kept(self, program: Program) -> Generations[int, Fan]:
        found = self._known.get(program)
        if found is None:
            found = self._known[program] = Generations(_MOST, _MOST_WEIGHT, _weigh)
        return found

    def _fan(self, program: Program, entity: int) -> Fan:
        known = self._kept(program).find(entity)
        if known is not None:
            return known
        ways: dict[Program, Ways] = {}
        root = (program, entity)
        order = [root]
        sets: dict[tuple[Program, int], list[EntitySet | Fan]] = {root: []}
        parents: dict[tuple[Program, int], tuple[Program, int]] = {}
        is_tree = True
        for step in order:
            for found, below in self._children(*step, ways):
                if below is None:
                    sets[step].append(found)
                    continue
                for child in each_of(found):
                    known = self._kept(below).find(child)
                    if known is not None:
                        sets[step].append(known)
                    elif (below, child) in sets:
                        is_tree = False
                    else:
                        order.append((below, child))
                        sets[below, child] = []
                        parents[below, child] = step
        if not is_tree:
            return self._keep(root, [each for found in sets.values() for each in found])
        for step in reversed(order[1:]):
            sets[parents[step]].append(self._keep(step, sets.pop(step)))
        return self._keep(root, sets[root])

    def _keep(self, step: tuple[Program, int], sets: list[EntitySet | Fan]) -> Fan:
        program, entity = step
        united = pack(sets)
        self._listings.make_room(self, _weigh(united) + _BESIDE)
        self._kept(program).keep(entity, united)
        return united

    def _children(
        self, program: Program, entity: int, ways: dict[Program, Ways]
    ) -> Iterator[tuple[EntitySet, Program | None]]:
        if program not in ways:
            ways[program] = self._listings.arrows.down(program, self._program, self._above())
        numbers = self._listings.numbers
        is_every = numbers.is_star(entity)
        for table, below in ways[program]:
            if not is_every:
                found = table.held.get(entity)
                if found is not None:
                    yield found, below
                continue
            types = numbers.types
            for parent, found in table.held.items():
                if parent <= MASK and types[parent] == types[entity] and parent != entity:
                    yield found, below


class Listings:
    """All fans of a schema, and how changes reach them.

    Args:
        targets: the programs that a link leads to.
    """

    def __init__(self, store: Store, targets: TargetsOf) -> None:
        self.numbers = store.numbers
        self.arrows = Arrows(targets)
        # The tables that fans rest on, by type; those with fans, and what these weigh at most.
        self._links: dict[int, dict[Table, None]] = {}
        self._warm: set[Fans] = set()
        self._weight = 0

    def add(self, program: Program) -> Fans:
        """Fans of one more program."""
        fans = Fans(program, self)
        for table in fans.links:
            self._links.setdefault(table.kind.id, {})[table] = None
        return fans

    def make_room(self, fans: Fans, weight: int) -> None:
        """One more fan is to be kept: drop all if they are too many."""
        self._weight += weight
        if self._weight > _MOST_IN_ALL:
            self.clear()
            self._weight = weight
        self._warm.add(fans)

    def forget(self, change: Change) -> None:
        """Drop the fans of everything above the entity that came or went."""
        if not self._warm or change.table not in self._links.get(change.table.kind.id, ()):
            return
        above = self._above(change.node) if change.entity != change.table.kind.star else None
        if above is None:
            self.clear()
            return
        for fans in self._warm:
            fans.forget(above)

    def clear(self) -> None:
        """Drop all fans."""
        for fans in self._warm:
            fans.clear()
        self._warm.clear()
        self._weight = 0

    def _above(self, node: int) -> set[int] | None:
        """An entity and those above it, None if there are too many or all of a type are among them."""
        found, waiting = {node}, [node]
        while waiting:
            number = waiting.pop()
            kind = self.numbers.kind_of(number & MASK)
            if kind.stars or number == kind.star or len(found) > _MOST_ABOVE:
                return None
            for table in self._links.get(kind.id, ()):
                for parent in each_of(table.grants.get(number)):
                    if parent not in found:
                        found.add(parent)
                        waiting.append(parent)
            found.add(kind.star)
        return found


def _conditioned(table: Table, nodes: Closure) -> Iterator[tuple[int, ConditionRef]]:
    held = table.held_conditioned
    for node in nodes if held else ():
        for entity in each_of(held.get(node)):
            yield entity, table.conditioned[entity][node]


def _weigh(found: Fan) -> int:
    if isinstance(found, int):
        return 1
    return len(found) // 4 if isinstance(found, bytes) else len(found)
