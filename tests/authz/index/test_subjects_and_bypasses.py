"""Who has a relation by tuples stays in the list of those who have it, also when they pass the models by."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.authz.engine.index import Index
from app.authz.engine.listing import Bounds, FoundSubject, SubjectQuery, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.policies import PolicyInput, PolicyVerdict
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import Schema, build_schema
from app.authz.engine.system import system_model
from app.authz.language.text import parse_model
from app.authz.types import ConditionRef, EntityRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.tuples import POLICY_PREFIX
from tests.authz.index.support import row_of

DOC = "cli:doc"
# What the relation is made of, so that each but the first has everybody checked.
KINDS = {
    "plain": "[user, group#member]",
    "condition": "[user, user with open, group#member]",
    "and": "[user, group#member] and known",
    "but not": "[user, group#member] but not blocked",
}


def schema_of(kind: str, *, policy: str = "") -> Schema:
    """A model of an application beside that of Auther itself."""
    model = parse_model(
        f"""
model
  schema 1.1
type doc
  relations
    define known: [user, group#member]
    define blocked: [user]
    define viewer: {KINDS[kind]}
  permissions
    define view: viewer{f" policy {policy}" if policy else ""}
condition open(x: int) {{
  x == 1
}}
"""
    )
    names = [("", each.name) for each in system_model().types] + [("cli", "doc")]
    return build_schema(system_model(), {"cli": model}, {name: n for n, name in enumerate(names, start=1)})


def fact(entity: str, relation: str, subject: str, condition: str = "") -> RelationTuple:
    """A tuple, `doc:1` being one of the application's."""
    kind, _, entity_id = entity.partition(":")
    subject_type, _, rest = subject.partition(":")
    subject_id, _, subject_relation = rest.partition("#")
    key = TupleKey(DOC if kind == "doc" else kind, entity_id, relation, subject_type, subject_id, subject_relation)
    return RelationTuple(key, ConditionRef(condition) if condition else None)


BYPASSES = [
    fact("platform:*", "super_admin", "user:anne"),
    fact("platform:*", "super_admin", "user:root"),
    fact("clients:cli", "full_access", "user:bob"),
    fact("clients:cli", "full_access", "group:g#member"),
]
TUPLES = [
    fact("doc:1", "viewer", "user:anne"),
    fact("doc:1", "viewer", "user:carl"),
    fact("doc:1", "viewer", "group:g#member"),
    fact("group:g", "member", "user:bob"),
    fact("doc:1", "known", "user:anne"),
    fact("doc:1", "known", "user:carl"),
    fact("doc:1", "known", "group:g#member"),
]


async def _refuse_bob(questions: Sequence[PolicyInput]) -> list[PolicyVerdict]:
    return [PolicyVerdict(each.check.subject.id != "bob") for each in questions]


async def found_by(schema: Schema, tuples: Sequence[RelationTuple], kind: str = "user", relation: str = "") -> object:
    """What the index and the engine over tuples list alike."""
    query = SubjectQuery(EntityRef(DOC, "1"), "view", kind, relation, {})
    index = Index.build(Ruleset(schema), [row_of(schema, each) for each in tuples], 1)
    ((found, total),) = await index.list_subjects([query], bounds=Bounds(100), judge=_refuse_bob)
    by_engine = await list_subjects(Ruleset(schema), build_graph(schema), FactReader(tuples), query, judge=_refuse_bob)
    assert _short(found) == _short(by_engine)
    assert total == len(found)
    return _short(found)


def _short(found: Sequence[FoundSubject]) -> list[tuple[str, bool]]:
    return [(each.subject.id, each.is_decided) for each in found]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_passes_the_models_by_is_listed_for_what_tuples_say(kind: str) -> None:
    schema = schema_of(kind)

    users = await found_by(schema, [*TUPLES, *BYPASSES])
    groups = await found_by(schema, [*TUPLES, *BYPASSES], "group", "member")

    assert users == [("anne", True), ("bob", True), ("carl", True)] == await found_by(schema, TUPLES)
    assert groups == [("g", True)]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_has_only_a_bypass_is_not_listed(kind: str) -> None:
    schema = schema_of(kind)

    assert await found_by(schema, BYPASSES) == []


@pytest.mark.parametrize(("kind", "expected"), [("plain", ["anne"]), ("and", []), ("but not", [])])
async def test_a_bypass_does_not_make_up_for_what_the_model_refuses(kind: str, expected: list[str]) -> None:
    tuples = [fact("doc:1", "viewer", "user:anne"), fact("doc:1", "blocked", "user:anne"), *BYPASSES]

    assert await found_by(schema_of(kind), tuples) == [(each, True) for each in expected]


async def test_a_condition_that_nothing_decides_is_not_decided_by_a_bypass() -> None:
    tuples = [fact("doc:1", "viewer", "user:anne", "open"), *BYPASSES]

    assert await found_by(schema_of("condition"), tuples) == [("anne", False)]


async def test_the_policy_of_the_permission_is_asked_about_them() -> None:
    schema = schema_of("plain", policy="not_bob")

    assert await found_by(schema, [*TUPLES, *BYPASSES]) == [("anne", True), ("carl", True)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_policy_on_a_tuple_of_another_entity_changes_nothing(kind: str) -> None:
    schema = schema_of(kind)
    tuples = [*TUPLES, *BYPASSES, fact("doc:other", "viewer", "user:dora", f"{POLICY_PREFIX}p")]

    assert await found_by(schema, tuples) == [("anne", True), ("bob", True), ("carl", True)]


async def test_a_policy_that_comes_later_changes_nothing_either() -> None:
    schema = schema_of("plain")
    index = Index.build(Ruleset(schema), [row_of(schema, each) for each in (*TUPLES, *BYPASSES)], 1)
    query = SubjectQuery(EntityRef(DOC, "1"), "view", "user", "", {})
    before = await index.list_subjects([query], bounds=Bounds(2, is_backward=True))

    index.apply(2, [], [row_of(schema, fact("doc:other", "viewer", "user:dora", f"{POLICY_PREFIX}p"))])

    after = await index.list_subjects([query], bounds=Bounds(2, is_backward=True))
    assert [each.subject for each in after[0][0]] == [SubjectRef("user", each) for each in ("carl", "bob")]
    assert after == before
