"""Proofs say what decided, and name what is missing."""

from __future__ import annotations

import pytest

from app.authz.engine.explain import Proof, ProofStep, StepKind
from app.authz.engine.overlay import FactReader
from app.authz.engine.proofs import explain
from app.authz.engine.resolve import Resolution
from app.authz.types import Decision, RelationTuple
from tests.authz.engine.support import ask, fact, make_rules

RULES = make_rules("""
type user
type team
  relations
    define member: [user]
type doc
  relations
    define blocked: [user]
    define viewer: [user, user with by_day, team#member]
    define guest: [user with by_day, user with by_week]
    define reader: guest but not blocked
  permissions
    define approve: viewer policy four_eyes
    define read: reader

condition by_day(hour: int) {
  hour > 7
}
condition by_week(day: int) {
  day < 6
}
""")


async def prove(question: str, *tuples: RelationTuple, **context: int) -> tuple[Resolution, Proof]:
    return await explain(RULES, FactReader(tuples), ask(question, **context))


def policies(step: ProofStep) -> list[tuple[str, Decision]]:
    """Verdicts of policies that a proof tells of."""
    own = [(step.label, step.decision)] if step.kind is StepKind.POLICY else []
    return own + [each for below in step.steps for each in policies(below)]


async def test_a_policy_that_was_not_asked_has_no_verdict() -> None:
    found, proof = await prove("user:anne approve doc:1", fact("doc:1#viewer@user:anne", "by_day"), hour=9)

    assert (found.decision, policies(proof.root)) == (Decision.ALLOWED, [])


async def test_a_policy_that_was_asked_has_its_verdict() -> None:
    found, proof = await prove("user:anne approve doc:1", fact("doc:1#viewer@user:anne"))

    assert found.decision is Decision.UNDECIDED
    assert policies(proof.root) == [("four_eyes", Decision.UNDECIDED)]


@pytest.mark.parametrize("hour", [5, None])
async def test_a_condition_that_does_not_hold_leaves_the_policy_unasked(hour: int | None) -> None:
    context = {} if hour is None else {"hour": hour}

    found, proof = await prove("user:anne approve doc:1", fact("doc:1#viewer@user:anne", "by_day"), **context)

    assert found.decision is (Decision.UNDECIDED if hour is None else Decision.DENIED)
    assert policies(proof.root) == []


async def test_a_tuple_without_a_condition_is_asked_of_the_policy_beside_a_condition_that_fails() -> None:
    tuples = [fact("doc:1#viewer@user:anne", "by_day"), fact("doc:1#viewer@team:a#member")]

    _, proof = await prove("user:anne approve doc:1", *tuples, fact("team:a#member@user:anne"), hour=5)

    assert policies(proof.root) == [("four_eyes", Decision.UNDECIDED)]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({}, ["doc:1#guest@user:anne with by_day", "doc:1#guest@user:anne with by_week"]),
        ({"hour": 9, "day": 7}, ["doc:1#guest@user:anne with by_day"]),
        ({"hour": 5, "day": 7}, []),
    ],
)
async def test_a_missing_tuple_is_named_with_the_condition_that_the_model_asks_for(
    context: dict[str, int], expected: list[str]
) -> None:
    found, proof = await prove("user:anne read doc:1", **context)

    assert (found.decision, [str(each) for each in proof.missing]) == (Decision.DENIED, expected)


async def test_a_condition_is_not_named_where_the_subject_may_stand_without_one() -> None:
    _, proof = await prove("user:anne viewer doc:1")

    assert [str(each) for each in proof.missing] == ["doc:1#viewer@user:anne"]


async def test_what_would_not_help_whatever_its_condition_says_is_not_named() -> None:
    _, proof = await prove("user:anne read doc:1", fact("doc:1#blocked@user:anne"))

    assert proof.missing == ()
