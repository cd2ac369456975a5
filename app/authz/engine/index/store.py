"""All tuples: those that count in tables, those that the models do not allow and those to come aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.authz.engine.index.numbers import Numbers
from app.authz.engine.index.rows import Entry, Key, Row, entry_of
from app.authz.engine.index.schedule import Schedule
from app.authz.engine.index.tables import Allowed, Table
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
        """Sort the tuples by what the models of a schema allow."""
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
        entries = [*self._entries(table), *self.aside.pop((table.kind.id, table.relation), {}).values()]
        table.clear()
        table.allowed = allowed
        for entry in entries:
            for _ in self._put(entry):
                pass

    def _entries(self, table: Table) -> Iterator[Entry]:
        name_of, kind = self.numbers.name_of, table.kind.id
        for entity, node, condition in table.tuples():
            yield Entry(Key(kind, self.numbers.ids[entity], table.relation, *name_of(node)), condition)

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
