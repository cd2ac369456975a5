"""Lists with any reader: candidates first, then, where it is needed, a check of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from operator import eq
from typing import NamedTuple, TypeAlias, overload

from app.authz.engine.lookups import Fact, Node, TupleReader
from app.authz.engine.objects import Search
from app.authz.engine.overlay import Overlay
from app.authz.engine.paths import Graph
from app.authz.engine.policies import Judgement, PolicyInput, PolicyVerdict, judge_policies
from app.authz.engine.resolve import MAX_SECONDS, Resolution, Ruleset, resolve
from app.authz.engine.subjects import Descent
from app.authz.engine.turns import NO_TURNS, Turns
from app.authz.errors import TooSlow
from app.authz.types.answers import Check, Context, Decision
from app.authz.types.tuples import EVERY, EntityRef, RelationTuple, SubjectRef

# Candidates that are checked together; in memory it is the time of one turn that counts, not the round trip.
_BATCH = 500
_BATCH_IN_MEMORY = 20


@dataclass(frozen=True, slots=True)
class ObjectQuery:
    """Which entities of a type can the subject do this to?"""

    subject: SubjectRef
    action: str
    type: str
    context: Context
    contextual: tuple[RelationTuple, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectQuery:
    """Which subjects of a kind can do this to the entity? With a relation, which usersets."""

    entity: EntityRef
    action: str
    type: str
    relation: str
    context: Context
    contextual: tuple[RelationTuple, ...] = ()


class FoundObject(NamedTuple):
    """An entity that was found; `*` is every entity. Undecided ones need a live check with more context."""

    id: str
    is_decided: bool = True


class FoundObjects(Sequence[FoundObject]):
    """Entities that were found, in the order of their ids; an object is made of each only when it is looked at.

    Attributes:
        ids: all of them; `undecided`: those of them that are not decided.
    """

    __slots__ = ("ids", "undecided")

    def __init__(self, ids: Sequence[str], undecided: AbstractSet[str] = frozenset()) -> None:
        self.ids = ids
        self.undecided = undecided

    @classmethod
    def of(cls, found: Sequence[FoundObject]) -> FoundObjects:
        """The same as one of these."""
        return cls([each.id for each in found], {each.id for each in found if not each.is_decided})

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, index: int) -> FoundObject: ...
    @overload
    def __getitem__(self, index: slice) -> FoundObjects: ...
    def __getitem__(self, index: int | slice) -> FoundObject | FoundObjects:
        if isinstance(index, slice):
            return FoundObjects(self.ids[index], self.undecided)
        found = self.ids[index]
        return FoundObject(found, found not in self.undecided)

    def __iter__(self) -> Iterator[FoundObject]:
        return (FoundObject(each, each not in self.undecided) for each in self.ids)


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A subject that was found, with the tuples that lead from the entity to it."""

    subject: SubjectRef
    way: tuple[Fact, ...]
    is_decided: bool = True


