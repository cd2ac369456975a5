"""What an index held at a moment, while it goes on: for answers that let others have their turn on the way."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from app.authz.engine.index.reader import Standing, StoreReader
from app.authz.engine.index.store import Change, Place
from app.authz.engine.lookups import Fact, Holding, Lookup
from app.authz.engine.overlay import FactReader
from app.authz.engine.resolve import Ruleset
from app.authz.engine.turns import Turns
from app.authz.types.tuples import TupleKey


class View:
    """A reader of one state: it is told of what changes, and takes that back when it reads.

    Made by `Index.view`. Nothing is copied: as long as nothing has changed, the index itself answers.

    Args:
        places: the relations that are read; what changes elsewhere does not count. None for all.

    Attributes:
        rules: the models of the moment.
        is_current: nothing has changed since.
        is_lost: other models came into force; the answer has to be found anew.
    """

    __slots__ = ("_came", "_past", "_places", "_reader", "is_current", "is_lost", "rules")

    def __init__(self, rules: Ruleset, reader: StoreReader, places: AbstractSet[Place] | None = None) -> None:
        self.rules = rules
        self._places = places
        self.is_current, self.is_lost = True, False
        self._reader = reader
        # Every key that changed; what stood there at the moment is in the past.
        self._came: set[TupleKey] = set()
        self._past = FactReader(())

    def note(self, change: Change) -> None:
        """Something changed: of each key the first time counts."""
        if self._places is not None and (change.table.kind.id, change.table.relation) not in self._places:
            return
        self.is_current = False
        fact = self._reader.fact((change.table, change.entity, change.node, change.condition))
        if fact.key not in self._came:
            self._came.add(fact.key)
            if not change.is_new:
                self._past.add(fact)

    def lose(self) -> None:
        """The models are replaced."""
        self.is_current, self.is_lost = False, True

    def fact(self, standing: Standing) -> Fact:
        """A tuple in words."""
        return self._reader.fact(standing)

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        """The facts of each lookup.

        Raises:
            WorkExceeded: one of them has more than a question may touch.
        """
        turns, found = Turns(), []
        for lookup in lookups:
            await turns.breathe()
            facts = self._reader.facts(lookup)
            found.append(facts if self.is_current else [*self._unchanged(facts), *self._past.facts(lookup)])
        return found

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        """The facts of each holding."""
        turns, found = Turns(), []
        for holding in holdings:
            await turns.breathe()
            # INVARIANT: from here to the words of it nothing is awaited that changes what is read.
            standings = self._reader.standings(holding)
            came, past = frozenset(self._came), self._past.holdings(holding) if self._came else []
            facts: list[Fact] = []
            for each in standings:
                if turns.is_over:
                    await turns.breathe()
                fact = self._reader.fact(each)
                if fact.key not in came:
                    facts.append(fact)
            found.append([*facts, *past])
        return found

    def _unchanged(self, facts: Sequence[Fact]) -> list[Fact]:
        return [each for each in facts if each.key not in self._came]
