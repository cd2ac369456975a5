"""Policies that take their time: whoever asks waits for so long in all, and what is open then is undecided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.engine.policies import PolicyInput, PolicyVerdict, Surroundings
from app.authz.service.checks import LATEST, check_many, explain
from app.authz.service.follower import following
from app.authz.service.lists import find_everybody, find_objects, find_subjects
from app.authz.service.sources import open_source
from app.authz.types import Check, Decision, RelationTuple
from app.authz.types.answers import Answer
from app.authz.types.tuples import with_policy
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.authz.answers.support import SCOPE, ask, document, grant, key, save_app, subject
from tests.authz.policies import asking, keep_policies

PAGE = PageRequest(first=10)


class Slow:
    """Answers the first so many questions, and never the others."""

    def __init__(self, answered: int = 0) -> None:
        self.asked: list[PolicyInput] = []
        self.calls = 0
        self._answered = answered

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> Sequence[PolicyVerdict]:
        self.asked += questions
        self.calls += 1
        if len(self.asked) > self._answered:
            await asyncio.Event().wait()
        return [PolicyVerdict(value=True) for _ in questions]


@pytest.fixture(params=["index", "sql"])
async def source(request: pytest.FixtureRequest, database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr("app.authz.engine.policies.MAX_SECONDS", 0.01)
    monkeypatch.setattr("app.authz.engine.policies._GRACE_SECONDS", 0.0)
    await keep_policies(SCOPE, night="return true")
    await save_app()
    await grant(
        *(RelationTuple(key(f"document:{n}", "owner", "user:ann"), with_policy("night")) for n in range(3)),
        *((f"document:s{n}", "viewer", "user:ann") for n in range(3)),
        ("document:0", "viewer", "user:bob"),
    )
    if request.param == "index":
        async with following() as follower:
            await follower.catch_up()
            yield request.param
    else:
        yield request.param


def said(answers: Sequence[Answer]) -> list[tuple[Decision, str | None]]:
    return [(each.decision, each.problem.code if each.problem else None) for each in answers]


async def test_checks_are_undecided_once_the_time_for_policies_is_over(source: str) -> None:
    checks = [ask("ann", "sign", "s0"), ask("ann", "share", "0"), ask("bob", "read", "0"), ask("ann", "sign", "1")]

    with asking(Slow()):
        answers = await check_many(SYSTEM, checks)

    assert said(answers) == [
        (Decision.UNDECIDED, "policies_busy"),
        (Decision.UNDECIDED, "authz_policy_undecided"),
        (Decision.ALLOWED, None),
        (Decision.UNDECIDED, "authz_policy_undecided"),
    ]


async def test_the_time_is_that_of_all_rounds_and_batches(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.authz.engine.index.batches._JUDGED_TOGETHER", 1)
    runner = Slow(answered=0)
    checks = [ask("ann", "sign", f"s{n}") for n in range(3)] + [ask("ann", "sign", "1")]

    with asking(runner):
        answers = await check_many(SYSTEM, checks)

    assert {each.decision for each in answers} == {Decision.UNDECIDED}
    assert runner.calls == 1


async def test_lists_show_as_undecided_what_policies_did_not_answer(source: str) -> None:
    opened = await open_source(LATEST)

    with asking(Slow()):
        objects = await find_objects(
            SYSTEM, opened, ObjectQuery(subject("ann"), "share", f"{SCOPE}:document", {}), PAGE
        )
        query = SubjectQuery(document("0"), "viewer", "user", "", {})
        subjects = await find_subjects(SYSTEM, opened, query, PAGE)

    assert [(each.id, each.is_decided) for each in objects.page.items] == [(str(n), False) for n in range(3)]
    assert [(each.subject.id, each.is_decided) for each in subjects.page.items] == [("ann", False), ("bob", True)]


async def test_one_time_counts_for_all_lists_of_a_request(source: str) -> None:
    runner = Slow()
    await grant(RelationTuple(key("document:0", "viewer", "user:*"), with_policy("night")))

    with asking(runner):
        await find_everybody(
            SYSTEM, await open_source(LATEST), SubjectQuery(document("s0"), "sign", "user", "", {}), PAGE
        )

    assert runner.calls == 1


async def test_a_proof_says_which_policies_did_not_answer(source: str) -> None:
    with asking(Slow()):
        answer, proof = await explain(SYSTEM, ask("ann", "sign", "s0"))

    assert said([answer]) == [(Decision.UNDECIDED, "policies_busy")]
    (step,) = [each for each in proof.root.steps if each.verdict is not None]
    assert (step.decision, step.label) == (Decision.UNDECIDED, "four_eyes")
    assert answer.problem is not None
    assert step.problem == answer.problem.message


async def test_equal_questions_are_asked_once(source: str) -> None:
    runner = Slow(answered=100)
    context = {"eyes": 4}

    def question(name: str, told: dict[str, int]) -> Check:
        return ask("ann", "sign", name, context=told)

    checks = [*[question("s0", context)] * 5, question("s1", context), question("s0", {"eyes": 4}), question("s0", {})]

    with asking(runner):
        answers = await check_many(SYSTEM, [*checks, question("s0", {})])

    assert {each.decision for each in answers} == {Decision.ALLOWED}
    asked = [(each.check.entity.id, each.check.context) for each in runner.asked]
    assert asked == [("s0", context), ("s1", context), ("s0", context), ("s0", {})]
