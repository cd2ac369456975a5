"""What a subject is: itself, everyone of its type, and every userset that it is in through plain relations.

Closures are made by climbing from the subject when they are first needed, kept while they are used, and dropped
by the changes that touch them. What changes of many tuples touch is looked up once, at their end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from app.authz.engine.index.containers import EntitySet, NodeSet, each_of
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.numbers import MASK, SHIFT, Kind
from app.authz.engine.index.programs import ProgramOf
from app.authz.engine.index.store import Change, Store
from app.authz.engine.index.tables import Table
from app.authz.engine.paths import Graph
from app.authz.engine.schema import Schema
from app.authz.engine.strata import Key

# A subject that is in more usersets is answered for by the walk.
MAX_NODES: Final = 20_000
# Usersets and subjects below a change that are looked through before all closures are.
_MOST_BELOW: Final = 1_000
_MOST, _MOST_WEIGHT = 49_152, 1_000_000


class _Rung:
    """A relation on the way up, and where it leads: the same entity, usersets of it, entities below by arrows."""

    __slots__ = ("arrows", "computed", "kind", "offset", "usersets")

    def __init__(self, kind: Kind, offset: int) -> None:
        self.kind, self.offset = kind, offset
        self.computed: list[_Rung] = []
        self.usersets: list[tuple[Table, _Rung]] = []
        self.arrows: list[tuple[Table, _Rung]] = []


class Shelf:
    """The closures of the subjects of one type.

    Attributes:
        known: closures by id; read `known.young` first, then call `find`.
    """

    __slots__ = ("_broad", "_everyone", "_kind", "known", "seeds")

    def __init__(self, kind: Kind) -> None:
        self.known: Generations[str, Closure] = Generations(_MOST, _MOST_WEIGHT, len)
        self.seeds: list[tuple[Table, _Rung]] = []
        self._kind = kind
        self._everyone: Closure | None = None
        self._broad: set[str] = set()

    def find(self, subject_id: str) -> Closure | None:
        """The closure of a subject, None if it is too broad to be kept, or holds every entity of a type."""
        found = self.known.find(subject_id)
        if found is not None or subject_id in self._broad:
            return found
        number = self._kind.numbers.get(subject_id)
        if number is None:
            return self.everyone()
        found = _climb(self.seeds, (number, self._kind.star))
        if found is None:
            self._broad.add(subject_id)
        else:
            self.known.keep(subject_id, found)
        return found

    def everyone(self) -> Closure | None:
        """What is true of every subject of the type, also of those that no tuple names."""
        if self._everyone is None:
            self._everyone = _climb(self.seeds, (self._kind.star,))
        return self._everyone

    def forget(self, subject_id: str) -> None:
        """Drop the closure of one subject."""
        self.known.drop(subject_id)
        self._broad.discard(subject_id)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return self._everyone is None and not self._broad and not len(self.known)

    def forget_any(self, nodes: AbstractSet[int]) -> None:
        """Drop the closures that hold one of these nodes."""
        self._everyone = None
        self._broad.clear()
        self.known.drop_where(lambda closure: not closure.isdisjoint(nodes))

    def clear(self) -> None:
        """Drop all."""
        self._everyone = None
        self._broad.clear()
        self.known.clear()


class Closures:
    """A shelf for each type of a schema.

    INVARIANT: between a change and the `flush` after it nothing is looked up.
    """

    def __init__(self, store: Store, schema: Schema, graph: Graph, program_of: ProgramOf) -> None:
        numbers = store.numbers
        self._program_of = program_of
        self.shelves = {name: Shelf(numbers.kind(compiled.id)) for name, compiled in schema.types.items()}
        self._numbers = numbers
        self._store = store
        self._schema = schema
        self._by_type = {schema.types[name].id: shelf for name, shelf in self.shelves.items()}
        self._rungs: dict[Key, _Rung] = {}
        self._named: set[Table] = set()
        self._linking: dict[Table, set[int]] = {}
        self._noted: set[int] = set()
        self._connect(graph)

    def forget(self, change: Change) -> None:
        """Drop what a change touches: of a subject at once, of those in a userset with the next `flush`."""
        offsets = self._linking.get(change.table)
        if offsets and change.node <= MASK:
            self._noted.update(change.node | offset for offset in offsets)
        if change.table not in self._named:
            return
        if change.node > MASK:
            self._noted.add(change.node)
            return
        shelf = self._by_type.get(self._numbers.types[change.node])
        if shelf is None:
            return
        if self._numbers.is_star(change.node):
            shelf.clear()
        else:
            shelf.forget(self._numbers.ids[change.node])

    def flush(self) -> None:
        """Drop what all changes touch that were told of since the last time."""
        noted, self._noted = self._noted, set()
        filled = [shelf for shelf in self.shelves.values() if not shelf.is_empty] if noted else ()
        # Whose way broke or began is still below the first place where it did: the tuples as they are now suffice.
        members = self._members(noted) if filled else ()
        for shelf in filled if members is None else ():
            shelf.forget_any(noted)
        for number in members or ():
            own = self._by_type.get(self._numbers.types[number])
            if own is not None:
                own.forget(self._numbers.ids[number])

    def clear(self) -> None:
        """Drop all."""
        self._noted.clear()
        for shelf in self.shelves.values():
            shelf.clear()

    def __len__(self) -> int:
        return sum(len(shelf.known) for shelf in self.shelves.values())

    def _members(self, nodes: Collection[int]) -> set[int] | None:
        """The subjects that are in some usersets, None if it is quicker to look through all closures."""
        found, waiting = set[int](nodes), list(nodes)
        members: set[int] = set()
        while waiting:
            if len(found) > _MOST_BELOW:
                return None
            node = waiting.pop()
            if node <= MASK:
                if self._numbers.is_star(node):
                    return None
                members.add(node)
                continue
            for below in self._below(node):
                if not isinstance(below, int) and len(below) > _MOST_BELOW:
                    return None
                fresh = [each for each in each_of(below) if each not in found]
                waiting += fresh
                found.update(fresh)
        return members

    def _below(self, node: int) -> Iterator[NodeSet]:
        type_id, number = self._numbers.types[node & MASK], node & MASK
        program = self._program_of(type_id, self._numbers.names[node >> SHIFT])
        if program is None:
            return
        yield from program.grants_of(number)
        for table, relation in program.links:
            offset = self._numbers.offset(relation)
            for place in {number, program.kind.star}:
                yield tuple(each | offset for each in each_of(table.grants.get(place)) if each <= MASK)

    def _connect(self, graph: Graph) -> None:
        """Follow only what memberships rest on: relations that stand as usersets in tuples, and what is below them."""
        wanted = {
            (each.type, each.relation)
            for compiled in self._schema.types.values()
            for relation in compiled.relations.values()
            for each in relation.allowed
            if each.relation
        }
        relevant = {
            key for key in graph.below.of(wanted & graph.plain) if key in graph.plain and self._schema.relation(*key)
        }
        for key in relevant:
            self._seed(key)
            for step in graph.steps.get(key, ()):
                if step.target in relevant:
                    self._step(key, step.target, step.through if step.is_arrow else None, step.through is None)

    def _rung(self, key: Key) -> _Rung:
        found = self._rungs.get(key)
        if found is None:
            kind = self._numbers.kind(self._schema.types[key[0]].id)
            found = self._rungs[key] = _Rung(kind, self._numbers.offset(key[1]))
        return found

    def _table(self, key: Key) -> Table:
        return self._store.table(self._schema.types[key[0]].id, key[1])

    def _seed(self, key: Key) -> None:
        relation = self._schema.relation(*key)
        assert relation is not None
        for name in {each.type for each in relation.allowed if not each.relation} & self.shelves.keys():
            self.shelves[name].seeds.append((self._table(key), self._rung(key)))
        if relation.allowed:
            self._named.add(self._table(key))

    def _step(self, source: Key, target: Key, links: Key | None, is_same: bool) -> None:
        below, above = self._rung(source), self._rung(target)
        if is_same:
            below.computed.append(above)
        elif links is None:
            below.usersets.append((self._table(target), above))
        else:
            below.arrows.append((self._table(links), above))
            self._linking.setdefault(self._table(links), set()).add(below.offset)


def _climb(seeds: Collection[tuple[Table, _Rung]], start: tuple[int, ...]) -> Closure | None:
    nodes = set(start)
    waiting: list[tuple[_Rung, EntitySet]] = []
    for table, rung in seeds:
        held = table.held.get
        waiting += [(rung, found) for each in start if (found := held(each)) is not None]
    while waiting:
        rung, entities = waiting.pop()
        for entity in each_of(entities):
            node = entity | rung.offset
            if node in nodes:
                continue
            nodes.add(node)
            if entity == rung.kind.star or len(nodes) > MAX_NODES:
                return None
            waiting += [(above, entity) for above in rung.computed]
            waiting += [(up, found) for table, up in rung.usersets if (found := table.held.get(node)) is not None]
            waiting += [(up, found) for table, up in rung.arrows if (found := table.held.get(entity)) is not None]
    return Closure.of(nodes, start)
