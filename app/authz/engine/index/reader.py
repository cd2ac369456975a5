"""The tables as a reader of tuples: for the walk, for explanations, for lists that check what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from app.authz.engine.index.containers import NodeSet, each_of
from app.authz.engine.index.numbers import MASK
from app.authz.engine.index.store import Store
from app.authz.engine.index.tables import Table
from app.authz.engine.lookups import Fact, Holding, Lookup
from app.authz.engine.schema import Schema
from app.authz.engine.walk import MAX_WORK
from app.authz.errors import WorkExceeded
from app.authz.types.tuples import EVERY, ConditionRef, SubjectRef, TupleKey

# A tuple that stands in a table: table, entity, node, condition.
Standing: TypeAlias = tuple[Table, int, int, ConditionRef | None]


class StoreReader:
    """Reads the tuples that the models of a schema allow. It never waits."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema
        self._names: Mapping[int, str] = {type_id: each.full_name for type_id, each in schema.by_id.items()}

    def facts(self, lookup: Lookup) -> list[Fact]:
        """The facts of one lookup.

        Raises:
            WorkExceeded: more than a question may touch.
        """
        compiled = self._schema.types.get(lookup.node.type)
        table = self._store.tables.get((compiled.id, lookup.node.relation)) if compiled else None
        if table is None:
            return []
        entity = table.kind.numbers.get(lookup.node.id)
        found: list[Fact] = []
        for number in {entity, table.kind.star} - {None}:
            assert number is not None
            found += (
                self.fact((table, number, node, condition))
                for node, condition in _named(table, number, self._wanted(lookup))
            )
            if len(found) > MAX_WORK:
                raise WorkExceeded
        return found

    def _wanted(self, lookup: Lookup) -> tuple[frozenset[int], bool, bool]:
        """The nodes looked for, whether usersets are, and whether everything is."""
        if lookup.subject is None:
            return frozenset(), lookup.usersets, lookup.everybody
        subject = lookup.subject
        nodes = {self._node(subject)}
        if not subject.relation:
            nodes.add(self._node(SubjectRef(subject.type, EVERY)))
        return frozenset(each for each in nodes if each is not None), lookup.usersets, lookup.everybody

    def _node(self, subject: SubjectRef) -> int | None:
        compiled = self._schema.types.get(subject.type)
        number = self._store.numbers.find(compiled.id, subject.id) if compiled else None
        return None if number is None else number | self._store.numbers.offset(subject.relation)

    def fact(self, standing: Standing) -> Fact:
        """A tuple in words."""
        table, entity, node, condition = standing
        kind, subject_id, relation = self._store.numbers.name_of(node)
        names, ids = self._names, self._store.numbers.ids
        key = TupleKey(names[table.kind.id], ids[entity], table.relation, names[kind], subject_id, relation)
        return Fact(key, condition)

    def standings(self, holding: Holding) -> list[Standing]:
        """The tuples of one holding, as numbers: what is read stays as it is, whatever changes later."""
        compiled = self._schema.types.get(holding.type)
        table = self._store.tables.get((compiled.id, holding.relation)) if compiled else None
        if table is None:
            return []
        found: list[Standing] = []
        for node in self._holders(table, holding):
            found += [(table, entity, node, None) for entity in each_of(table.held.get(node))]
            conditioned = each_of(table.held_conditioned.get(node))
            found += [(table, entity, node, table.conditioned[entity][node]) for entity in conditioned]
        return found

    def holdings(self, holding: Holding) -> list[Fact]:
        """The facts of one holding."""
        return [self.fact(each) for each in self.standings(holding)]

    def _holders(self, table: Table, holding: Holding) -> Iterable[int]:
        if not holding.any_id:
            node = self._node(holding.subject)
            return () if node is None else (node,)
        compiled = self._schema.types.get(holding.subject.type)
        part = (compiled.id if compiled else -1, self._store.numbers.offset(holding.subject.relation))
        part_of = self._store.numbers.part_of
        return [node for node in {*table.held, *table.held_conditioned} if part_of(node) == part]


def _named(
    table: Table, entity: int, wanted: tuple[frozenset[int], bool, bool]
) -> Iterator[tuple[int, ConditionRef | None]]:
    nodes, usersets, everybody = wanted
    grants: NodeSet | None = table.grants.get(entity)
    conditioned = table.conditioned.get(entity, {})
    if everybody or usersets:
        for node in each_of(grants):
            if everybody or node > MASK or node in nodes:
                yield node, None
    else:
        there = grants if isinstance(grants, set) else tuple(each_of(grants))
        yield from ((node, None) for node in nodes if node in there)
    for node, condition in conditioned.items():
        if everybody or node in nodes or (usersets and node > MASK):
            yield node, condition
