"""Rewrites made ready to run: what to look up for one entity, and where arrows lead.

Unions and other relations of the same entity are resolved when a program is made. What is left of a relation are
tables, arrows and, where it is not plain, gates: what `and` and `but not` say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from app.authz.engine.index.containers import NodeSet
from app.authz.engine.index.numbers import Kind
from app.authz.engine.index.store import Store
from app.authz.engine.index.tables import Table
from app.authz.engine.paths import Graph
from app.authz.engine.schema import CompiledRelation, Schema, parts_of
from app.authz.engine.strata import Key, dependencies
from app.authz.engine.walk import Strata
from app.authz.types.model import Arrow, Computed, Direct, DirectType, Exclusion, Intersection, Rewrite, Union

# Gates that may lie within each other before the walk has to answer.
MAX_GATES = 60


class Program:
    """What a rewrite of a type comes to.

    Attributes:
        tables: their tuples name subjects directly.
        links: tables of tuplesets, each with the relation that is followed from there.
        all_of: `and`: every one of the programs has to hold.
        but_not: the first program, unless the second holds.
        relations: those of the same entity that are part of it, its own among them.
        is_plain: what it has apart from gates has no conditions, and neither have it or gates what that rests on.
    """

    __slots__ = ("all_of", "but_not", "is_plain", "kind", "links", "relations", "tables")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.tables: list[Table] = []
        self.links: list[tuple[Table, str]] = []
        self.all_of: list[tuple[Program, ...]] = []
        self.but_not: list[tuple[Program, Program]] = []
        self.relations: set[str] = set()
        self.is_plain = True

    def grants_of(self, number: int | None) -> Iterable[NodeSet]:
        """The sets of subjects that tuples without a condition name for an entity."""
        numbers = (number, self.kind.star) if self.kind.stars and number != self.kind.star else (number,)
        for table in self.tables:
            for each in numbers:
                if each is not None and (found := table.grants.get(each)) is not None:
                    yield found


# By the id of a type and a relation; None if the type has none of this name.
ProgramOf: TypeAlias = Callable[[int, str], Program | None]


class Programs:
    """The programs of the relations of a schema, each made when it is first asked for.

    Attributes:
        tangled: relations whose answer rests on itself through `and` or `but not`, or on too many of these.
    """

    def __init__(self, store: Store, schema: Schema, graph: Graph, strata: Strata) -> None:
        self._store = store
        self._schema = schema
        self._graph = graph
        self._names = {compiled.id: name for name, compiled in schema.types.items()}
        self._made: dict[tuple[str, str, int], Program] = {}
        self._waiting: list[tuple[Program, CompiledRelation, Rewrite]] = []
        gates = list(_gates(schema))
        knotted = {key for key, _, rests_on in gates if any(strata[key] == strata.get(each) for each in rests_on)}
        counts = {key: count for key, count, _ in gates}
        self.tangled = graph.below.above(knotted) | graph.below.heavier(counts, MAX_GATES)

    def of(self, type_name: str, relation: str) -> Program | None:
        """The program of a relation, None when there is no such relation."""
        compiled = self._schema.relation(type_name, relation)
        if compiled is None:
            return None
        program = self._get(compiled, compiled.rewrite)
        fresh: list[Program] = []
        while self._waiting:
            each, owner, rewrite = self._waiting.pop()
            self._fill(each, owner, rewrite)
            fresh.append(each)
            for table, name in each.links:
                self._targets(table, name)
        for each in fresh:
            each.links = self._without_covered(each.links)
        return program

    def _targets(self, table: Table, relation: str) -> list[Program | None]:
        """The programs that a link leads to, None where a type has no such relation."""
        found: list[Program | None] = []
        for type_id, offset, _ in table.allowed:
            compiled = self._schema.relation(self._names[type_id], relation) if offset == 0 else None
            found.append(self._get(compiled, compiled.rewrite) if compiled else None)
        return found

    def _without_covered(self, links: list[tuple[Table, str]]) -> list[tuple[Table, str]]:
        """Links without those that find nothing which another one of the same table does not find."""
        kept: list[tuple[Table, str]] = []
        for table, relation in links:
            if not any(each is table and self._covers(table, other, relation) for each, other in kept):
                kept = [link for link in kept if link[0] is not table or not self._covers(table, relation, link[1])]
                kept.append((table, relation))
        return kept

    def _covers(self, table: Table, greater: str, lesser: str) -> bool:
        targets = self._targets(table, greater)
        return all(target is not None and lesser in target.relations for target in targets)

    def _get(self, relation: CompiledRelation, rewrite: Rewrite) -> Program:
        # The rewrites live as long as the schema, so what they are is who they are.
        key = (relation.type_name, relation.name, id(rewrite))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Program(self._store.numbers.kind(self._schema.types[relation.type_name].id))
            self._waiting.append((found, relation, rewrite))
        return found

    def _fill(self, program: Program, relation: CompiledRelation, rewrite: Rewrite) -> None:
        seen = {relation.name}
        if rewrite is relation.rewrite:
            program.relations = seen
        waiting: list[tuple[CompiledRelation, Rewrite]] = [(relation, rewrite)]
        while waiting:
            owner, part = waiting.pop()
            if isinstance(part, Computed):
                other = self._schema.relation(owner.type_name, part.relation)
                if other is not None and other.name not in seen:
                    seen.add(other.name)
                    waiting.append((other, other.rewrite))
            elif isinstance(part, Union):
                waiting += [(owner, each) for each in part.parts]
            else:
                self._add(program, owner, part)

    def _add(self, program: Program, owner: CompiledRelation, part: Rewrite) -> None:
        if isinstance(part, Direct):
            program.tables.append(self._store.table(program.kind.id, owner.name))
            program.is_plain &= self._are_plain(part.types)
        elif isinstance(part, Arrow):
            tupleset = self._schema.relation(owner.type_name, part.tupleset)
            if tupleset is not None:
                program.links.append((self._store.table(program.kind.id, part.tupleset), part.relation))
                targets = tuple(replace(each, relation=part.relation) for each in tupleset.allowed)
                program.is_plain &= self._are_plain(targets)
        elif isinstance(part, Intersection):
            program.all_of.append(tuple(self._get(owner, each) for each in part.parts))
        else:
            assert isinstance(part, Exclusion)
            program.but_not.append((self._get(owner, part.base), self._get(owner, part.subtracted)))

    def _are_plain(self, types: Iterable[DirectType]) -> bool:
        return all(each.condition is None and self._is_plain(each.type, each.relation) for each in types)

    def _is_plain(self, type_name: str, relation: str) -> bool:
        return (type_name, relation) in self._graph.plain or self._schema.relation(type_name, relation) is None


def _gates(schema: Schema) -> Iterator[tuple[Key, int, set[Key]]]:
    """Relations that have gates, how many, and what these rest on apart from bases of `but not`."""
    for compiled in schema.types.values():
        for relation in compiled.relations.values():
            count, closed = 0, set[Key]()
            waiting = [(relation.rewrite, False)]
            while waiting:
                part, is_inside = waiting.pop()
                count += isinstance(part, Intersection | Exclusion)
                if isinstance(part, Exclusion):
                    waiting += [(part.base, is_inside), (part.subtracted, True)]
                else:
                    waiting += [(each, is_inside or isinstance(part, Intersection)) for each in parts_of(part)]
                if is_inside:
                    closed |= dependencies(schema, replace(relation, rewrite=part))
            if count:
                yield (relation.type_name, relation.name), count, closed
