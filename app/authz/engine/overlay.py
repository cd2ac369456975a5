"""Tuples that count for one question only, laid over stored ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.authz.engine.lookups import Fact, Holding, Lookup, Node, TupleReader
from app.authz.engine.walk import names
from app.authz.types.tuples import EVERY, RelationTuple, SubjectRef, TupleKey
from app.kit import clock


class Overlay:
    """A reader that adds contextual tuples to what another one reads.

    One of the same key replaces the stored one, also when it has not begun or is over: then neither counts.
    """

    def __init__(self, reader: TupleReader, contextual: Iterable[RelationTuple]) -> None:
        self._reader = reader
        given, now = list(contextual), clock.now()
        self._replaced = {each.key for each in given}
        self._facts = {each.key: Fact(each.key, each.condition) for each in given if _counts_at(now, each)}

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        stored = await self._reader.read(lookups)
        return [
            self._merge(facts, (fact for fact in self._facts.values() if _matches(lookup, fact.key)))
            for lookup, facts in zip(lookups, stored, strict=True)
        ]

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        stored = await self._reader.read_holdings(holdings)
        return [
            self._merge(facts, (fact for fact in self._facts.values() if _is_holding(holding, fact.key)))
            for holding, facts in zip(holdings, stored, strict=True)
        ]

    def _merge(self, stored: Sequence[Fact], contextual: Iterable[Fact]) -> list[Fact]:
        return [*(fact for fact in stored if fact.key not in self._replaced), *contextual]


class FactReader:
    """A reader of tuples in memory: for assertions of models, and where nothing is stored."""

    def __init__(self, tuples: Iterable[RelationTuple]) -> None:
        self._by_entity: dict[tuple[str, str, str], list[Fact]] = {}
        self._by_subject: dict[tuple[str, str, SubjectRef], list[Fact]] = {}
        self._by_kind: dict[tuple[str, str, str, str], list[Fact]] = {}
        for each in tuples:
            self.add(Fact(each.key, each.condition))

    def add(self, fact: Fact) -> None:
        """Add a tuple of a key that is not there."""
        key = fact.key
        self._by_entity.setdefault((key.entity_type, key.entity_id, key.relation), []).append(fact)
        self._by_subject.setdefault((key.entity_type, key.relation, key.subject), []).append(fact)
        kind = (key.entity_type, key.relation, key.subject_type, key.subject_relation)
        self._by_kind.setdefault(kind, []).append(fact)

    def facts(self, lookup: Lookup) -> list[Fact]:
        """The facts of one lookup."""
        return [fact for fact in self._of(lookup.node) if _matches(lookup, fact.key)]

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        return [self.facts(each) for each in lookups]

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        return [self.holdings(each) for each in holdings]

    def _of(self, node: Node) -> list[Fact]:
        own = self._by_entity.get((node.type, node.id, node.relation), [])
        return own if node.id == EVERY else own + self._by_entity.get((node.type, EVERY, node.relation), [])

    def holdings(self, holding: Holding) -> list[Fact]:
        """The facts of one holding."""
        subject = holding.subject
        if holding.any_id:
            return self._by_kind.get((holding.type, holding.relation, subject.type, subject.relation), [])
        return self._by_subject.get((holding.type, holding.relation, subject), [])


def _counts_at(moment: datetime, each: RelationTuple) -> bool:
    return (each.starts_at is None or each.starts_at <= moment) and (
        each.expires_at is None or each.expires_at > moment
    )


def _matches(lookup: Lookup, key: TupleKey) -> bool:
    node = lookup.node
    if key.entity_type != node.type or key.relation != node.relation or key.entity_id not in (node.id, EVERY):
        return False
    if lookup.everybody or (lookup.usersets and key.subject_relation):
        return True
    return lookup.subject is not None and names(key.subject, lookup.subject)


def _is_holding(holding: Holding, key: TupleKey) -> bool:
    if (key.entity_type, key.relation) != (holding.type, holding.relation):
        return False
    if holding.any_id:
        return (key.subject_type, key.subject_relation) == (holding.subject.type, holding.subject.relation)
    return key.subject == holding.subject