# A page of them in its direction, and how many there are in all.
SubjectPage: TypeAlias = tuple[Sequence[FoundSubject], int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which part of a list in the order of its ids: so many after a place, or, backward, before it.

    Attributes:
        place: an id, which need not be in the list; None for the beginning, backward for the end.
        is_backward: the last comes first.
    """

    limit: int
    place: str | None = None
    is_backward: bool = False

    def holds(self, found: str) -> bool:
        """Whether an id is on the wanted side of the place."""
        if self.place is None:
            return True
        return found < self.place if self.is_backward else found > self.place


def cut_subjects(found: Sequence[FoundSubject], bounds: Bounds) -> SubjectPage:
    """A page of subjects that are in the order of their ids."""
    rows = reversed(found) if bounds.is_backward else found
    return list(islice((each for each in rows if bounds.holds(each.subject.id)), bounds.limit)), len(found)


async def list_objects(
    rules: Ruleset, graph: Graph, reader: TupleReader, query: ObjectQuery, judge: Judgement = judge_policies
) -> list[FoundObject]:
    """The entities in the order of their ids, `*` first; it is not decided where single ones may be excepted.

    Raises:
        WorkExceeded: too many to be found.
        ConditionUndecided, TooSlow: never; those are entities that are not decided.
    """
    relation = _relation(rules, query.type, query.action)
    target = (query.type, relation)
    search = Search(rules.schema, graph, query.subject, [target])
    await search.run(Overlay(reader, query.contextual) if query.contextual else reader)
    ids = sorted(search.ids[target])
    is_self = (query.subject.type, query.subject.relation) == target
    has_policy = search.met_policy or _has_policy(rules, query.type, query.action)
    if target in graph.plain and not is_self and not has_policy:
        return [FoundObject(each) for each in ids]
    checks = [
        Check(query.subject, query.action, EntityRef(query.type, each), query.context, query.contextual) for each in ids
    ]
    answers = await check_all(rules, reader, checks, judge=judge)
    decisions = {each: answer.decision for each, answer in zip(ids, answers, strict=True)}
    if EVERY in decisions:
        exceptions = 2 if has_policy else max(graph.subtractions[target], is_self)
        decisions[EVERY] = decide_every(decisions[EVERY], exceptions)
    return [
        FoundObject(each, decision is Decision.ALLOWED)
        for each, decision in decisions.items()
        if decision is not Decision.DENIED
    ]


def decide_every(decision: Decision, exceptions: int) -> Decision:
    """What holds for every entity: `but not` may except single ones, and one within another let them in again.

    So does a policy. A userset that is asked about its own relation is an exception: it is no subject of itself.
    """
    if exceptions == 0 or (exceptions == 1 and decision is Decision.DENIED):
        return decision
    return Decision.UNDECIDED


async def list_subjects(
    rules: Ruleset,
    graph: Graph,
    reader: TupleReader,
    query: SubjectQuery,
    *,
    turns: Turns = NO_TURNS,
    judge: Judgement = judge_policies,
) -> list[FoundSubject]:
    """Subjects that have a way of their own, in the order of their ids; everyone of the type as `type:*`.

    That somebody passes the models by as well makes no difference.

    Args:
        turns: those of others, where the reader never waits.

    Raises:
        WorkExceeded: too many to be found.
    """
    node = Node(query.entity.type, query.entity.id, _relation(rules, query.entity.type, query.action))
    descent = Descent(rules.schema, node)
    await descent.run(Overlay(reader, query.contextual) if query.contextual else reader, turns)
    found = sorted(_of_kind(descent.found, query), key=lambda each: each.subject.id)
    is_plain = (node.type, node.relation) in graph.plain
    if is_plain and not descent.met_policy and not _has_policy(rules, query.entity.type, query.action):
        return found
    checks = [Check(each.subject, query.action, query.entity, query.context, query.contextual) for each in found]
    answers = await check_all(rules.without_bypasses(), reader, checks, turns=turns, judge=judge)
    return [
        FoundSubject(each.subject, each.way, answer.decision is Decision.ALLOWED)
        for each, answer in zip(found, answers, strict=True)
        if answer.decision is not Decision.DENIED
    ]


async def check_all(
    rules: Ruleset,
    reader: TupleReader,
    checks: Sequence[Check],
    *,
    turns: Turns = NO_TURNS,
    judge: Judgement = judge_policies,
) -> list[Resolution]:
    """Check candidates in batches.

    Raises:
        TooSlow: all of them together take too long.
    """
    answers: list[Resolution] = []
    together = _BATCH if turns is NO_TURNS else _BATCH_IN_MEMORY
    spent = Turns()

    async def ask(questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
        return await spent.wait_for(judge(questions))

    for start in range(0, len(checks), together):
        if spent.spent_seconds > MAX_SECONDS:
            raise TooSlow
        answers += await resolve(rules, reader, checks[start : start + together], judge=ask)
        await turns.breathe()
    return answers


def _of_kind(found: Mapping[SubjectRef, tuple[Fact, ...]], query: SubjectQuery) -> Iterable[FoundSubject]:
    for subject, way in found.items():
        if (subject.type, subject.relation) == (query.type, query.relation):
            yield FoundSubject(subject, way)


def _relation(rules: Ruleset, type_name: str, action: str) -> str:
    permission = rules.schema.permission(type_name, action)
    return permission.relation if permission else action


def _has_policy(rules: Ruleset, type_name: str, action: str) -> bool:
    permission = rules.schema.permission(type_name, action)
    return permission is not None and permission.policy is not None
