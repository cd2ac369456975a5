"""Deep chains, wide relations, and what is too much."""

from __future__ import annotations

import pytest

from app.authz.engine import listing, proofs, resolve
from app.authz.engine.explain import StepKind
from app.authz.engine.listing import ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.proofs import explain
from app.authz.engine.walk import MAX_WORK
from app.authz.errors import WorkExceeded
from app.authz.types import Decision, EntityRef, SubjectRef
from tests.authz.engine.support import answer, ask, fact, facts, make_rules

DEPTH = 2_000
NESTED = """
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user] or viewer from parent
"""
ANNE = SubjectRef("user", "anne")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that an answer may take is not what these tests are about: a busy machine needs more."""
    for module in (resolve, listing, proofs):
        monkeypatch.setattr(module, "MAX_SECONDS", 60.0)


async def test_two_thousand_levels_of_groups_and_folders_are_followed() -> None:
    rules = make_rules(NESTED)
    tuples = facts(
        *(f"group:{n}#member@group:{n + 1}#member" for n in range(DEPTH)),
        f"group:{DEPTH}#member@user:anne",
        *(f"folder:{n}#parent@folder:{n + 1}" for n in range(DEPTH)),
        f"folder:{DEPTH}#viewer@user:anne",
    )

    found = await answer(
        rules,
        tuples,
        ask("user:anne member group:0"),
        ask("user:anne viewer folder:0"),
        ask("user:bob member group:0"),
        ask("user:bob viewer folder:0"),
    )

    assert [each.decision for each in found] == [Decision.ALLOWED] * 2 + [Decision.DENIED] * 2
    reader, graph = FactReader(tuples), build_graph(rules.schema)
    objects = await list_objects(rules, graph, reader, ObjectQuery(ANNE, "viewer", "folder", {}))
    assert len(objects) == DEPTH + 1
    query = SubjectQuery(EntityRef("group", "0"), "member", "user", "", {})
    assert [each.subject for each in await list_subjects(rules, graph, reader, query)] == [ANNE]


async def test_the_proof_of_a_deep_chain_is_cut_and_says_so() -> None:
    tuples = facts(*(f"group:{n}#member@group:{n + 1}#member" for n in range(DEPTH)), f"group:{DEPTH}#member@user:anne")

    found, proof = await explain(make_rules(NESTED), FactReader(tuples), ask("user:anne member group:0"))

    kinds, step = [], proof.root
    while step.steps:
        step = step.steps[-1]
        kinds.append(step.kind)
    assert found.decision is Decision.ALLOWED
    assert kinds[-1] is StepKind.CUT


async def test_a_circle_of_two_thousand_groups_is_no_error() -> None:
    tuples = facts(*(f"group:{n}#member@group:{(n + 1) % DEPTH}#member" for n in range(DEPTH)))

    found = await answer(make_rules(NESTED), tuples, ask("user:anne member group:7"))

    assert [each.decision for each in found] == [Decision.DENIED]
    assert found[0].problem is None


async def test_relations_that_follow_from_each_other_in_a_long_chain() -> None:
    """As many as a type may have, each with as many brackets as somebody might write."""
    body = "[user] or ({next} and ({next} or ({next} and ({next} or ({next} and {next})))))"
    relations = [f"    define r{n}: {body.format(next=f'r{n + 1}')}" for n in range(199)]
    rules = make_rules("\n".join(["type user", "type doc", "  relations", *relations, "    define r199: [user]"]))
    tuples = facts("doc:1#r199@user:anne")
    reader, graph = FactReader(tuples), build_graph(rules.schema)

    found = await answer(rules, tuples, ask("user:anne r0 doc:1"), ask("user:bob r0 doc:1"))
    objects = await list_objects(rules, graph, reader, ObjectQuery(ANNE, "r0", "doc", {}))
    subjects = await list_subjects(rules, graph, reader, SubjectQuery(EntityRef("doc", "1"), "r0", "user", "", {}))
    proof = await explain(rules, reader, ask("user:anne r0 doc:1"))

    assert [each.decision for each in found] == [Decision.ALLOWED, Decision.DENIED]
    assert [each.id for each in objects] == ["1"]
    assert [each.subject for each in subjects] == [ANNE]
    assert proof[0].decision is Decision.ALLOWED


async def test_many_groups_that_are_members_of_each_other() -> None:
    """The order in which they are found is the worst for settling them."""
    count = 3_000
    rules = make_rules(NESTED + "type doc\n  relations\n    define viewer: [group#member]\n")
    tuples = facts(
        *(f"doc:1#viewer@group:{n}#member" for n in range(count)),
        *(f"group:{n}#member@group:{n + 1}#member" for n in range(count)),
        *(f"group:{n + 1}#member@group:{n}#member" for n in range(count)),
        "group:0#member@user:anne",
    )

    found = await answer(rules, tuples, ask("user:anne viewer doc:1"), ask("user:bob viewer doc:1"))

    assert [each.decision for each in found] == [Decision.ALLOWED, Decision.DENIED]


async def test_a_question_that_leads_through_too_many_tuples_is_not_answered() -> None:
    rules = make_rules("type user\ntype doc\n  relations\n    define viewer: [user, doc#viewer]\n")
    tuples = [fact(f"doc:1#viewer@doc:{n}#viewer") for n in range(2, MAX_WORK // 2 + 3)]
    tuples.append(fact("doc:2#viewer@user:anne"))
    too_many = ask("user:bob viewer doc:1")

    found = await answer(rules, tuples, too_many, ask("user:bob viewer doc:2"))

    assert found[0].decision is Decision.UNDECIDED
    assert isinstance(found[0].problem, WorkExceeded)
    assert found[0].problem.code == "authz_work_exceeded"
    with pytest.raises(WorkExceeded):
        await explain(rules, FactReader(tuples), too_many)
