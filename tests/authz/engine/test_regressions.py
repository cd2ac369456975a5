"""Mistakes that other engines have shipped."""

from __future__ import annotations

from app.authz.engine.listing import ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.types import Check, Decision, EntityRef, RelationTuple, SubjectRef, TupleKey
from tests.authz.engine.support import answer, ask, fact, facts, make_rules

ALLOWED, DENIED, UNDECIDED = Decision.ALLOWED, Decision.DENIED, Decision.UNDECIDED
RULES = make_rules("""
type user
type group
  relations
    define member: [user, group#member]
    define lead: [user]
type doc
  relations
    define viewer: [user, user with is_one, group#member]
    define owner: [user]

condition is_one(x: int) {
  x == 1
}
""")


async def test_checks_that_differ_in_their_context_only_are_answered_apart() -> None:
    tuples = [fact("doc:1#viewer@user:anne", "is_one")]
    checks = [ask("user:anne viewer doc:1", x=1), ask("user:anne viewer doc:1", x=2), ask("user:anne viewer doc:1")]

    found = await answer(RULES, tuples, *checks, *reversed(checks))

    assert [each.decision for each in found] == [ALLOWED, DENIED, UNDECIDED, UNDECIDED, DENIED, ALLOWED]


async def test_contexts_are_told_apart_by_type_and_nesting() -> None:
    tuples = [fact("doc:1#viewer@user:anne", "is_one")]

    found = await answer(
        RULES,
        tuples,
        ask("user:anne viewer doc:1", x=1),
        ask("user:anne viewer doc:1", x="one"),
        ask("user:anne viewer doc:1", x={"x": 1}),
        ask("user:anne viewer doc:1", y=1),
    )

    assert [each.decision for each in found] == [ALLOWED, UNDECIDED, UNDECIDED, UNDECIDED]


async def test_checks_that_differ_in_their_contextual_tuples_only_are_answered_apart() -> None:
    found = await answer(
        RULES,
        [],
        ask("user:anne viewer doc:1", fact("doc:1#viewer@user:anne")),
        ask("user:anne viewer doc:1"),
        ask("user:anne viewer doc:1", fact("doc:1#viewer@user:anne", "is_one", x=2)),
        ask("user:anne viewer doc:1", fact("doc:1#viewer@user:anne", "is_one", x=1)),
    )

    assert [each.decision for each in found] == [ALLOWED, DENIED, DENIED, ALLOWED]


async def test_contextual_tuples_are_not_told_apart_by_joining_their_parts() -> None:
    """Written in a row with a separator these two would be the same."""
    first = RelationTuple(TupleKey("doc", "1#viewer@user:a,doc:2", "viewer", "user", "anne"))
    second = RelationTuple(TupleKey("doc", "1", "viewer", "user", "a,doc:2#viewer@user:anne"))
    check = Check(SubjectRef("user", "anne"), "viewer", EntityRef("doc", "1#viewer@user:a,doc:2"))

    found = await answer(
        RULES,
        [],
        Check(check.subject, check.action, check.entity, {}, (first,)),
        Check(check.subject, check.action, check.entity, {}, (second,)),
    )

    assert [each.decision for each in found] == [ALLOWED, DENIED]


async def test_contextual_tuples_obey_the_model() -> None:
    found = await answer(
        RULES,
        [],
        ask("group:g owner doc:1", fact("doc:1#owner@group:g")),
        ask("user:anne owner doc:1", fact("doc:1#owner@user:*")),
        ask("user:anne viewer doc:1", fact("doc:1#viewer@group:g#lead"), fact("group:g#lead@user:anne")),
        ask("user:anne owner doc:1", fact("doc:1#owner@user:anne", "is_one", x=1)),
        ask("user:anne owner doc:1", fact("doc:1#nothing@user:anne")),
    )

    assert [(each.decision, each.problem.code if each.problem else None) for each in found] == [
        (DENIED, "authz_contextual_forbidden")
    ] * 5


async def test_stored_tuples_that_the_model_no_longer_allows_do_not_count() -> None:
    tuples = [
        *facts("doc:1#owner@user:*", "doc:1#viewer@group:g#lead", "group:g#lead@user:anne", "doc:1#gone@user:anne"),
        fact("doc:1#owner@user:anne", "is_one", x=1),
    ]
    reader, graph, anne = FactReader(tuples), build_graph(RULES.schema), SubjectRef("user", "anne")

    found = await answer(RULES, tuples, ask("user:anne owner doc:1"), ask("user:anne viewer doc:1"))
    objects = [
        await list_objects(RULES, graph, reader, ObjectQuery(anne, each, "doc", {})) for each in ("owner", "viewer")
    ]
    subjects = [
        await list_subjects(RULES, graph, reader, SubjectQuery(EntityRef("doc", "1"), each, "user", "", {}))
        for each in ("owner", "viewer")
    ]

    assert [each.decision for each in found] == [DENIED, DENIED]
    assert objects == [[], []]
    assert subjects == [[], []]


async def test_ids_are_told_apart_by_case() -> None:
    tuples = facts("doc:A#viewer@user:Anne", "group:G#member@user:bob", "doc:1#viewer@group:g#member")

    found = await answer(
        RULES,
        tuples,
        ask("user:Anne viewer doc:A"),
        ask("user:anne viewer doc:A"),
        ask("user:Anne viewer doc:a"),
        ask("user:bob viewer doc:1"),
    )

    assert [each.decision for each in found] == [ALLOWED, DENIED, DENIED, DENIED]


async def test_an_answer_that_a_circle_cut_short_is_not_used_for_another_question() -> None:
    """Asked about `a` first, `b` is looked into while `a` is open; the answer about `b` must not rest on that."""
    tuples = facts(
        "group:a#member@group:b#member",
        "group:b#member@group:c#member",
        "group:c#member@group:a#member",
        "group:a#member@user:anne",
    )
    checks = [ask(f"user:{who} member group:{which}") for which in "abc" for who in ("anne", "bob")]

    for order in (checks, checks[::-1], [*checks[2:], *checks[:2]]):
        found = await answer(RULES, tuples, *order)
        expected = [ALLOWED if check.subject.id == "anne" else DENIED for check in order]
        assert [each.decision for each in found] == expected


async def test_each_check_of_a_batch_has_its_own_problem() -> None:
    tuples = [fact("doc:1#viewer@user:anne", "is_one"), fact("doc:2#viewer@user:anne")]

    found = await answer(
        RULES,
        tuples,
        ask("user:anne viewer doc:1"),
        ask("user:anne viewer doc:2"),
        ask("user:anne viewer planet:1"),
        ask("user:anne flies doc:2"),
    )

    assert [(each.decision, each.problem.code if each.problem else None) for each in found] == [
        (UNDECIDED, "authz_condition_undecided"),
        (ALLOWED, None),
        (DENIED, "authz_type_unknown"),
        (DENIED, "authz_action_unknown"),
    ]
