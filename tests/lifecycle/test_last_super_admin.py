"""Somebody who may everything is always left: nobody deletes, bans or merges the last one away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.authz.service import grant_relation
from app.authz.types import EVERY, PLATFORM, SUPER_ADMIN, TupleKey
from app.kit.actor import SYSTEM
from app.lifecycle.errors import LastSuperAdmin
from app.lifecycle.service import (
    erase_account,
    merge_accounts,
    review_deletion,
    schedule_deletion,
    schedule_own_deletion,
)
from app.lifecycle.types import MergeWish
from app.users.service import ban_user, find_user
from app.users.types import User
from tests.factors.support import fresh
from tests.support import commit, make_admin, make_user, read_everything

Leave = Callable[[User], Awaitable[object]]


async def merge_away(user: User) -> object:
    other = await find_user("usr_other")
    assert other is not None
    return await merge_accounts(SYSTEM, MergeWish(source_id=user.id, target_id=other.id))


WAYS: dict[str, Leave] = {
    "deleted": lambda user: schedule_deletion(SYSTEM, user.id),
    "erased": lambda user: erase_account(SYSTEM, user.id),
    "looked at": lambda user: review_deletion(SYSTEM, user.id),
    "deleted by themselves": lambda user: schedule_own_deletion(fresh(user)),
    "banned": lambda user: ban_user(SYSTEM, user.id),
    "merged": merge_away,
}


async def join_admins(user: User) -> None:
    """Make somebody super admin by way of two groups."""
    for key in (
        TupleKey(PLATFORM, EVERY, SUPER_ADMIN, "group", "admins", "member"),
        TupleKey("group", "admins", "member", "group", "night", "member"),
        TupleKey("group", "night", "member", "user", user.id),
    ):
        await commit(grant_relation(SYSTEM, key))


@pytest.mark.parametrize("way", WAYS)
async def test_the_last_super_admin_stays(way: str) -> None:
    admin = await make_admin()
    await make_user("other@example.com", id="usr_other")
    before = await read_everything()

    with pytest.raises(LastSuperAdmin):
        await commit(WAYS[way](admin))

    assert await read_everything() == before


@pytest.mark.parametrize("way", WAYS)
async def test_one_of_two_may_go(way: str) -> None:
    admin = await make_admin()
    await make_admin("second@example.com")
    await make_user("other@example.com", id="usr_other")

    await commit(WAYS[way](admin))


async def test_who_is_super_admin_through_groups_counts() -> None:
    member = await make_user()
    await join_admins(member)
    with pytest.raises(LastSuperAdmin):
        await commit(schedule_deletion(SYSTEM, member.id))
    admin = await make_admin()

    await commit(schedule_deletion(SYSTEM, admin.id))

    with pytest.raises(LastSuperAdmin):
        await commit(ban_user(SYSTEM, member.id))


@pytest.mark.parametrize("way", ["banned", "deleted"])
async def test_another_who_cannot_sign_in_does_not_count(way: str) -> None:
    admin, other = await make_admin(), await make_admin("second@example.com")
    await commit(WAYS[way](other))

    with pytest.raises(LastSuperAdmin):
        await commit(schedule_deletion(SYSTEM, admin.id))


async def test_of_two_who_go_at_the_same_time_one_stays() -> None:
    admins = [await make_admin(), await make_admin("second@example.com")]

    outcomes = await asyncio.gather(
        *(commit(schedule_deletion(SYSTEM, each.id)) for each in admins), return_exceptions=True
    )

    assert sorted(isinstance(each, LastSuperAdmin) for each in outcomes) == [False, True]
