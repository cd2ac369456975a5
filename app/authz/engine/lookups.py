"""What the engine asks of stored tuples, and what it gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from app.authz.types.tuples import ConditionRef, SubjectRef, TupleKey


class Node(NamedTuple):
    """A userset: whoever has the relation to the entity."""

    type: str
    id: str
    relation: str

    def __str__(self) -> str:
        return f"{self.type}:{self.id}#{self.relation}"


class Fact(NamedTuple):
    """A tuple that holds now. Its entity id is `*` when it speaks of every entity."""

    key: TupleKey
    condition: ConditionRef | None = None


class Lookup(NamedTuple):
    """Tuples of a node, those that speak of every entity of its type included.

    Attributes:
        subject: those that name this subject, or everyone of its type.
        usersets: those that name a userset.
        everybody: all of them, whatever they name.
    """

    node: Node
    subject: SubjectRef | None = None
    usersets: bool = False
    everybody: bool = False


class Holding(NamedTuple):
    """Tuples of one type and relation in which a subject itself stands; with `any_id`, any of its kind."""

    subject: SubjectRef
    type: str
    relation: str
    any_id: bool = False


class TupleReader(Protocol):
    """Reads tuples of one snapshot that hold at one moment. Each call is one round trip.

    Raises:
        WorkExceeded: one lookup gives more tuples than a question may read.
    """

    async def read(self, lookups: Sequence[Lookup]) -> Sequence[Sequence[Fact]]:
        """The facts of each lookup, in the order of the lookups."""
        ...

    async def read_holdings(self, holdings: Sequence[Holding]) -> Sequence[Sequence[Fact]]:
        """The facts of each holding, in the order of the holdings."""
        ...
