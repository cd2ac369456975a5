"""What policies said is written down, without slowing or failing a check."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import Unavailable
from app.policies.rules import OWN_WORDS
from app.policies.service import delete_policy, flush_evaluations, judge_many, recording, recording_evaluations
from tests.metrics.support import Change
from tests.policies.support import judge, make_policy, question, read_recorded
from tests.support import commit, counted_statements, make_user
from tests.threats.support import Outage

DROPPED = "authz_policy_evaluation_dropped_total"


async def test_each_evaluation_is_recorded_with_what_the_policy_saw() -> None:
    policy = await make_policy()
    await make_policy("return context.resource.amount <= 1000 and true")
    env: dict[str, object] = {"ip": "203.0.113.7", "user_agent": "x", "client_id": None, "acr": None, "amr": []}

    with clock.frozen() as stopped:
        at = clock.now()
        await judge(env=env, resource={"amount": 10, "api_key": "hidden"})
        stopped.advance(timedelta(seconds=1))
        await judge(resource={"amount": 5_000}, subject=("client", "cli_a"))
        stopped.advance(timedelta(seconds=1))
        await judge(resource={"amount": "a"})
        rows = await read_recorded()

    assert [(row["verdict"], row["policy_id"], row["version"]) for row in rows] == [
        ("allowed", policy.id, 2),
        ("denied", policy.id, 2),
        ("error", policy.id, 2),
    ]
    first, second, third = rows
    assert first["evaluated_at"] == at
    assert (first["entity_type"], first["entity_id"], first["action"]) == ("invoice", "7", "approve")
    assert [(row["subject_type"], row["subject_id"]) for row in rows[:2]] == [("user", "usr_ada"), ("client", "cli_a")]
    assert first["context"] == {
        "resource": {"id": "7", "type": "invoice", "amount": 10, "api_key": "[redacted]"},
        "user": None,
        "subject": {"type": "user", "id": "usr_ada"},
        "action": "approve",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "env": env,
    }
    assert (first["problem"], second["problem"]) == (None, None)
    assert third["problem"].startswith("policies_failed: line 1: ")
    assert all(0 < row["duration_us"] < 10_000_000 for row in rows)


async def test_a_check_itself_writes_nothing() -> None:
    await make_policy()

    with counted_statements() as statements:
        await judge()

    assert len(statements) == 1
    assert statements[0].lstrip().startswith("SELECT")
    assert await flush_evaluations() == 1
    assert await flush_evaluations() == 0


async def test_many_are_written_in_a_few_statements() -> None:
    await make_policy()
    await judge_many([question() for _ in range(600)])

    with counted_statements() as statements:
        assert await flush_evaluations() == 600

    assert len(statements) == 2 * 3
    assert await db.fetch_value("SELECT count(*) FROM policies_evaluation") == 600


async def test_a_policy_that_is_not_there_leaves_no_record() -> None:
    await judge("missing")

    assert await read_recorded() == []


async def test_what_is_too_much_is_dropped_and_counted_and_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "MOST_NOTED", 5)
    await make_policy()
    for name in ("second", "third"):
        await make_policy(name=name)
    change = Change()

    asked = [("small", 0), ("second", 1), ("small", 2), ("second", 3), ("third", 4), ("third", 5), ("third", 6)]
    verdicts = await judge_many([question(name, resource={"amount": n}) for name, n in [*asked, ("small", 7)]])

    assert [each.value for each in verdicts] == [True] * 8
    assert change(DROPPED) == 3
    assert [row["context"]["resource"]["amount"] for row in await read_recorded()] == [0, 1, 2, 3, 4]
    assert await flush_evaluations() == 0
    await judge()
    assert len(await read_recorded()) == 6


async def test_a_policy_that_is_asked_too_much_does_not_hide_what_others_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_NOTED", 10)
    loud, quiet = await make_policy(name="loud"), await make_policy(name="quiet")
    change = Change()

    for _ in range(2):
        await judge_many([question("loud") for _ in range(20)] + [question("quiet") for _ in range(5)])
        assert change(DROPPED) == 15
        rows = [row["policy_id"] for row in await read_recorded()]
        await db.execute("DELETE FROM policies_evaluation")
        assert (rows.count(loud.id), rows.count(quiet.id)) == (5, 5)
        change = Change()


async def test_the_share_of_a_policy_counts_what_is_noted_again(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MOST_NOTED", 6)
    await make_policy()
    await judge_many([question() for _ in range(3)])
    async with outage():
        with pytest.raises(Unavailable):
            await flush_evaluations()
    change = Change()

    await judge_many([question() for _ in range(2)])

    assert change(DROPPED) == 2
    assert len(await read_recorded()) == 3


async def test_while_the_database_is_away_what_is_noted_is_kept_in_order(outage: Outage) -> None:
    await make_policy()
    with clock.frozen() as stopped:
        for amount in range(3):
            await judge(resource={"amount": amount})
            stopped.advance(timedelta(seconds=1))
    change = Change()

    async with outage():
        for _ in range(2):
            with pytest.raises(Unavailable):
                await flush_evaluations()

    assert [row["context"]["resource"]["amount"] for row in await read_recorded()] == [0, 1, 2]
    assert change(DROPPED) == 0


async def test_what_has_no_room_when_it_comes_back_is_counted(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_policy()
    await judge_many([question(resource={"amount": n}) for n in range(6)])
    monkeypatch.setattr(recording, "MOST_NOTED", 4)
    change = Change()

    async with outage():
        with pytest.raises(Unavailable):
            await flush_evaluations()

    assert change(DROPPED) == 2
    assert [row["context"]["resource"]["amount"] for row in await read_recorded()] == [0, 1, 2, 3]


async def test_what_cannot_be_stored_does_not_keep_the_rest_from_being_written() -> None:
    await make_policy("return true")
    poison = {"a\0": "b\0\ud800", "number": 2**80, "not": float("nan"), "bytes": b"\xff"}
    await judge_many([question(resource=poison, action="x" * 500, subject=("user", "u" * 900))])

    (row,) = await read_recorded()

    assert len(row["action"]) == 64
    assert len(row["subject_id"]) == 254


async def test_a_policy_that_was_deleted_meanwhile_leaves_nothing_and_harms_nobody() -> None:
    gone, kept = await make_policy(name="gone"), await make_policy(name="kept")
    await judge_many([question("gone"), question("kept")])
    await commit(delete_policy(SYSTEM, gone.id))

    rows = await read_recorded()

    assert [row["policy_id"] for row in rows] == [kept.id]


async def test_a_server_writes_what_it_noted_every_second_and_when_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FLUSH_SECONDS", 3_600.0)
    await make_policy()

    async with recording_evaluations():
        await judge()
        assert await db.fetch_value("SELECT count(*) FROM policies_evaluation") == 0

    assert await db.fetch_value("SELECT count(*) FROM policies_evaluation") == 1


async def test_a_server_whose_database_is_away_stops_all_the_same(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FLUSH_SECONDS", 0.0)
    await make_policy()
    await judge()

    async with outage(), recording_evaluations():
        pass

    assert len(await read_recorded()) == 1


async def test_what_looks_like_a_secret_in_a_message_of_lua_is_not_kept() -> None:
    await make_policy(f"error('ast_{'a' * 43}')")

    await judge()

    (row,) = await read_recorded()
    assert "a" * 43 not in row["problem"]
    assert row["problem"] == f"policies_failed: line 1: {OWN_WORDS}"


async def test_the_user_who_is_asked_about_need_not_exist() -> None:
    user = await make_user()
    await make_policy("return true")

    await judge_many([question(subject=("user", user.id)), question(subject=("user", "usr_nobody"))])

    assert {row["subject_id"] for row in await read_recorded()} == {user.id, "usr_nobody"}
