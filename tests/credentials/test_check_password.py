"""Checking a password: exactly as typed, and at the same cost for everybody."""

from __future__ import annotations

import pytest

from app.credentials import queries
from app.credentials.errors import PasswordNotText, PasswordTooLong
from app.credentials.hashing import hasher
from app.credentials.service import (
    adopt_password,
    check_password,
    has_password,
    is_still_current,
    prepare_password,
    require_password_change,
)
from app.credentials.types import PasswordCheck
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.runtime import override
from app.users.types import User
from tests.support import commit, counted_statements, make_user

PASSWORD = "correct horse battery staple"


async def _user_with(password: str, email: str = "ada@example.com") -> User:
    user = await make_user(email)
    await commit(adopt_password(SYSTEM, user.id, await prepare_password(password)))
    return user


async def test_the_right_password_is_told_from_a_wrong_one() -> None:
    user = await _user_with(PASSWORD)

    assert await check_password(user.id, PASSWORD) == PasswordCheck(is_correct=True, must_change=False, version=1)
    assert await check_password(user.id, PASSWORD + "r") == PasswordCheck(is_correct=False)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Ünlü şifre 77", "U\u0308nlu\u0308 s\u0327ifre 77"),
        (" leading is kept 9", "leading is kept 9"),
        ("trailing is kept 9 ", "trailing is kept 9"),
        ("nul\0 is no end 9z", "nul\0 is no end 9y"),
        ("k" * 90 + "end 7 vT!", "k" * 90 + "end 7 vT?"),
        ("ﬁne ligature 99!", "fine ligature 99!"),
    ],
)
async def test_a_password_is_compared_exactly_and_whole(stored: str, typed: str) -> None:
    user = await _user_with(stored)

    assert (await check_password(user.id, stored)).is_correct
    assert not (await check_password(user.id, typed)).is_correct


async def test_an_unknown_user_costs_the_same_as_a_known_one() -> None:
    known, bare = await _user_with(PASSWORD), await make_user("bare@example.com")
    costs = []

    for user_id in (known.id, bare.id, "usr_unknown", None):
        hashed = hasher().computed
        with counted_statements() as statements:
            assert not (await check_password(user_id, "wrong")).is_correct
        costs.append((len(statements), hasher().computed - hashed))

    assert costs == [(1, 1)] * 4


async def test_nobody_has_the_password_of_the_dummy() -> None:
    for password in ("", "dummy", "password"):
        assert not (await check_password(None, password)).is_correct


@pytest.mark.parametrize("password", ["x" * 1_025, "x" * 1_000_000])
async def test_a_password_over_1024_characters_is_refused_before_hashing(password: str) -> None:
    user = await _user_with(PASSWORD)
    hashed = hasher().computed

    with counted_statements() as statements, pytest.raises(PasswordTooLong):
        await check_password(user.id, password)

    assert (statements, hasher().computed) == ([], hashed)


async def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(PasswordNotText):
        await check_password(None, "lone \ud800 surrogate")


async def test_a_hash_of_other_parameters_is_replaced_at_the_next_right_password() -> None:
    user = await _user_with(PASSWORD)

    with override(argon2_time_cost=2):
        assert not (await check_password(user.id, "wrong")).is_correct
        unchanged = await queries.read_password(user.id)
        assert await check_password(user.id, PASSWORD) == PasswordCheck(is_correct=True, version=1)
        replaced = await queries.read_password(user.id)
        assert (await check_password(user.id, PASSWORD)).is_correct

    assert unchanged is not None
    assert replaced is not None
    assert unchanged.phc.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert replaced.phc.startswith("$argon2id$v=19$m=8192,t=2,p=1$")


async def test_a_hash_is_not_replaced_over_a_newer_password() -> None:
    user = await _user_with(PASSWORD)
    await commit(adopt_password(SYSTEM, user.id, await prepare_password("another good one 44")))

    await queries.replace_hash(user.id, "$argon2id$outdated", "$argon2id$of the old password")

    assert (await check_password(user.id, "another good one 44")).is_correct


async def test_a_forced_change_is_reported_with_the_right_password_only() -> None:
    user = await _user_with(PASSWORD)
    await commit(require_password_change(user.id))

    assert await check_password(user.id, PASSWORD) == PasswordCheck(is_correct=True, must_change=True, version=1)
    assert await check_password(user.id, "wrong") == PasswordCheck(is_correct=False)


async def test_a_check_is_current_until_the_password_changes() -> None:
    user = await _user_with(PASSWORD)
    check = await check_password(user.id, PASSWORD)

    async with unit_of_work():
        assert await is_still_current(user.id, check)
    await commit(adopt_password(SYSTEM, user.id, await prepare_password("another good one 44")))
    async with unit_of_work():
        assert not await is_still_current(user.id, check)
        assert not await is_still_current("usr_unknown", check)


async def test_a_user_without_a_password_has_none() -> None:
    user, bare = await _user_with(PASSWORD), await make_user("bare@example.com")

    assert (await has_password(user.id), await has_password(bare.id)) == (True, False)
