"""Finding users by id, by what they sign in with, in bulk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock
from app.kit.actor import ANONYMOUS, Actor, ActorKind
from app.kit.errors import InvalidInput
from app.users.errors import UserNotFound
from app.users.service import (
    find_by_email,
    find_by_login,
    find_user,
    get_user,
    get_users,
    may_view_user,
    record_sign_in,
)
from tests.support import as_user, commit, counted_statements, deciding, make_user, unknown_id


@pytest.mark.parametrize("login", ["ada@example.com", "ADA@Example.COM", " ada@example.com ", "ada.l", "ADA.L"])
async def test_an_address_or_a_username_signs_in_without_regard_to_case(login: str) -> None:
    user = await make_user("Ada@example.com", username="Ada.L")
    await make_user("eve@example.com", username="eve")

    assert await find_by_login(login) == user


@pytest.mark.parametrize(
    "login", ["", " ", "ada@example.org", "ad", "ada.l ada.l", "%", "ada_l", pytest.param("x" * 10_000, id="long")]
)
async def test_nobody_else_is_found(login: str) -> None:
    await make_user("ada@example.com", username="ada.l")

    assert await find_by_login(login) is None


async def test_an_international_domain_is_found_in_both_spellings() -> None:
    user = await make_user("ada@bücher.example")

    assert await find_by_login("ada@xn--bcher-kva.example") == user
    assert await find_by_email("ADA@BÜCHER.example") == user


async def test_a_username_is_no_address() -> None:
    await make_user("ada@example.com", username="ada")

    assert await find_by_email("ada") is None


async def test_text_that_no_login_can_be_is_refused_not_a_fault() -> None:
    with pytest.raises(InvalidInput):
        await find_by_login("nul\0")


async def test_many_users_are_found_in_one_statement() -> None:
    users = [await make_user(f"u{n}@example.com") for n in range(5)]

    with counted_statements() as statements:
        found = await get_users([*(user.id for user in users), unknown_id()])

    assert found == {user.id: user for user in users}
    assert len(statements) == 1


async def test_an_unknown_id_is_nobody() -> None:
    assert await find_user(unknown_id()) is None
    with pytest.raises(UserNotFound):
        await get_user(unknown_id())


async def test_a_sign_in_is_noted() -> None:
    user = await make_user()

    with clock.frozen(user.created_at + timedelta(hours=1)):
        noted = await commit(record_sign_in(user.id))

    assert noted is not None
    assert noted.last_sign_in_at == user.created_at + timedelta(hours=1)
    assert noted.updated_at == user.updated_at
    assert await commit(record_sign_in(unknown_id())) is None


async def test_one_sees_oneself_others_need_the_permission() -> None:
    with deciding(usr_admin={"users.view"}):
        seen = [
            await may_view_user(actor, "usr_ada")
            for actor in (
                ANONYMOUS,
                as_user("usr_eve"),
                Actor(ActorKind.CLIENT, "usr_ada"),
                as_user("usr_ada"),
                as_user("usr_admin"),
            )
        ]

    assert seen == [False, False, False, True, True]
