"""Deleting with a grace period: what is refused meanwhile, having the account back, and the end of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.api_keys.errors import ApiKeyOwnerInactive
from app.events.service import react, verify_chain
from app.jobs import schedules
from app.jobs.service import run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import Conflict
from app.kit.runtime import override
from app.lifecycle.service import erase_account, restore_account, review_deletion, schedule_deletion
from app.lifecycle.service.deletion import enqueue_due, erase_due
from app.sessions.errors import SignInRefused
from app.sessions.service import begin_session, resolve_session
from app.users.errors import IdTaken, OwnAccount, UserNotFound
from app.users.service import ban_user, find_tombstone, find_user, get_user, register_user
from app.users.types import Deletion, NewUser, Tombstone, User, UserDeleted, UserStatus
from tests.api_keys.support import make_key, show
from tests.clients.support import make_client
from tests.login.support import read_mails
from tests.oidc.families import give_family
from tests.support import (
    as_user,
    assert_needs,
    commit,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
)

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRACE = timedelta(days=14)
ADMIN = as_user("usr_admin")
MAY_DELETE = {"usr_admin": {"users.delete"}}


async def scheduled(user: User | None = None, actor: Actor = SYSTEM) -> User:
    found = await commit(schedule_deletion(actor, (user or await make_user()).id))
    assert found is not None
    return found


async def run_jobs() -> None:
    """What workers do when it is time to look for accounts that are due."""
    await commit(enqueue_due())
    await run_pending()


async def test_deleting_restoring_and_looking_first_need_the_permission() -> None:
    user = await make_user()

    await assert_needs("users.delete", lambda actor: schedule_deletion(actor, user.id))
    await assert_needs("users.delete", lambda actor: erase_account(actor, user.id))
    await assert_needs("users.delete", lambda actor: review_deletion(actor, user.id))
    await scheduled(user)
    await assert_needs("users.delete", lambda actor: restore_account(actor, user.id))


async def test_a_deleted_account_says_when_it_will_be_erased_and_by_whose_wish() -> None:
    user = await make_user()

    with deciding(**MAY_DELETE), clock.frozen(MOMENT):
        left = await scheduled(user, ADMIN)

    assert left.deletion == Deletion(MOMENT, MOMENT + GRACE, "usr_admin")
    assert (left.status, left.is_active, left.is_leaving_by_own_wish) == (UserStatus.PENDING_DELETION, False, False)
    assert await get_user(user.id) == left
    event = next(each for each in await read_audit() if each.action != "user.created")
    assert (event.action, event.actor_id, event.about_user_id) == ("user.deletion_scheduled", "usr_admin", user.id)
    assert event.after == {"erased_at": "2026-12-07T12:00:00+00:00", "is_own_wish": False}
    assert (await read_outbox())[-1] == ("user.deletion_scheduled", user.id)


async def test_sessions_tokens_and_keys_are_worth_nothing_at_once() -> None:
    user, client = await make_user(), await make_client()
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="pwd", browser_id="b"))
    family = await commit(give_family(user.id, client.id, new.session.id))
    key = await make_key(user)

    await scheduled(user)

    assert await resolve_session(new.token) is None
    assert await db.fetch_value("SELECT revoked_at IS NOT NULL FROM oidc_grant WHERE id = $1", family)
    with pytest.raises(ApiKeyOwnerInactive):
        await show(key)
    with pytest.raises(SignInRefused):
        await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="pwd", browser_id="b"))


async def test_the_person_is_told_by_mail_in_their_language() -> None:
    user = await make_user(locale="de-AT")
    with clock.frozen(MOMENT) as stopped:
        await scheduled(user)
        stopped.advance(timedelta(minutes=1))
        await commit(restore_account(SYSTEM, user.id))

    back, gone = await read_mails()

    assert (gone.to, gone.template, gone.locale) == (user.email, "deletion_ordered", "de")
    assert "2026-12-07 12:00 UTC" in (gone.text or "")
    assert (back.template, back.locale) == ("account_restored", "de")


async def test_deleting_again_changes_nothing() -> None:
    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        before = await read_everything()
        stopped.advance(timedelta(days=1))

        assert await commit(schedule_deletion(SYSTEM, user.id)) == user

    assert await read_everything() == before


async def test_a_restored_account_works_as_before() -> None:
    user = await make_user()
    key = await make_key(user)
    await scheduled(user)

    with deciding(**MAY_DELETE):
        restored = await commit(restore_account(ADMIN, user.id))
        before = await read_everything()
        again = await commit(restore_account(ADMIN, user.id))

    assert (restored.status, restored.deletion, again) == (UserStatus.ACTIVE, None, restored)
    assert await read_everything() == before
    assert (await show(key)).key.id == key.key.id
    assert [event.action for event in await read_audit()][-1] == "user.restored"
    assert (await read_outbox())[-1] == ("user.restored", user.id)


async def test_without_a_grace_period_an_account_is_gone_at_once() -> None:
    user = await make_user()

    with override(deletion_grace=timedelta(0)):
        assert await commit(schedule_deletion(SYSTEM, user.id)) is None

    assert await find_user(user.id) is None


async def test_nobody_deletes_the_account_they_are_using_as_an_operator() -> None:
    user = await make_user()
    before = await read_everything()

    for delete in (schedule_deletion, erase_account):
        with deciding(**{user.id: {"users.delete"}}), pytest.raises(OwnAccount):
            await commit(delete(as_user(user), user.id))

    assert await read_everything() == before


async def test_an_account_is_erased_when_its_time_is_over_and_not_before() -> None:
    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        stopped.advance(GRACE - timedelta(microseconds=1))
        await run_jobs()
        assert await find_user(user.id) is not None

        stopped.advance(timedelta(microseconds=1))
        await run_jobs()

    assert await find_user(user.id) is None
    assert ("user.deleted", user.id) in await read_outbox()
    assert (await verify_chain()).problems == ()


async def test_workers_look_for_what_is_due_by_themselves() -> None:
    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        await schedules.plan()
        stopped.advance(GRACE)

        await schedules.enqueue_due()
        await run_pending()

    assert await find_user(user.id) is None


async def test_an_account_that_was_restored_or_deleted_anew_in_time_stays() -> None:
    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        stopped.advance(GRACE)
        await commit(enqueue_due())
        await commit(restore_account(SYSTEM, user.id))
        await scheduled(user)

        await run_pending()

    assert (await get_user(user.id)).status is UserStatus.PENDING_DELETION


async def test_several_workers_erase_an_account_once() -> None:
    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        stopped.advance(GRACE)

        done = await asyncio.gather(*(commit(erase_due(user.id)) for _ in range(6)))

    assert sorted(done) == [False] * 5 + [True]
    assert [event for event in await read_outbox() if event[0] == "user.deleted"] == [("user.deleted", user.id)]


async def test_an_erasure_that_fails_changes_nothing_and_is_done_later() -> None:
    async def fail(actor: Actor, event: UserDeleted) -> None:
        raise Conflict("test_not_now", "Not now.")

    with clock.frozen(MOMENT) as stopped:
        user = await scheduled()
        other = await scheduled(await make_user("bob@example.com"))
        await run_pending()
        stopped.advance(GRACE)
        untie = react(UserDeleted, fail)
        await run_jobs()
        untie()
        assert await get_user(user.id) == user
        assert await find_tombstone(user.id) is None

        stopped.advance(timedelta(hours=1))
        await run_jobs()

    assert (await find_user(user.id), await find_user(other.id)) == (None, None)


async def test_a_tombstone_says_by_whom_and_the_address_is_free_while_the_id_never_is() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        with deciding(**MAY_DELETE):
            await scheduled(user, ADMIN)
        stopped.advance(GRACE)
        await run_jobs()

    assert await find_tombstone(user.id) == Tombstone(user.id, MOMENT + GRACE, "usr_admin", None)
    assert (await make_user(user.email)).id != user.id
    with pytest.raises(IdTaken):
        await commit(register_user(SYSTEM, NewUser(email="new@example.com", id=user.id)))


async def test_an_operator_can_erase_what_is_scheduled_at_once() -> None:
    user = await scheduled()

    with deciding(**MAY_DELETE):
        await commit(erase_account(ADMIN, user.id))

        with pytest.raises(UserNotFound):
            await commit(restore_account(ADMIN, user.id))
    assert await find_user(user.id) is None


async def test_somebody_banned_who_is_deleted_counts_as_leaving_and_stays_banned_when_restored() -> None:
    user = await make_user()
    await commit(ban_user(SYSTEM, user.id, reason="spam"))

    left = await scheduled(user)
    back = await commit(restore_account(SYSTEM, user.id))

    assert (left.status, back.status) == (UserStatus.PENDING_DELETION, UserStatus.BANNED)
