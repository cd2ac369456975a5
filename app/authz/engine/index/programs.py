"""Rewrites made ready to run: what to look up for one entity, and where arrows lead.

Unions and other relations of the same entity are resolved when a program is made. What is left of a relation are
tables, arrows and, where it is not plain, gates: what `and` and `but not` say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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
        is_plain: it has neither gates nor conditions, and nothing that it rests on has.
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
        gated = dict(_gates(schema))
        knotted = {key for key, gates in gated.items() if any(strata[key] == strata.get(each) for each in gates)}
        self.tangled = frozenset(
            key for key, below in graph.below.items() if knotted & below or len(gated.keys() & below) > MAX_GATES
        )

    def of(self, type_name: str, relation: str) -> Program | None:
        """The program of a relation, None when there is no such relation."""
        compiled = self._schema.relation(type_name, relation)
        if compiled is None:
            return None
        program = self._get(compiled, compiled.rewrite)
        while self._waiting:
            self._fill(*self._waiting.pop())
        return program

    def arrows(self, program: Program) -> list[tuple[Table, str]]:
        """The links without those that find nothing which another one of the same table does not find."""
        return [
            (table, relation)
            for table, relation in program.links
            if not any(self._covers(table, other, relation) for each, other in program.links if each is table)
        ]

    def _covers(self, table: Table, greater: str, relation: str) -> bool:
        if greater == relation:
            return False
        for type_id, offset, _ in table.allowed:
            target = self.of(self._names[type_id], greater) if offset == 0 else None
            if target is None or relation not in target.relations:
                return False
        return True

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
            program.is_plain = False
        else:
            assert isinstance(part, Exclusion)
            program.but_not.append((self._get(owner, part.base), self._get(owner, part.subtracted)))
            program.is_plain = False

    def _are_plain(self, types: Iterable[DirectType]) -> bool:
        return all(each.condition is None and self._is_plain(each.type, each.relation) for each in types)

    def _is_plain(self, type_name: str, relation: str) -> bool:
        return (type_name, relation) in self._graph.plain or self._schema.relation(type_name, relation) is None


def _gates(schema: Schema) -> Iterable[tuple[Key, set[Key]]]:
    """The relations that have gates, with what these rest on apart from bases of `but not`."""
    for compiled in schema.types.values():
        for relation in compiled.relations.values():
            gates: list[Rewrite] = []
            waiting = [relation.rewrite]
            while waiting:
                part = waiting.pop()
                if isinstance(part, Intersection):
                    gates += part.parts
                elif isinstance(part, Exclusion):
                    gates.append(part.subtracted)
                    waiting.append(part.base)
                else:
                    waiting += parts_of(part)
            if gates:
                found = {key for gate in gates for key in dependencies(schema, replace(relation, rewrite=gate))}
                yield (relation.type_name, relation.name), found
