"""What ends with others: policies with their client, records with the person they are about, all of them in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clients.service import delete_client
from app.jobs.service import enqueue, run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.lifecycle.service import schedule_deletion
from app.lifecycle.service.deletion import enqueue_due
from app.policies.jobs import SWEEP_KIND
from app.policies.service import judge_many, leaving, names_in, sweep_evaluations
from app.users.service import delete_user
from tests.clients.support import make_client
from tests.lifecycle.rows import mentions
from tests.policies.support import FINE, judge, make_policy, question, read_recorded
from tests.support import commit, make_user, read_audit

DAY = timedelta(days=1)


async def test_the_policies_of_a_client_go_with_it() -> None:
    client, other = await make_client(), await make_client(name="Other")
    policy = await make_policy(scope=client.id, samples=(FINE,))
    await make_policy("return true", scope=client.id, name="second")
    await make_policy(scope=other.id)
    await judge(scope=client.id)
    await read_recorded()

    await commit(delete_client(SYSTEM, client.id))

    assert [await names_in(client.id), await names_in(other.id)] == [frozenset(), frozenset({"small"})]
    assert await db.fetch_value("SELECT count(*) FROM policies_version") == 1
    assert await db.fetch_value("SELECT count(*) FROM policies_sample") == 0
    assert await db.fetch_value("SELECT count(*) FROM policies_evaluation") == 0
    told = [each for each in await read_audit() if each.action == "policy.deleted"]
    assert sorted((each.before or {})["name"] for each in told) == ["second", "small"]
    assert policy.id in {each.target_id for each in told}


async def test_nothing_recorded_of_a_person_stays_when_they_are_erased() -> None:
    user, other = await make_user("unmistakable@example.com"), await make_user("bob@example.com")
    await make_policy("return true")
    for each in (user, other):
        await judge(subject=("user", each.id), user={"id": each.id, "email": each.email})
    await read_recorded()
    # This one is not written yet when they go.
    await judge(subject=("user", user.id), user={"id": user.id, "email": user.email})

    await commit(delete_user(SYSTEM, user.id))

    assert [row["subject_id"] for row in await read_recorded()] == [other.id]
    assert "policies_evaluation" not in await mentions(user.id) | await mentions("unmistakable")


async def test_the_same_when_the_grace_of_a_deletion_is_over() -> None:
    user = await make_user("unmistakable@example.com")
    await make_policy("return true")
    with clock.frozen() as stopped, override(deletion_grace=DAY):
        await judge(subject=("user", user.id), user={"email": user.email})
        await read_recorded()
        await commit(schedule_deletion(SYSTEM, user.id))
        assert len(await read_recorded()) == 1
        stopped.advance(DAY)

        await commit(enqueue_due())
        await run_pending()

    assert await read_recorded() == []


async def test_records_are_kept_for_a_time_and_no_longer() -> None:
    await make_policy("return true")
    with clock.frozen() as stopped:
        for amount in (0, 1):
            await judge(resource={"amount": amount})
            stopped.advance(timedelta(days=6))
        assert len(await read_recorded()) == 2
        await commit(enqueue(SWEEP_KIND, {}))
        await run_pending()
        assert [row["context"]["resource"]["amount"] for row in await read_recorded()] == [1]
        stopped.advance(DAY + timedelta(seconds=1))

        assert await sweep_evaluations() == 1
        assert await sweep_evaluations() == 0

    assert await read_recorded() == []


async def test_how_long_is_a_setting() -> None:
    await make_policy("return true")
    with clock.frozen() as stopped, override(policy_evaluations_kept=timedelta(hours=1)):
        await judge()
        await read_recorded()
        stopped.advance(timedelta(minutes=59))
        assert await sweep_evaluations() == 0
        stopped.advance(timedelta(minutes=2))
        assert await sweep_evaluations() == 1


async def test_of_a_policy_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "MOST_KEPT", 3)
    monkeypatch.setattr(leaving, "_BATCH", 2)
    loud, quiet = await make_policy("return true", name="loud"), await make_policy("return true", name="quiet")
    with clock.frozen() as stopped:
        for amount in range(8):
            await judge("loud", resource={"amount": amount})
            stopped.advance(timedelta(seconds=1))
        await judge_many([question("quiet"), question("quiet")])
        await read_recorded()

        assert await sweep_evaluations() == 5
        assert await sweep_evaluations() == 0

    rows = await read_recorded()
    assert [row["context"]["resource"]["amount"] for row in rows if row["policy_id"] == loud.id] == [5, 6, 7]
    assert sum(row["policy_id"] == quiet.id for row in rows) == 2
