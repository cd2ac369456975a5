"""Who may set whose password."""

from __future__ import annotations

import pytest

from app.credentials.errors import PasswordRefused
from app.credentials.service import check_password, has_password, set_password
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, Unauthenticated
from app.users.errors import UserNotFound
from app.users.service import record_sign_in
from tests.support import as_user, commit, make_admin, make_user

PASSWORD = "correct horse battery staple"
_AUDIT = "SELECT action, target_id, actor_id FROM events_audit WHERE action = 'password.changed' ORDER BY seq"


async def test_a_user_sets_an_own_password() -> None:
    user = await make_user()

    await commit(set_password(as_user(user), user.id, PASSWORD))

    assert (await check_password(user.id, PASSWORD)).is_correct
    assert [tuple(row) for row in await db.fetch(_AUDIT)] == [("password.changed", user.id, user.id)]


async def test_nothing_of_the_password_is_in_the_audit_trail() -> None:
    user = await make_user()

    await commit(set_password(SYSTEM, user.id, PASSWORD, must_change=True))

    row = await db.fetch_value("SELECT row_to_json(a)::text FROM events_audit a WHERE action = 'password.changed'")
    assert '"must_change' in row
    assert "horse" not in row
    assert "argon2" not in row
    assert (await check_password(user.id, PASSWORD)).must_change


async def test_the_first_password_of_an_unused_account_needs_users_create() -> None:
    user, admin = await make_user(), await make_admin()

    await commit(set_password(as_user(admin), user.id, PASSWORD))

    assert (await check_password(user.id, PASSWORD)).is_correct


@pytest.mark.parametrize("is_used", [True, False])
async def test_nobody_else_may_set_a_password(is_used: bool) -> None:
    user, other = await make_user(), await make_user("eve@example.com")
    if is_used:
        await commit(record_sign_in(user.id))

    with pytest.raises(Forbidden) as refused:
        await commit(set_password(as_user(other), user.id, PASSWORD))
    with pytest.raises(Unauthenticated):
        await commit(set_password(ANONYMOUS, user.id, PASSWORD))

    assert refused.value.detail == ("platform.manage_platform" if is_used else "users.create")
    assert not await has_password(user.id)
    assert await db.fetch(_AUDIT) == []


async def test_a_second_password_by_an_operator_needs_the_platform() -> None:
    user, other = await make_user(), await make_user("eve@example.com")
    await commit(set_password(SYSTEM, user.id, PASSWORD))

    with pytest.raises(Forbidden) as refused:
        await commit(set_password(as_user(other), user.id, "another good one 44"))

    assert refused.value.detail == "platform.manage_platform"
    assert (await check_password(user.id, PASSWORD)).is_correct


async def test_a_weak_password_changes_nothing() -> None:
    user = await make_user(name="Ada Lovelace")
    await commit(set_password(SYSTEM, user.id, PASSWORD))

    with pytest.raises(PasswordRefused):
        await commit(set_password(as_user(user), user.id, "ada lovelace 1815"))

    assert (await check_password(user.id, PASSWORD)).is_correct


async def test_an_unknown_user_has_no_password_to_set() -> None:
    with pytest.raises(UserNotFound):
        await commit(set_password(SYSTEM, "usr_unknown", PASSWORD))
