"""What an arrow finds at the entity it leads to: all subjects that have the relation there, put together once.

Only for plain relations. The sets are dropped by the change that touches them, with those of all entities below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from app.authz.engine.index.containers import NodeSet, each_of
from app.authz.engine.index.crowds import MAX_APART, Crowd, weigh
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.numbers import MASK, Numbers
from app.authz.engine.index.programs import Program, Programs
from app.authz.engine.index.tables import Table
from app.authz.engine.paths import Graph
from app.authz.engine.schema import Schema, parts_of
from app.authz.engine.strata import Key
from app.authz.types.model import Arrow

# Sets that together have everyone; a larger set of tuples stands for itself, so it is never copied.
Parts: TypeAlias = tuple[frozenset[int] | set[int], ...]

MAX_COPIED: Final = 256
# Where more would be copied together, sets stand for themselves, however small: testing some dozens of them costs
# less than keeping a copy for each entity.
_MOST_TOGETHER: Final = 256
_LEAST_REFERRED: Final = 8
# So many, some more than once, may still be few.
_MOST_TRIED: Final = 512
_MOST, _MOST_BY_ID, _MOST_WEIGHT = 65_536, 32_768, 1_000_000
# Members of all crowds: some two bytes each.
_MOST_CROWD_WEIGHT: Final = 16_000_000
# Entities below a change that are looked through before everything is dropped.
_MOST_BELOW: Final = 2_000


class Reach:
    """Who has a relation of this name, by entity, whatever the entity's type.

    Attributes:
        programs: of the types for which the relation is plain, by type id.
        known: found so far; read `known.young` first, then call `find`.
    """

    __slots__ = ("_all", "_follows_star", "_numbers", "known", "programs")

    def __init__(
        self, numbers: Numbers, programs: Mapping[int, Program], others: Mapping[str, Reach], *, follows_star: bool
    ) -> None:
        self.programs = programs
        self.known: Generations[int, Parts] = Generations(_MOST, _MOST_WEIGHT, _weigh)
        self._numbers = numbers
        self._all = others
        self._follows_star = follows_star

    def find(self, node: int) -> Parts:
        """Everybody who has the relation to an entity; nobody for what an arrow does not follow."""
        found = self.known.find(node)
        if found is None:
            found = self._collect(node)
            self.known.keep(node, found)
        return found

    def drop(self, number: int) -> None:
        """Forget who has the relation to an entity."""
        self.known.drop(number)

    def clear(self) -> None:
        """Forget everything."""
        self.known.clear()

    def __len__(self) -> int:
        return len(self.known)

    def _collect(self, node: int) -> Parts:
        if node > MASK or (self._numbers.is_star(node) and not self._follows_star):
            return ()
        program = self.programs.get(self._numbers.types[node])
        own, whole = _put_together(self._gather(program, node) if program else [])
        first: Parts = (self._share(program, node, own),) if own else ()
        return (*first, *whole)

    def _gather(self, program: Program, node: int) -> list[NodeSet | frozenset[int]]:
        """The sets that together have everybody."""
        types = self._numbers.types
        found: list[NodeSet | frozenset[int]] = []
        seen = {(program, node)}
        waiting = [(program, node)]
        while waiting:
            at, number = waiting.pop()
            found += at.grants_of(number)
            for reach, parent in self._links(at, number):
                known = reach.known.find(parent)
                if known is not None:
                    found += known
                    continue
                above = reach.programs.get(types[parent])
                if above is not None and (step := (above, parent)) not in seen:
                    seen.add(step)
                    waiting.append(step)
        return found

    def _share(self, program: Program | None, node: int, own: set[int]) -> frozenset[int]:
        """The set, or the very one of the entity above if nothing was added to it: many have nothing of their own."""
        for reach, parent in self._links(program, node) if program else ():
            for part in reach.known.young.get(parent, ()):
                if isinstance(part, frozenset) and len(part) == len(own) and part == own:
                    return part
        return frozenset(own)

    def _links(self, program: Program, number: int) -> Iterator[tuple[Reach, int]]:
        every = self._numbers.every
        numbers = (number, program.kind.star) if program.kind.stars else (number,)
        for table, relation in program.links:
            for each in numbers:
                for parent in each_of(table.grants.get(each)):
                    if parent <= MASK and parent not in every:
                        yield self._all[relation], parent


def _put_together(
    sets: list[NodeSet | frozenset[int]],
) -> tuple[set[int], Iterable[frozenset[int] | set[int]]]:
    """The small sets as one, and larger ones as they are."""
    for most_copied in (MAX_COPIED, _LEAST_REFERRED):
        own: set[int] = set()
        copied: list[tuple[int, ...] | frozenset[int] | set[int]] = []
        whole: dict[int, frozenset[int] | set[int]] = {}
        for each in sets:
            if isinstance(each, int):
                own.add(each)
            elif isinstance(each, tuple) or len(each) <= most_copied:
                copied.append(each)
            else:
                whole[id(each)] = each
        if most_copied > _LEAST_REFERRED and sum(map(len, copied)) > _MOST_TRIED:
            continue
        own.update(*copied)
        if len(own) <= _MOST_TOGETHER:
            break
    return own, whole.values()


def _weigh(parts: Parts) -> int:
    """What is kept for these alone: the first part may be a copy, the others stand elsewhere."""
    first = parts[0] if parts else ()
    return len(parts) + (len(first) if isinstance(first, frozenset) else 0)


class Door(Reach):
    """Who has one relation, asked by ids of entities as they stand in questions.

    Attributes:
        by_id: those that were asked about more than once; where sets are too large to be put together, nothing.
        crowds: of entities with many such sets.
    """

    __slots__ = ("_once", "by_id", "crowds")

    def __init__(self, numbers: Numbers, program: Program, others: Mapping[str, Reach]) -> None:
        super().__init__(numbers, {program.kind.id: program}, others, follows_star=True)
        self.by_id: Generations[str, frozenset[int]] = Generations(_MOST_BY_ID, _MOST_WEIGHT, len)
        self.crowds: Generations[str, Crowd] = Generations(_MOST_BY_ID, _MOST_CROWD_WEIGHT, weigh)
        self._once: set[str] = set()

    def parts(self, entity_id: str, number: int) -> Parts | Crowd | None:
        """Everybody who has the relation, None where it is not worth to put that together yet."""
        if entity_id not in self._once:
            if len(self._once) >= _MOST_BY_ID:
                self._once.clear()
            self._once.add(entity_id)
            return None
        found = self.by_id.find(entity_id)
        if found is not None:
            return (found,)
        return self.crowds.find(entity_id) or self._put_together(number)

    def _put_together(self, number: int) -> Parts | Crowd:
        entity_id = self._numbers.ids[number]
        parts = self.known.find(number)
        if parts is None:
            parts = self._collect(number)
            only = parts[0] if parts else frozenset()
            if len(parts) < 2 and isinstance(only, frozenset):
                self.by_id.keep(entity_id, only)
            else:
                self.known.keep(number, parts)
        elif len(parts) > MAX_APART:
            # It was asked for twice since something changed.
            crowd = Crowd.of(parts)
            if crowd is not None:
                self.crowds.keep(entity_id, crowd)
                return crowd
        return parts

    def drop(self, number: int) -> None:
        super().drop(number)
        entity_id = self._numbers.ids[number]
        self.by_id.drop(entity_id)
        self.crowds.drop(entity_id)

    def clear(self) -> None:
        super().clear()
        self.by_id.clear()
        self.crowds.clear()

    def __len__(self) -> int:
        return len(self.known) + len(self.by_id) + len(self.crowds)


class Reaches:
    """One reach for each relation that an arrow of a schema follows, and what depends on what."""

    def __init__(self, numbers: Numbers, schema: Schema, programs: Programs, graph: Graph) -> None:
        self.by_relation: dict[str, Reach] = {}
        self._numbers = numbers
        self._every: list[Reach] = []
        self._touched: dict[Table, list[Reach]] = {}
        self._below: dict[tuple[Reach, int], list[tuple[Table, Reach]]] = {}
        targets: dict[str, set[str]] = {}
        for relation, type_name in _arrow_targets(schema):
            targets.setdefault(relation, set()).add(type_name)
        for relation, type_names in targets.items():
            plain = _programs(schema, programs, graph, {(each, relation) for each in type_names})
            self.by_relation[relation] = Reach(numbers, plain, self.by_relation, follows_star=False)
        for reach in self.by_relation.values():
            self._enter(reach)

    def entrance(self, program: Program) -> Reach:
        """A reach that is asked about entities themselves, `*` among them."""
        reach = Reach(self._numbers, {program.kind.id: program}, self.by_relation, follows_star=True)
        self._enter(reach)
        return reach

    def door(self, program: Program) -> Door:
        """A reach that questions come in by."""
        door = Door(self._numbers, program, self.by_relation)
        self._enter(door)
        return door

    def _enter(self, reach: Reach) -> None:
        self._every.append(reach)
        for program in reach.programs.values():
            for table in program.tables:
                self._touched.setdefault(table, []).append(reach)
            for table, relation in program.links:
                self._touched.setdefault(table, []).append(reach)
                for type_id, _, _ in table.allowed:
                    below = self._below.setdefault((self.by_relation[relation], type_id), [])
                    below.append((table, reach))

    def forget(self, table: Table, entity: int) -> None:
        """Drop what rests on the tuples of an entity in a table."""
        waiting = [(reach, entity) for reach in self._touched.get(table, ())]
        if not waiting or not any(map(len, self._every)):
            return
        seen = set(waiting)
        while waiting:
            reach, number = waiting.pop()
            if len(seen) > _MOST_BELOW or self._numbers.is_star(number):
                self.clear()
                return
            reach.drop(number)
            for links, below in self._below.get((reach, self._numbers.types[number]), ()):
                for child in each_of(links.held.get(number)):
                    if (below, child) not in seen:
                        seen.add((below, child))
                        waiting.append((below, child))

    def clear(self) -> None:
        """Drop everything."""
        for reach in self._every:
            reach.clear()

    def __len__(self) -> int:
        return sum(map(len, self._every))


def _arrow_targets(schema: Schema) -> Iterator[Key]:
    """The relations that arrows lead to, with their types, as relation and type."""
    for compiled in schema.types.values():
        for relation in compiled.relations.values():
            waiting = [relation.rewrite]
            while waiting:
                part = waiting.pop()
                waiting += parts_of(part)
                tupleset = compiled.relations.get(part.tupleset) if isinstance(part, Arrow) else None
                if isinstance(part, Arrow):
                    yield from ((part.relation, each.type) for each in (tupleset.allowed if tupleset else ()))


def _programs(schema: Schema, programs: Programs, graph: Graph, keys: set[Key]) -> dict[int, Program]:
    found: dict[int, Program] = {}
    for key in keys & graph.plain:
        program = programs.of(*key)
        if program is not None:
            found[schema.types[key[0]].id] = program
    return found
