"""Banning users, for a while or for good, and lifting a ban."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.users.errors import InvalidUser, OwnAccount, UserNotFound
from app.users.service import ban_user, find_user, get_user, unban_user
from app.users.types import Ban, UserStatus
from tests.support import (
    as_user,
    assert_needs,
    commit,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
    unknown_id,
)

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMIN = as_user("usr_admin")


async def test_banning_needs_the_permission() -> None:
    user = await make_user()

    await assert_needs("users.ban", lambda actor: ban_user(actor, user.id))


async def test_lifting_a_ban_needs_the_permission() -> None:
    user = await make_user()
    await commit(ban_user(SYSTEM, user.id))

    await assert_needs("users.ban", lambda actor: unban_user(actor, user.id))


async def test_a_ban_says_why_by_whom_and_until_when() -> None:
    user = await make_user()
    until = MOMENT + timedelta(days=1)

    with deciding(usr_admin={"users.ban"}), clock.frozen(MOMENT):
        banned = await commit(ban_user(ADMIN, user.id, reason="spam", until=until))

        assert banned.ban == Ban("spam", until, MOMENT, "usr_admin")
        assert banned.status is UserStatus.BANNED
        assert await find_user(user.id) == banned

    event = next(event for event in await read_audit() if event.action == "user.banned")
    assert (event.action, event.actor_id, event.target_id, event.about_user_id, event.reason) == (
        "user.banned",
        "usr_admin",
        user.id,
        user.id,
        "spam",
    )
    assert event.after == {"status": "banned", "reason": "spam", "until": "2026-11-24T12:00:00+00:00"}
    assert (await read_outbox())[-1] == ("user.banned", user.id)


async def test_a_ban_with_an_end_lifts_itself_to_the_moment() -> None:
    user = await make_user()

    with clock.frozen(MOMENT) as stopped:
        await commit(ban_user(SYSTEM, user.id, until=MOMENT + timedelta(hours=1)))
        stopped.advance(timedelta(hours=1) - timedelta(microseconds=1))
        assert (await get_user(user.id)).status is UserStatus.BANNED

        stopped.advance(timedelta(microseconds=1))
        assert (await get_user(user.id)).ban is None


async def test_a_ban_without_an_end_stays() -> None:
    user = await make_user()

    with clock.frozen(MOMENT) as stopped:
        await commit(ban_user(SYSTEM, user.id))
        stopped.advance(timedelta(days=36_500))
        assert (await get_user(user.id)).ban == Ban(None, None, MOMENT, None)


async def test_a_second_ban_replaces_the_first() -> None:
    user = await make_user()

    with clock.frozen(MOMENT):
        await commit(ban_user(SYSTEM, user.id, reason="a while", until=MOMENT + timedelta(days=1)))
        await commit(ban_user(SYSTEM, user.id))

        assert (await get_user(user.id)).ban == Ban(None, None, MOMENT, None)


async def test_a_lifted_ban_leaves_no_trace_in_the_account_and_one_in_the_trail() -> None:
    user = await make_user()
    await commit(ban_user(SYSTEM, user.id, reason="spam"))

    with deciding(usr_admin={"users.ban"}):
        free = await commit(unban_user(ADMIN, user.id))

    assert (free.ban, free.status) == (None, UserStatus.ACTIVE)
    assert [(event.action, event.actor_id) for event in await read_audit()] == [
        ("user.created", None),
        ("user.banned", None),
        ("user.unbanned", "usr_admin"),
    ]


async def test_lifting_a_ban_that_is_not_there_does_nothing() -> None:
    user = await make_user()
    before = await read_everything()

    assert await commit(unban_user(SYSTEM, user.id)) == user
    assert await read_everything() == before


async def test_nobody_bans_the_account_they_are_using() -> None:
    user = await make_user()
    before = await read_everything()

    with deciding(**{user.id: {"users.ban"}}), pytest.raises(OwnAccount):
        await commit(ban_user(as_user(user), user.id))

    assert await read_everything() == before


@pytest.mark.parametrize("until", [MOMENT, MOMENT - timedelta(days=1), datetime(2027, 1, 1)])  # noqa: DTZ001
async def test_the_end_of_a_ban_lies_in_the_future_and_in_a_time_zone(until: datetime) -> None:
    user = await make_user()
    before = await read_everything()

    with clock.frozen(MOMENT), pytest.raises(InvalidUser) as caught:
        await commit(ban_user(SYSTEM, user.id, until=until))

    assert caught.value.field == ("until",)
    assert await read_everything() == before


@pytest.mark.parametrize("reason", ["x" * 501, "two\nlines", "nul\0"])
async def test_a_reason_is_one_bounded_line(reason: str) -> None:
    user = await make_user()

    with pytest.raises(InvalidUser) as caught:
        await commit(ban_user(SYSTEM, user.id, reason=reason))

    assert caught.value.field == ("reason",)
    assert (await get_user(user.id)).ban is None


@pytest.mark.parametrize("use_case", [ban_user, unban_user])
async def test_there_must_be_such_a_user(use_case: object) -> None:
    assert callable(use_case)
    with pytest.raises(UserNotFound):
        await commit(use_case(SYSTEM, unknown_id()))
