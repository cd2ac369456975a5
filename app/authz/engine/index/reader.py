"""The tables as a reader of tuples: for the walk, for explanations, for lists that check what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.authz.engine.index.containers import NodeSet, each_of
from app.authz.engine.index.numbers import MASK
from app.authz.engine.index.store import Store
from app.authz.engine.index.tables import Table
from app.authz.engine.lookups import Fact, Holding, Lookup
from app.authz.engine.schema import Schema
from app.authz.engine.walk import MAX_WORK
from app.authz.errors import WorkExceeded
from app.authz.types.tuples import EVERY, ConditionRef, SubjectRef, TupleKey


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
                self._fact(table, number, node, condition)
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

    def _fact(self, table: Table, entity: int, node: int, condition: ConditionRef | None) -> Fact:
        kind, subject_id, relation = self._store.numbers.name_of(node)
        names, ids = self._names, self._store.numbers.ids
        key = TupleKey(names[table.kind.id], ids[entity], table.relation, names[kind], subject_id, relation)
        return Fact(key, condition)

    def holdings(self, holding: Holding) -> list[Fact]:
        """The facts of one holding."""
        compiled = self._schema.types.get(holding.type)
        table = self._store.tables.get((compiled.id, holding.relation)) if compiled else None
        if table is None:
            return []
        found: list[Fact] = []
        for node in self._holders(table, holding):
            found += (self._fact(table, entity, node, None) for entity in each_of(table.held.get(node)))
            for entity in each_of(table.held_conditioned.get(node)):
                found.append(self._fact(table, entity, node, table.conditioned[entity][node]))
        return found

    def _holders(self, table: Table, holding: Holding) -> Iterable[int]:
        if not holding.any_id:
            node = self._node(holding.subject)
            return () if node is None else (node,)
        compiled = self._schema.types.get(holding.subject.type)
        part = (compiled.id if compiled else -1, self._store.numbers.offset(holding.subject.relation))
        part_of = self._store.numbers.part_of
        return [node for node in {*table.held, *table.held_conditioned} if part_of(node) == part]

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        return [self.facts(each) for each in lookups]

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        return [self.holdings(each) for each in holdings]


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
