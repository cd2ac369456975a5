"""Whatever a table knows of a person goes with them: every table is looked through, also those made after this test."""

from __future__ import annotations

from datetime import timedelta

from app.authz.service import write_tuples
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.events.service import dispatch_outbox, verify_chain
from app.jobs import registry
from app.jobs.service import enqueue, run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.limits import sweep_counters
from app.lifecycle.service import schedule_deletion
from app.lifecycle.service.deletion import enqueue_due
from app.mail.service import send_mail
from app.policies.service import flush_evaluations
from app.sessions.service import begin_session
from app.users.types import User
from tests.api_keys.support import make_key
from tests.clients.support import make_client
from tests.factors.support import give_app, give_passkey
from tests.graph.test_mutations import make_link
from tests.lifecycle.rows import insert_row, list_tables, mentions, user_columns
from tests.login.support import make_person
from tests.policies.support import judge, make_policy
from tests.support import commit, make_user

GRACE = timedelta(days=14)
# Ids of who acted stay where they name nobody any more: the trail, its outbox, and the tombstone itself.
TRAIL = {"events_audit", "events_outbox", "users_tombstone"}
# What has an end of its own within days: ended tuples that a revision still shows, jobs that are done, counters.
FADING = {"authz_tuple", "jobs_job", "kit_counter"}
BY_NAME = "unmistakable"


async def fill_all_tables(user: User) -> set[str]:
    """Let every table that names users have a row of this one; the tables."""
    browser = Actor(ActorKind.ANONYMOUS, origin=Origin("r", "198.51.100.77", f"{BY_NAME}/1.0"))
    await commit(begin_session(browser, user, amr=("pwd",), acr="pwd", browser_id=f"{BY_NAME}-browser"))
    await give_app(user)
    await give_passkey(user, name=BY_NAME)
    await make_key(user, name=BY_NAME)
    group = TupleKey("group", "staff", "member", "user", user.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(group),))))
    await commit(send_mail(user.email, "account_restored", {"url": "http://localhost/"}, user_id=user.id))
    await make_policy("return true")
    await judge(subject=("user", user.id), user={"id": user.id, "email": user.email, "name": user.name})
    assert await flush_evaluations() == 1
    if not await db.fetch_value("SELECT count(*) FROM upstream_provider"):
        await make_link(user)
    client = await make_client()
    await db.execute("UPDATE clients_client SET owner_id = $1 WHERE id = $2", user.id, client.id)
    filled = {"policies_evaluation"}
    for table in await list_tables():
        columns = await user_columns(table)
        if not columns:
            continue
        filled.add(table)
        if table not in await mentions(user.id):
            await insert_row(table, dict.fromkeys(columns, user.id), user.id)
    return filled


async def test_nothing_of_an_erased_person_is_left_in_any_table() -> None:
    operator = await make_user("operator@example.com")
    with clock.frozen() as stopped:
        user = await make_person(f"{BY_NAME}@example.com", name="Ada Unmistakable")
        filled = await fill_all_tables(user)
        assert filled >= {"sessions_session", "oidc_grant", "oidc_code", "upstream_identity", "credentials_link"}
        assert filled <= await mentions(user.id)
        await commit(schedule_deletion(SYSTEM, user.id))
        while await commit(dispatch_outbox()):
            pass
        await run_pending()
        stopped.advance(GRACE)

        await commit(enqueue_due())
        await run_pending()

        await commit(dispatch_outbox())
        assert await mentions("nmistakable") == set()
        assert await mentions("198.51.100.77") == set()
        assert await mentions(user.id) <= TRAIL | FADING
        assert (await verify_chain()).problems == ()
        await fade(stopped)
        assert await mentions(user.id) == {"events_audit", "users_tombstone"}
    assert await mentions(operator.id) >= {"users_user"}


async def fade(stopped: clock.FrozenClock) -> None:
    """Let two months pass, with all that is done from time to time."""
    for _ in range(2):
        while await commit(dispatch_outbox()):
            pass
        stopped.advance(timedelta(days=31))
        for kind in registry.schedules:
            await commit(enqueue(kind, {}))
        await run_pending()
        await sweep_counters()


async def test_another_person_keeps_all_they_have() -> None:
    user, other = await make_person(), await make_person("bob@example.com")
    await fill_all_tables(user)
    filled = await fill_all_tables(other)
    with clock.frozen() as stopped:
        await commit(schedule_deletion(SYSTEM, user.id))
        stopped.advance(GRACE)

        await commit(enqueue_due())
        await run_pending()

    assert filled <= await mentions(other.id)
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1
