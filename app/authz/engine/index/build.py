"""Fills an index: all rows first, as bare numbers in columns, then the tables, relation by relation.

Entities are numbered in the order of their ids, so that a bitmap of them is a list in order.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterable

from pyroaring import BitMap

from app.authz.engine.index.containers import MAX_ENTITY_TUPLE, EntitySet, NodeSet, add_node
from app.authz.engine.index.index import Index
from app.authz.engine.index.rows import Row
from app.authz.engine.index.store import Store
from app.authz.engine.index.tables import Table
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import Schema
from app.authz.types.tuples import EVERY
from app.kit import clock
from app.kit.memory import give_back

# What rows of one part have in common: type and relation; of the subject type and relation, whether it is `*`.
_Part = tuple[int, str, int, str, bool]


class _Column:
    """Rows of one part: the places of their ids among all ids of the type."""

    __slots__ = ("entities", "entity_ids", "subject_ids", "subjects")

    def __init__(self, entity_ids: dict[str, int], subject_ids: dict[str, int]) -> None:
        self.entity_ids, self.subject_ids = entity_ids, subject_ids
        self.entities, self.subjects = array("I"), array("I")


class Builder:
    """Takes rows in any number of batches, then gives the index.

    Args:
        rules: the models in force; each type has an id of its own.
    """

    def __init__(self, rules: Ruleset) -> None:
        check_ids(rules.schema)
        self._rules = rules
        self._ids: dict[int, dict[str, int]] = {compiled.id: {} for compiled in rules.schema.types.values()}
        self._columns: dict[_Part, _Column | None] = {}
        self._special: list[Row] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows, each of a key of its own."""
        columns, special = self._columns, self._special
        for row in rows:
            entity_type, entity_id, relation, subject_type, subject_id, subject_relation, condition, _, begin, end = row
            part = (entity_type, relation, subject_type, subject_relation, subject_id == EVERY)
            try:
                column = columns[part]
            except KeyError:
                column = columns[part] = self._column(part)
            if column is None or condition is not None or begin is not None or end is not None:
                special.append(row)
                continue
            ids = column.entity_ids
            column.entities.append(ids.setdefault(entity_id, len(ids)))
            ids = column.subject_ids
            column.subjects.append(ids.setdefault(subject_id, len(ids)))

    def _column(self, part: _Part) -> _Column | None:
        """Where rows of a part go, None if the models do not allow them, or not without a condition."""
        entity_type, name, subject_type, userset, is_star = part
        schema = self._rules.schema
        compiled, subject = schema.by_id.get(entity_type), schema.by_id.get(subject_type)
        relation = compiled.relations.get(name) if compiled else None
        if relation is None or subject is None:
            return None
        allowed = relation.conditions.get((subject.full_name, userset, is_star))
        if allowed is None or None not in allowed:
            return None
        return _Column(self._ids[entity_type], self._ids[subject_type])

    def finish(self, revision: int) -> Index:
        """The index of all rows at this revision. The builder is empty afterwards."""
        was_collecting = gc.isenabled()
        gc.disable()
        try:
            store = Store()
            places = {type_id: store.numbers.number_all(type_id, ids) for type_id, ids in self._ids.items()}
            store.adopt(self._rules.schema)
            self._fill(store, places)
            for table in store.tables.values():
                table.compact()
            now = clock.now()
            for row in self._special:
                for _ in store.insert(row, now):
                    pass
            self._ids, self._special = {}, []
            del places
            give_back()
            return Index(self._rules, store, revision)
        finally:
            if was_collecting:
                gc.enable()

    def _fill(self, store: Store, places: dict[int, list[int]]) -> None:
        usersets: dict[tuple[int, str], list[int]] = {}
        while self._columns:
            (entity_type, name, subject_type, userset, _), column = self._columns.popitem()
            if column is None:
                continue
            nodes = places[subject_type]
            if userset:
                shared = usersets.setdefault((subject_type, userset), [0] * len(nodes))
                nodes = _with_usersets(shared, nodes, column.subjects, store.numbers.offset(userset))
            entities = list(map(places[entity_type].__getitem__, column.entities))
            _fill(store.table(entity_type, name), entities, list(map(nodes.__getitem__, column.subjects)))


def check_ids(schema: Schema) -> None:
    """Rows refer to types by id: each needs one of its own.

    Raises:
        ValueError: two types have one.
    """
    if len(schema.by_id) != len(schema.types):
        raise ValueError("types of the schema share an id")


def _with_usersets(known: list[int], places: list[int], wanted: array[int], offset: int) -> list[int]:
    """Nodes of usersets by place, those wanted among them: one object for each, whatever names it."""
    for place in wanted:
        if not known[place]:
            known[place] = places[place] | offset
    return known


def _fill(table: Table, entities: list[int], nodes: list[int]) -> None:
    star = table.kind.star
    table.kind.stars += entities.count(star)
    _fill_grants(table.grants, entities, nodes)
    _fill_held(table.held, entities, nodes)


def _fill_grants(grants: dict[int, NodeSet], entities: list[int], nodes: list[int]) -> None:
    for entity, node in zip(entities, nodes, strict=True):
        found = grants.setdefault(entity, node)
        if found is not node:
            grants[entity] = add_node(found, node)


def _fill_held(held: dict[int, EntitySet], entities: list[int], nodes: list[int]) -> None:
    growing: dict[int, list[int]] = {}
    for entity, node in zip(entities, nodes, strict=True):
        found = held.setdefault(node, entity)
        if found is not entity:
            more = growing.get(node)
            if more is None:
                growing[node] = [entity]
            else:
                more.append(entity)
    for node, more in growing.items():
        before = held[node]
        if isinstance(before, BitMap):
            before.update(more)
            continue
        every = (before, *more) if isinstance(before, int) else (*before, *more)
        held[node] = BitMap(every) if len(every) > MAX_ENTITY_TUPLE else every
