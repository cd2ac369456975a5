"""What policies say to checks: exactly true allows, whatever fails says nothing, and nothing ever raises."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from app.kit import clock
from app.policies.service import judge_many
from tests.clients.support import make_client
from tests.metrics.support import Change
from tests.policies.support import judge, make_policy, question
from tests.threats.support import Outage

NOON = datetime(2026, 3, 1, 12, 30, 15, 999_999, tzinfo=UTC)
ADA = {
    "id": "usr_ada",
    "name": "Ada",
    "email": "ada@example.com",
    "role": "member",
    "attributes": {"department": "sales", "email": "evil@example.com", "role": "super_admin", "attributes": 1},
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("return true", True),
        ("return 1 == 1", True),
        ("return false", False),
        ("return nil", False),
        ("return", False),
        ("", False),
        ("return 1", False),
        ('return "true"', False),
        ("return {true}", False),
        ("return false, true", False),
        ("return true, false", True),
        ("return function() return true end", False),
        ("return context.resource.missing", False),
    ],
)
async def test_exactly_true_allows(source: str, expected: bool) -> None:
    await make_policy(source)

    verdict = await judge()

    assert (verdict.value, verdict.version, verdict.problem) == (expected, 1, None)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("return context.resource.missing.amount > 1", "policies_failed"),
        ("error('secret of the script')", "policies_failed"),
        ("while true do end", "policies_instructions"),
        ("return require('os')", "policies_failed"),
        ("return io.open('/etc/passwd')", "policies_failed"),
        ("local t = {} for i = 1, 1e6 do t[i] = string.rep('x', 100000) end return true", None),
    ],
)
async def test_a_policy_that_fails_says_nothing_and_why(source: str, code: str | None) -> None:
    await make_policy(source)

    verdict = await judge()

    assert (verdict.value, verdict.version) == (None, 1)
    assert verdict.problem is not None
    assert verdict.problem.code == code or (code is None and verdict.problem.code.startswith("policies_"))
    # What Lua says is for the author, not for whoever asked.
    assert "secret" not in verdict.problem.message


async def test_a_policy_that_is_not_there_says_nothing() -> None:
    client = await make_client()
    await make_policy("return true")

    verdicts = await judge_many([question("other"), question(scope=client.id), question()])

    assert [(each.value, each.version, each.problem and each.problem.code) for each in verdicts] == [
        (None, None, "policies_missing"),
        (None, None, "policies_missing"),
        (True, 1, None),
    ]


async def test_each_scope_has_its_own_policies() -> None:
    client = await make_client()
    await make_policy("return true")
    await make_policy("return false", scope=client.id)

    verdicts = await judge_many([question(), question(scope=client.id), question()])

    assert [each.value for each in verdicts] == [True, False, True]


async def test_verdicts_come_in_the_order_of_the_questions() -> None:
    await make_policy("return context.resource.amount % 3 == 0")

    verdicts = await judge_many([question(resource={"amount": n}) for n in range(100)])

    assert [each.value for each in verdicts] == [n % 3 == 0 for n in range(100)]


async def test_nothing_is_asked_of_nobody() -> None:
    assert await judge_many([]) == []


async def test_a_policy_sees_exactly_what_is_promised() -> None:
    await make_policy("return true")

    with clock.frozen(NOON):
        verdict = await judge(
            user=ADA,
            resource={"amount": 5, "id": "other", "tags": ["a"]},
            env={"ip": "203.0.113.7", "user_agent": "x", "client_id": None, "acr": "pwd", "amr": ["pwd"]},
        )

    assert verdict.seen == {
        "resource": {"id": "7", "type": "invoice", "amount": 5, "tags": ["a"]},
        "user": {**ADA, "department": "sales"},
        "subject": {"type": "user", "id": "usr_ada"},
        "action": "approve",
        "timestamp": "2026-03-01T12:30:15Z",
        "env": {"ip": "203.0.113.7", "user_agent": "x", "client_id": None, "acr": "pwd", "amr": ["pwd"]},
    }


async def test_attributes_are_flattened_and_never_over_what_a_user_is() -> None:
    await make_policy(
        """
        local u = context.user
        return u.department == "sales" and u.attributes.department == "sales"
            and u.role == "member" and u.email == "ada@example.com" and u.id == "usr_ada" and u.name == "Ada"
            and type(u.attributes) == "table" and u.attributes.role == "super_admin"
        """
    )

    assert (await judge(user=ADA)).value is True


async def test_a_subject_that_is_no_user_has_none() -> None:
    await make_policy("return context.user == nil and context.subject.type == 'client'")

    assert (await judge(subject=("client", "cli_a"))).value is True


async def test_no_question_sees_what_another_left_behind() -> None:
    await make_policy("seen = (seen or 0) + 1; context.resource.n = 1; return seen == 1")
    verdicts = await judge_many([question() for _ in range(50)])

    assert [each.value for each in verdicts] == [verdicts[0].value] * 50
    assert verdicts[0].seen is not None
    assert "n" not in verdicts[0].seen["resource"]  # type: ignore[operator]


async def test_many_questions_at_once_do_not_disturb_each_other() -> None:
    await make_policy("return context.resource.amount == tonumber(context.resource.same)")

    async def ask(start: int) -> list[Any]:
        questions = [question(resource={"amount": n, "same": str(n)}) for n in range(start, start + 30)]
        return [each.value for each in await judge_many(questions)]

    assert await asyncio.gather(*(ask(n) for n in range(10))) == [[True] * 30] * 10


async def test_while_the_database_is_away_policies_say_nothing_rather_than_raise(outage: Outage) -> None:
    await make_policy("return true")

    async with outage():
        verdicts = await judge_many([question(), question("other")])

    assert [(each.value, each.problem and each.problem.code) for each in verdicts] == [
        (None, "policies_unreadable"),
        (None, "policies_unreadable"),
    ]
    assert (await judge()).value is True


async def test_answers_are_counted_by_what_they_are() -> None:
    await make_policy("return context.resource.amount <= 1000")
    change = Change()

    await judge_many(
        [question(), question(resource={"amount": 2_000}), question(resource={"amount": "a"}), question("no")]
    )

    counted = {
        word: change("authz_policy_evaluation_count_total", verdict=word)
        for word in ("allowed", "denied", "error", "missing")
    }
    assert counted == {"allowed": 1, "denied": 1, "error": 1, "missing": 1}
    assert change("authz_policy_duration_ms_count") == 3
