"""Rewrites made ready to run: what to look up for one entity, and where arrows lead.

Unions and other relations of the same entity are resolved when a program is made. What is left of a relation are
tables, arrows and, where it is not plain, gates: what `and` and `but not` say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
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
        is_sure: its tables and links have no conditions, and closures hold the usersets that its tables name.
        is_plain: the same, and what its links lead to is plain.
    """

    __slots__ = ("all_of", "but_not", "is_plain", "is_sure", "kind", "links", "relations", "tables")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.tables: list[Table] = []
        self.links: list[tuple[Table, str]] = []
        self.all_of: list[tuple[Program, ...]] = []
        self.but_not: list[tuple[Program, Program]] = []
        self.relations: set[str] = set()
        self.is_plain = self.is_sure = True

    def grants_of(self, number: int | None) -> list[NodeSet]:
        """The sets of subjects that tuples without a condition name for an entity."""
        found = [members for table in self.tables if (members := table.grants.get(number)) is not None]  # type: ignore[arg-type]
        if self.kind.stars and number != self.kind.star:
            star = self.kind.star
            found += [members for table in self.tables if (members := table.grants.get(star)) is not None]
        return found


# By the id of a type and a relation; None if the type has none of this name.
ProgramOf: TypeAlias = Callable[[int, str], Program | None]
# By the table and the relation of a link; None where a type has no such relation.
TargetsOf: TypeAlias = Callable[[Table, str], tuple[Program | None, ...]]


class Programs:
    """The programs of the relations of a schema, each made when it is first asked for.

    Args:
        with_policies: relations of which tuples have policies.

    Attributes:
        tangled: relations whose answer rests on itself through `and` or `but not`, or on too many of these.
    """

    def __init__(
        self, store: Store, schema: Schema, graph: Graph, strata: Strata, with_policies: frozenset[Key]
    ) -> None:
        self._store = store
        self._with_policies = with_policies
        self._schema = schema
        self._graph = graph
        self._names = {compiled.id: name for name, compiled in schema.types.items()}
        self._made: dict[tuple[str, str, int], Program] = {}
        self._waiting: list[tuple[Program, CompiledRelation, Rewrite]] = []
        self._led: dict[tuple[Table, str], tuple[Program | None, ...]] = {}
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
                self.targets(table, name)
        for each in fresh:
            each.links = self._without_covered(each.links)
        return program

    def targets(self, table: Table, relation: str) -> tuple[Program | None, ...]:
        """The programs that a link leads to, None where a type has no such relation."""
        found = self._led.get((table, relation))
        if found is None:
            kinds = dict.fromkeys(type_id for type_id, offset, _ in table.allowed if offset == 0)
            known = [self._schema.relation(self._names[each], relation) for each in kinds]
            has_usersets = any(offset for _, offset, _ in table.allowed)
            found = self._led[table, relation] = (
                *(self._get(each, each.rewrite) if each else None for each in known),
                *((None,) if has_usersets else ()),
            )
        return found

    def _without_covered(self, links: list[tuple[Table, str]]) -> list[tuple[Table, str]]:
        """Links without those that find nothing which another one of the same table does not find."""
        names: dict[Table, dict[str, None]] = {}
        for table, relation in links:
            names.setdefault(table, {})[relation] = None
        return [(table, each) for table, found in names.items() for each in self._greatest(table, list(found))]

    def _greatest(self, table: Table, relations: list[str]) -> Iterator[str]:
        """Those of some relations that no other covers; of several that cover each other the first."""
        if len(relations) == 1:
            return iter(relations)
        every, covered = frozenset(relations), set[str]()
        for each in relations:
            # What covers it covers what it covers, too.
            if each not in covered:
                covered |= self._covered(table, each, every) - {each}
        return (each for each in relations if each not in covered)

    def _covered(self, table: Table, greater: str, relations: frozenset[str]) -> AbstractSet[str]:
        """The relations that find nothing behind a table which a greater one does not find."""
        found: AbstractSet[str] = relations
        for target in self.targets(table, greater):
            if target is None:
                return frozenset()
            found = found & target.relations
        return found

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
            is_sure = self._are_plain(part.types) and not self._has_policies(owner, owner.name)
            program.is_sure &= is_sure
            program.is_plain &= is_sure
        elif isinstance(part, Arrow):
            tupleset = self._schema.relation(owner.type_name, part.tupleset)
            if tupleset is not None:
                program.links.append((self._store.table(program.kind.id, part.tupleset), part.relation))
                targets = tuple(replace(each, relation=part.relation) for each in tupleset.allowed)
                is_sure = not self._has_policies(owner, part.tupleset)
                program.is_plain &= is_sure and self._are_plain(targets)
                program.is_sure &= is_sure and all(each.condition is None for each in tupleset.allowed)
        elif isinstance(part, Intersection):
            program.all_of.append(tuple(self._part(owner, each) for each in part.parts))
        else:
            assert isinstance(part, Exclusion)
            program.but_not.append((self._part(owner, part.base), self._part(owner, part.subtracted)))

    def _has_policies(self, owner: CompiledRelation, relation: str) -> bool:
        return (owner.type_name, relation) in self._with_policies

    def _part(self, owner: CompiledRelation, part: Rewrite) -> Program:
        """The program of a part of a gate: that of a relation where it is just that: both share what is kept."""
        other = self._schema.relation(owner.type_name, part.relation) if isinstance(part, Computed) else None
        return self._get(other, other.rewrite) if other else self._get(owner, part)

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
