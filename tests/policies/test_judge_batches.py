"""Many questions of one request: what is the same runs once, and all together take only so long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.policies.service import judge_many, judging
from app.policies.types import PolicyQuestion
from tests.metrics.support import Change
from tests.policies.support import make_policy, question, read_recorded

ENV: dict[str, Any] = {"ip": "203.0.113.7"}
COUNTED = "authz_policy_evaluation_count_total"


def asked(**resource: object) -> PolicyQuestion:
    return question(env=ENV, resource=resource)


async def test_questions_that_are_the_same_are_one_run_and_one_record() -> None:
    await make_policy("return context.resource.amount <= 1000")
    change = Change()

    verdicts = await judge_many([asked(amount=10), asked(amount=2_000)] * 100)

    assert [each.value for each in verdicts] == [True, False] * 100
    assert [row["context"]["resource"]["amount"] for row in await read_recorded()] == [10, 2_000]
    assert (change(COUNTED, verdict="allowed"), change(COUNTED, verdict="denied")) == (1, 1)


async def test_what_lua_can_tell_apart_is_not_the_same() -> None:
    await make_policy(
        "local n = context.resource.n return math.type(n) == 'integer' or type(n) == 'boolean' and context.resource.ok"
    )

    verdicts = await judge_many(
        [asked(n=1), asked(n=True), asked(n=1.0), asked(n="1"), asked(n=None), asked(n=float("nan")), asked(n=[1])]
    )

    assert [each.value for each in verdicts] == [True, False, False, False, False, None, False]
    assert len(await read_recorded()) == 7


async def test_neither_are_questions_about_others_or_from_elsewhere() -> None:
    await make_policy("return true")
    await make_policy("return true", name="other")
    ada, bob = {"id": "usr_ada"}, {"id": "usr_bob"}
    different = [
        question(env=ENV), question("other", env=ENV), question(env={"ip": None}), question(env=ENV, action="read"),
        question(env=ENV, subject=("user", "usr_bob")), question(env=ENV, user=ada), question(env=ENV, user=bob),
    ]  # fmt: skip

    await judge_many([*different, *different])

    assert len(await read_recorded()) == len(different)


async def test_what_cannot_be_compared_is_asked_each_time() -> None:
    await make_policy("return true")
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}

    verdicts = await judge_many([asked(deep=deep), asked(deep=deep), asked(bad=object()), asked(bad=object())])

    assert [each.problem and each.problem.code for each in verdicts] == ["policies_context"] * 4


async def test_what_has_no_answer_in_time_is_undecided_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_policy("return true")
    change, moments = Change(), iter([0.0, 0.0, 60.0, 61.0])

    def tell(moments: Iterator[float] = moments) -> float:
        return next(moments)

    monkeypatch.setattr(judging, "MAX_SECONDS", 60.0)
    monkeypatch.setattr(judging, "monotonic", tell)

    verdicts = await judge_many([asked(amount=n) for n in range(60)])

    assert [each.value for each in verdicts] == [True] * 20 + [None] * 40
    problems = {(each.problem.code, each.version) for each in verdicts if each.problem is not None}
    assert problems == {("policies_busy", 1)}
    assert change(COUNTED, verdict="error") == 40
    assert len(await read_recorded()) == 20


async def test_a_script_that_is_still_waited_for_then_is_left_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_policy("local t = {} for i = 1, 5000 do t[i] = i end return #t == 5000")
    monkeypatch.setattr(judging, "MAX_SECONDS", 1e-9)

    (late,) = await judge_many([asked()])
    monkeypatch.setattr(judging, "MAX_SECONDS", 60.0)
    (verdict,) = await judge_many([asked()])

    assert late.problem is not None
    assert (late.value, late.problem.code) == (None, "policies_busy")
    assert verdict.value is True
