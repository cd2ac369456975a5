"""All tuples: those that count in tables, those that the models do not allow and those to come aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.authz.engine.index.containers import each_of
from app.authz.engine.index.numbers import MASK, Numbers
from app.authz.engine.index.rows import Entry, Key, Row, entry_of
from app.authz.engine.index.schedule import Schedule
from app.authz.engine.index.tables import Allowed, SubjectPart, Table
from app.authz.engine.schema import CompiledRelation, Schema
from app.authz.types.tuples import EVERY, ConditionRef

Place = tuple[int, str]


class Change(NamedTuple):
    """A tuple that came into a table (`is_new`) or left it."""

    table: Table
    entity: int
    node: int
    condition: ConditionRef | None
    is_new: bool


class Store:
    """Tuples by type and relation. It says what changed; whoever derives something from it has to follow."""

    def __init__(self) -> None:
        self.numbers = Numbers()
        self.tables: dict[Place, Table] = {}
        self.aside: dict[Place, dict[Key, Entry]] = {}
        self.schedule = Schedule()

    def table(self, type_id: int, relation: str) -> Table:
        """The table of a relation."""
        found = self.tables.get((type_id, relation))
        if found is None:
            found = self.tables[type_id, relation] = Table(self.numbers.kind(type_id), relation)
        return found

    def insert(self, row: Row, now: datetime) -> Iterator[Change]:
        """Add a row, in place of one of the same key; what has ended is left out, what has not begun waits."""
        entry, starts_at, expires_at = entry_of(row), row[8], row[9]
        yield from self._take(entry.key)
        if expires_at is not None and expires_at <= now:
            return
        if starts_at is not None and starts_at > now:
            self.schedule.plan(entry, starts_at, expires_at)
            return
        if expires_at is not None:
            self.schedule.plan(entry, None, expires_at)
        yield from self._put(entry)

    def remove(self, row: Row) -> Iterator[Change]:
        """Remove the row of this key, if there is one."""
        return self._take(Key(*row[:6]))

    def take_due(self, now: datetime) -> Iterator[Change]:
        """Let begin and end what is due."""
        for entry, begins in self.schedule.take(now):
            yield from self._put(entry) if begins else self._lift(entry.key)

    def adopt(self, schema: Schema) -> None:
        """Sort the tuples by what the models of a schema allow. Only those are looked at of which that changes."""
        wanted: dict[Place, Allowed] = {}
        for compiled in schema.types.values():
            self.numbers.kind(compiled.id)
            for name, relation in compiled.relations.items():
                wanted[compiled.id, name] = self._allowed(schema, relation)
        for place in wanted:
            self.table(*place)
        for place, table in self.tables.items():
            allowed = wanted.get(place, {})
            if allowed != table.allowed:
                self._sort_anew(table, allowed)

    def _allowed(self, schema: Schema, relation: CompiledRelation) -> Allowed:
        offset = self.numbers.offset
        return {
            (schema.types[name].id, offset(userset), is_star): conditions
            for (name, userset, is_star), conditions in relation.conditions.items()
            if name in schema.types
        }

    def _sort_anew(self, table: Table, allowed: Allowed) -> None:
        place, before = (table.kind.id, table.relation), table.allowed
        shrunk = {part for part, found in before.items() if not found <= allowed.get(part, frozenset())}
        table.allowed = allowed
        refused = list(self._refused(table, shrunk)) if shrunk else []
        if any(not found <= before.get(part, frozenset()) for part, found in allowed.items()):
            for entry in self.aside.pop(place, {}).values():
                for _ in self._put(entry):
                    pass
        for entity, node, condition in refused:
            table.take(entity, node)
            key = Key(table.kind.id, self.numbers.ids[entity], table.relation, *self.numbers.name_of(node))
            self.aside.setdefault(place, {})[key] = Entry(key, condition)

    def _refused(self, table: Table, parts: set[SubjectPart]) -> Iterator[tuple[int, int, ConditionRef | None]]:
        """The tuples of these kinds of subjects that a table does not admit any more."""
        for node, entities in table.held.items():
            part = self._part_of(node)
            if part in parts and not table.admits(part, None):
                yield from ((entity, node, None) for entity in each_of(entities))
        for node, named in table.held_conditioned.items():
            part = self._part_of(node)
            for entity in each_of(named) if part in parts else ():
                condition = table.conditioned[entity][node]
                if not table.admits(part, condition.name):
                    yield entity, node, condition

    def _part_of(self, node: int) -> SubjectPart:
        return *self.numbers.part_of(node), self.numbers.is_star(node & MASK)

    def _put(self, entry: Entry) -> Iterator[Change]:
        key, condition = entry
        table = self.tables.get((key.entity_type, key.relation))
        part = (key.subject_type, self.numbers.offset(key.subject_relation), key.subject_id == EVERY)
        if table is None or not table.admits(part, condition.name if condition else None):
            self.aside.setdefault((key.entity_type, key.relation), {})[key] = entry
            return
        entity = self.numbers.number(key.entity_type, key.entity_id)
        node = self.numbers.number(key.subject_type, key.subject_id)
        if part[1]:
            node |= part[1]
        table.put(entity, node, condition, self.numbers)
        yield Change(table, entity, node, condition, is_new=True)

    def _take(self, key: Key) -> Iterator[Change]:
        self.schedule.forget(key)
        return self._lift(key)

    def _lift(self, key: Key) -> Iterator[Change]:
        aside = self.aside.get((key.entity_type, key.relation))
        if aside is not None and aside.pop(key, None) is not None:
            if not aside:
                del self.aside[key.entity_type, key.relation]
            return
        table = self.tables.get((key.entity_type, key.relation))
        entity = self.numbers.find(key.entity_type, key.entity_id)
        subject = self.numbers.find(key.subject_type, key.subject_id)
        if table is None or entity is None or subject is None:
            return
        node = subject | self.numbers.offset(key.subject_relation)
        conditioned = table.conditioned.get(entity)
        condition = conditioned.get(node) if conditioned else None
        if table.take(entity, node):
            yield Change(table, entity, node, condition, is_new=False)

    def places_with_policies(self) -> frozenset[Place]:
        """The relations of which tuples have a policy."""
        return frozenset(place for place, table in self.tables.items() if table.policies)

    def statistics(self) -> dict[str, int]:
        """Counts that depend on the tuples alone, not on how they came."""
        tables = self.tables.values()
        return {
            "tuples": sum(map(len, tables)),
            "conditioned": sum(len(named) for table in tables for named in table.conditioned.values()),
            "ignored": sum(map(len, self.aside.values())),
            "scheduled": len(self.schedule),
            "waiting": self.schedule.waiting(),
            "entities": sum(len(table.grants) for table in tables),
            "subjects": sum(len(table.held) for table in tables),
            "every": sum(kind.stars for kind in self.numbers.kinds.values()),
        }
