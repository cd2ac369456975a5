"""Worlds as rows, and the index as one way of answering."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from app.authz.engine.index import Index, Row
from app.authz.engine.listing import Bounds, FoundObject, FoundSubject, ObjectQuery, SubjectQuery
from app.authz.engine.resolve import Pending, Resolution, Ruleset
from app.authz.engine.schema import Schema, build_schema
from app.authz.language.text import parse_model
from app.authz.language.tuple_text import parse_subject, parse_tuple
from app.authz.types import Check, Decision, Model, RelationTuple

EVERYTHING = 1_000_000


def make_schema(text: str, *, system: str = "") -> Schema:
    """The schema of a model in the text language, its types numbered from 1."""
    model, own = parse_model(text), parse_model(system) if system else Model()
    names = [each.name for each in (*own.types, *model.types)]
    return build_schema(own, {"": model}, {("", name): n for n, name in enumerate(names, start=1)})


def row_of(schema: Schema, each: RelationTuple) -> Row:
    """A tuple as it is stored."""
    key, condition = each.key, each.condition
    context = orjson.dumps(dict(condition.context)).decode() if condition and condition.context else None
    return Row(
        schema.types[key.entity_type].id,
        key.entity_id,
        key.relation,
        schema.types[key.subject_type].id,
        key.subject_id,
        key.subject_relation,
        condition.name if condition else None,
        context,
        each.starts_at,
        each.expires_at,
    )


def row(schema: Schema, text: str, *, starts_at: datetime | None = None, expires_at: datetime | None = None) -> Row:
    """The row of a tuple in words: `doc:1#viewer@user:anne`."""
    return row_of(schema, RelationTuple(parse_tuple(text), None, starts_at, expires_at))


def make_index(schema: Schema, *tuples: str) -> Index:
    """An index of tuples in words."""
    return Index.build(Ruleset(schema), [row(schema, each) for each in tuples], 1)


def put(index: Index, *tuples: str) -> None:
    """Write tuples."""
    index.apply(index.revision + 1, [], [row(index.rules.schema, each) for each in tuples])


def drop(index: Index, *tuples: str) -> None:
    """Delete tuples."""
    index.apply(index.revision + 1, [row(index.rules.schema, each) for each in tuples], [])


def is_allowed(index: Index, subject: str, action: str, entity: str, **context: object) -> bool:
    """Whether a check allows: what may be remembered, and found anew it is the same."""
    found = parse_subject(subject)
    assert found is not None
    kind, _, entity_id = entity.partition(":")
    said = index.check(found.type, found.id, found.relation, action, kind, entity_id, context)
    index.answers.clear()
    answer = index.check(found.type, found.id, found.relation, action, kind, entity_id, context)
    assert not isinstance(answer, Pending)
    assert said == answer
    return answer.decision is Decision.ALLOWED


class Indexed:
    """The index over the tuples of a world."""

    def __init__(self, index: Index) -> None:
        self.index = index

    async def check(self, checks: Sequence[Check]) -> list[Decision]:
        return [each.decision for each in await self.index.check_many(checks)]

    async def list_objects(self, query: ObjectQuery) -> list[FoundObject]:
        return (await self.index.list_objects(query, limit=EVERYTHING))[0]

    async def list_subjects(self, query: SubjectQuery) -> list[FoundSubject]:
        ((found, total),) = await self.index.list_subjects([query], bounds=Bounds(EVERYTHING))
        assert total == len(found)
        return list(found)


async def make_checker(schema: Schema, tuples: Sequence[RelationTuple]) -> Indexed:
    """The index over tuples, for `assert_agreement`."""
    return Indexed(index_of(schema, tuples))


def index_of(schema: Schema, tuples: Iterable[RelationTuple]) -> Index:
    """An index of tuples."""
    return Index.build(Ruleset(schema), [row_of(schema, each) for each in tuples], 1)


def said(answers: Sequence[Resolution]) -> list[tuple[object, ...]]:
    """Answers so that they can be compared."""
    return [(each.decision, each.problem.code if each.problem else None, each.bypass) for each in answers]
