"""Where answers come from: the in-memory index when it is fresh enough, otherwise SQL."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Final, Protocol

from app.authz.engine.grants import Grant, find_grants
from app.authz.engine.index import Index
from app.authz.engine.joining import JoiningReader
from app.authz.engine.listing import (
    Bounds,
    FoundObjects,
    ObjectQuery,
    SubjectPage,
    SubjectQuery,
    cut_subjects,
    list_objects,
    list_subjects,
)
from app.authz.engine.lookups import TupleReader
from app.authz.engine.policies import Judgement
from app.authz.engine.resolve import Resolution, resolve
from app.authz.engine.schema import CompiledType
from app.authz.queries.head import WRITING, Head, read_head
from app.authz.service.consistency import Revision, encode_revision
from app.authz.service.follower import Follower, active_follower
from app.authz.service.measures import note_walk
from app.authz.service.own_writes import last_own_write
from app.authz.service.schemas import Compiled
from app.authz.service.snapshots import NEWEST, Snapshot, open_sql_snapshot, wanted_revision
from app.authz.types.answers import Check, Freshness, FreshnessMode, PlainQuestion, Source
from app.authz.types.tuples import EntityRef, SubjectRef
from app.kit.crypto import Keyring
from app.kit.db import is_marked
from app.kit.runtime import keyring
from app.kit.sharing import Shared

# More entities than any list shows.
EVERYTHING: Final = 1_000_000

_heads: Final[Shared[None, Head]] = Shared()


class AnswerSource(Protocol):
    """One state of tuples and models, and the ways to answer from it."""

    compiled: Compiled
    reader: TupleReader
    token: str
    kind: Source

    async def check(self, questions: Sequence[Check], *, judge: Judgement) -> list[Resolution]:
        """Answer checks in their order. `judge` has the word of policies, here and below."""
        ...

    async def ask(self, questions: Sequence[PlainQuestion], *, judge: Judgement) -> list[Resolution]:
        """Answer checks without contextual tuples in their order."""
        ...

    async def list_objects(
        self, query: ObjectQuery, *, judge: Judgement, after: str | None = None, limit: int = EVERYTHING
    ) -> tuple[FoundObjects, int]:
        """The entities that a subject can do something to, by id, and how many there are in all."""
        ...

    async def list_subjects(
        self, queries: Sequence[SubjectQuery], *, bounds: Bounds, judge: Judgement
    ) -> list[SubjectPage]:
        """A page of the subjects of each query, by id, and how many there are in all."""
        ...

    async def find_grants(self, subject: SubjectRef, types: Sequence[CompiledType]) -> tuple[list[Grant], bool]:
        """All permissions of a subject on some types, and whether single entities were left out."""
        ...

    def joined(self) -> AnswerSource:
        """The same state for questions that are asked side by side: what they look up at once is one round trip."""
        ...


class SqlSource:
    """Answers by SQL: correct for any model, any size, any kept snapshot."""

    kind = Source.SQL

    def __init__(self, snapshot: Snapshot) -> None:
        self.compiled = snapshot.compiled
        self.reader = snapshot.reader
        self.token = snapshot.token

    async def check(self, questions: Sequence[Check], *, judge: Judgement) -> list[Resolution]:
        return await resolve(self.compiled.rules, self.reader, questions, observe=note_walk, judge=judge)

    async def ask(self, questions: Sequence[PlainQuestion], *, judge: Judgement) -> list[Resolution]:
        return await self.check([to_check(each) for each in questions], judge=judge)

    async def list_objects(
        self, query: ObjectQuery, *, judge: Judgement, after: str | None = None, limit: int = EVERYTHING
    ) -> tuple[FoundObjects, int]:
        found = await list_objects(self.compiled.rules, self.compiled.graph, self.reader, query, judge)
        rest = found if after is None else [each for each in found if each.id > after]
        return FoundObjects.of(rest[:limit]), len(found)

    async def list_subjects(
        self, queries: Sequence[SubjectQuery], *, bounds: Bounds, judge: Judgement
    ) -> list[SubjectPage]:
        rules, graph = self.compiled.rules, self.compiled.graph
        return [
            cut_subjects(await list_subjects(rules, graph, self.reader, each, judge=judge), bounds) for each in queries
        ]

    async def find_grants(self, subject: SubjectRef, types: Sequence[CompiledType]) -> tuple[list[Grant], bool]:
        return await find_grants(self.compiled.rules, self.compiled.graph, self.reader, subject, types)

    def joined(self) -> AnswerSource:
        made = copy(self)
        made.reader = JoiningReader(self.reader)
        return made


class IndexSource:
    """Answers from memory, at the revision that this process has applied."""

    kind = Source.INDEX

    def __init__(self, index: Index, compiled: Compiled) -> None:
        self.compiled = compiled
        self.reader: TupleReader = index
        self.token = _token_of(index.revision, compiled.schema.revision, keyring())
        self._index = index

    async def check(self, questions: Sequence[Check], *, judge: Judgement) -> list[Resolution]:
        return await self._index.check_many(questions, judge=judge)

    async def ask(self, questions: Sequence[PlainQuestion], *, judge: Judgement) -> list[Resolution]:
        return await self._index.ask_many(questions, judge=judge)

    async def list_objects(
        self, query: ObjectQuery, *, judge: Judgement, after: str | None = None, limit: int = EVERYTHING
    ) -> tuple[FoundObjects, int]:
        return await self._index.list_objects(query, after=after, limit=limit, judge=judge)

    async def list_subjects(
        self, queries: Sequence[SubjectQuery], *, bounds: Bounds, judge: Judgement
    ) -> list[SubjectPage]:
        return await self._index.list_subjects(queries, bounds=bounds, judge=judge)

    async def find_grants(self, subject: SubjectRef, types: Sequence[CompiledType]) -> tuple[list[Grant], bool]:
        return await self._index.find_grants(subject, [each.full_name for each in types])

    def joined(self) -> AnswerSource:
        return self


@lru_cache(maxsize=16)
def _token_of(revision: int, model_revision: int, _keys: Keyring) -> str:
    return encode_revision(Revision(revision, model_revision))


def to_check(question: PlainQuestion) -> Check:
    """The same question as an object."""
    subject, action, entity_type, entity_id, context = question
    return Check(subject, action, EntityRef(entity_type, entity_id), context)


def to_plain(question: Check) -> PlainQuestion:
    """The same question without its contextual tuples, and without an object."""
    entity = question.entity
    return question.subject, question.action, entity.type, entity.id, question.context


async def open_own_source() -> AnswerSource:
    """The source for what is handed out and kept: the index if it has all that this process committed.

    What other processes committed comes by their notification, within milliseconds, as for checks. In a unit of work
    that writes tuples it is the database.
    """
    follower = active_follower()
    if follower is not None and follower.is_fresh and not await follower.reach(last_own_write()):
        return SqlSource(await open_sql_snapshot(NEWEST))
    return await open_source(Freshness())


async def open_source(freshness: Freshness) -> AnswerSource:
    """The source for a question: the index if it is there and fresh enough.

    In a unit of work that writes tuples it is the database, so that the unit's own writes count.

    Raises:
        TokenInvalid, RevisionAhead, RevisionGone: of the freshness.
    """
    follower = active_follower()
    if follower is None or is_marked(WRITING) or not await _is_fresh_enough(follower, freshness):
        return SqlSource(await open_sql_snapshot(freshness))
    return _of_index(follower)


async def open_standing_source() -> AnswerSource:
    """The source for what many ask again and again without a reason: newest, as far as was heard of changes.

    Which revision is the last one is read once for all who ask within half a second, or since the last change that was
    heard of (`forget_heads`).
    """
    follower = active_follower()
    if follower is not None and follower.is_fresh and not is_marked(WRITING):
        head = await _heads.get(None, read_head)
        if await follower.reach(head.revision):
            return _of_index(follower)
    return SqlSource(await open_sql_snapshot(NEWEST))


def forget_heads() -> None:
    """Read the last revision anew from now on: something has changed."""
    _heads.forget()


def _of_index(follower: Follower) -> IndexSource:
    index, compiled = follower.index, follower.compiled
    assert index is not None
    assert compiled is not None
    return IndexSource(index, compiled)


async def _is_fresh_enough(follower: Follower, freshness: Freshness) -> bool:
    if freshness.mode is FreshnessMode.AT_EXACT_SNAPSHOT or not follower.is_fresh:
        return False
    if freshness.mode is FreshnessMode.AT_LEAST_AS_FRESH:
        return await follower.reach(wanted_revision(freshness).number)
    if freshness.mode is FreshnessMode.FULLY_CONSISTENT:
        return await follower.reach((await read_head()).revision)
    return True
