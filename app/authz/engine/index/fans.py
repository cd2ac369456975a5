"""Which entities a subject has a plain relation to, as bitmaps.

A fan is everything that follows, by arrows alone, from having a relation to one entity: all documents below a
folder. Fans rest on the tuples that arrows read, on nothing else, so they outlive most changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyroaring import BitMap

from app.authz.engine.index.containers import MAX_ENTITY_TUPLE, EntitySet, each_of, unite
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.numbers import MASK, Numbers
from app.authz.engine.index.programs import Program, ProgramOf
from app.authz.engine.index.store import Change, Store
from app.authz.engine.index.tables import Table
from app.authz.types.tuples import ConditionRef

_MOST, _MOST_WEIGHT = 65_536, 8_000_000
# Entities above a change that are looked through before everything is dropped.
_MOST_ABOVE: Final = 1_000


class _Anchor:
    """A relation that arrows start from. `down`: tables to follow, each with the anchor there, None at the target."""

    __slots__ = ("down", "known", "tables")

    def __init__(self, tables: list[Table]) -> None:
        self.tables = tables
        self.down: list[tuple[Table, _Anchor | None]] = []
        self.known: Generations[int, EntitySet] = Generations(_MOST, _MOST_WEIGHT, _weigh)


class Fans:
    """Lists the entities of one program."""

    def __init__(self, program: Program, program_of: ProgramOf, numbers: Numbers) -> None:
        self._tables = program.tables
        self._numbers = numbers
        self._anchors: dict[tuple[int, str], _Anchor] = {}
        self._connect(program, program_of)

    @property
    def links(self) -> set[Table]:
        """The tables that fans rest on."""
        return {table for anchor in self._anchors.values() for table, _ in anchor.down}

    def entities(self, nodes: Closure) -> BitMap:
        """The entities that a subject has the relation to, by its closure; `*` is one of them if it has it to all."""
        sets: list[EntitySet] = []
        for table in self._tables:
            held = table.held
            sets += [held[node] for node in nodes if node in held]
        for anchor in self._anchors.values():
            starts: set[int] = set()
            for table in anchor.tables:
                held = table.held
                for node in nodes:
                    if node in held:
                        starts.update(each_of(held[node]))
            sets += [self._fan(anchor, start) for start in starts]
        return unite(sets)

    def seeds(self, nodes: Closure) -> Iterator[tuple[Table, ConditionRef, EntitySet]]:
        """Tuples with a condition that name the subject, each with the entities that follow where it holds."""
        for table in self._tables:
            for entity, condition in _conditioned(table, nodes):
                yield table, condition, entity
        for anchor in self._anchors.values():
            for table in anchor.tables:
                for entity, condition in _conditioned(table, nodes):
                    yield table, condition, self._fan(anchor, entity)

    def forget(self, entities: Iterable[int]) -> None:
        """Drop the fans of some entities."""
        for anchor in self._anchors.values():
            if len(anchor.known):
                for each in entities:
                    anchor.known.drop(each)

    def clear(self) -> None:
        """Drop all fans."""
        for anchor in self._anchors.values():
            anchor.known.clear()

    def __len__(self) -> int:
        return sum(len(anchor.known) for anchor in self._anchors.values())

    def _connect(self, program: Program, program_of: ProgramOf) -> None:
        waiting: list[tuple[Program, _Anchor | None]] = [(program, None)]
        while waiting:
            below, anchor = waiting.pop()
            for table, relation in below.links:
                for type_id, offset, _ in table.allowed:
                    above = program_of(type_id, relation) if offset == 0 else None
                    if above is None:
                        continue
                    found = self._anchors.get((type_id, relation))
                    if found is None:
                        found = self._anchors[type_id, relation] = _Anchor(above.tables)
                        waiting.append((above, found))
                    found.down.append((table, anchor))

    def _fan(self, anchor: _Anchor, entity: int) -> EntitySet:
        known = anchor.known.find(entity)
        if known is not None:
            return known
        root = (anchor, entity)
        order = [root]
        sets: dict[tuple[_Anchor, int], list[EntitySet]] = {root: []}
        above: dict[tuple[_Anchor, int], tuple[_Anchor, int]] = {}
        is_tree = True
        for step in order:
            for found, below in self._children(*step):
                if below is None:
                    sets[step].append(found)
                    continue
                for child in each_of(found):
                    known = below.known.find(child)
                    if known is not None:
                        sets[step].append(known)
                    elif (below, child) in sets:
                        is_tree = False
                    else:
                        order.append((below, child))
                        sets[below, child] = []
                        above[below, child] = step
        if not is_tree:
            return self._keep(root, [each for found in sets.values() for each in found])
        for step in reversed(order[1:]):
            sets[above[step]].append(self._keep(step, sets.pop(step)))
        return self._keep(root, sets[root])

    def _keep(self, step: tuple[_Anchor, int], sets: list[EntitySet]) -> EntitySet:
        anchor, entity = step
        if len(sets) == 1:
            united = sets[0]
        elif all(not isinstance(each, BitMap) for each in sets):
            numbers = {number for each in sets for number in each_of(each)}
            united = BitMap(numbers) if len(numbers) > MAX_ENTITY_TUPLE else tuple(numbers)
        else:
            united = unite(sets)
        anchor.known.keep(entity, united)
        return united

    def _children(self, anchor: _Anchor, entity: int) -> Iterator[tuple[EntitySet, _Anchor | None]]:
        is_every = self._numbers.is_star(entity)
        for table, below in anchor.down:
            if not is_every:
                found = table.held.get(entity)
                if found is not None:
                    yield found, below
                continue
            types = self._numbers.types
            for parent, found in table.held.items():
                if parent <= MASK and types[parent] == types[entity] and parent != entity:
                    yield found, below


class Listings:
    """All fans of a schema, and how changes reach them."""

    def __init__(self, store: Store) -> None:
        self._numbers = store.numbers
        self._fans: list[Fans] = []
        self._links: dict[int, list[Table]] = {}

    def add(self, program: Program, program_of: ProgramOf) -> Fans:
        """Fans of one more program."""
        fans = Fans(program, program_of, self._numbers)
        self._fans.append(fans)
        for table in fans.links:
            tables = self._links.setdefault(table.kind.id, [])
            if table not in tables:
                tables.append(table)
        return fans

    def forget(self, change: Change) -> None:
        """Drop the fans of everything above the entity that came or went."""
        if change.table not in self._links.get(change.table.kind.id, ()) or not any(map(len, self._fans)):
            return
        above = self._above(change.node) if change.entity != change.table.kind.star else None
        for fans in self._fans:
            if above is None:
                fans.clear()
            else:
                fans.forget(above)

    def clear(self) -> None:
        """Drop all fans."""
        for fans in self._fans:
            fans.clear()

    def _above(self, node: int) -> set[int] | None:
        """An entity and those above it, None if there are too many or all of a type are among them."""
        found, waiting = {node}, [node]
        while waiting:
            number = waiting.pop()
            kind = self._numbers.kind_of(number & MASK)
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


def _weigh(found: EntitySet) -> int:
    return 1 if isinstance(found, int) else len(found)
