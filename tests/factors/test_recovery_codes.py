"""Recovery codes: ten, hashed, each once."""

from __future__ import annotations

import asyncio
import re

import pytest

from app.factors.errors import CodeWrong, NoFactor
from app.factors.service import find_factors_of, use_recovery_code
from app.factors.service.recovery import make_recovery_codes
from app.kit import db
from app.kit.db import unit_of_work
from app.users.types import User
from tests.factors.support import give_app
from tests.login.support import read_mails
from tests.support import as_user, commit, make_user, read_audit


async def _use(user: User, code: str) -> bool:
    try:
        async with unit_of_work():
            await use_recovery_code(as_user(user), user, code)
    except CodeWrong:
        return False
    return True


async def test_codes_can_be_read_aloud_and_are_stored_as_keyed_hashes() -> None:
    user = await make_user()
    _, codes = await give_app(user)

    stored = [bytes(row["code_hash"]) for row in await db.fetch("SELECT code_hash FROM factors_recovery_code")]
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}", code) for code in codes)
    assert {len(each) for each in stored} == {32}
    assert not any(code.replace("-", "").encode() in each for code in codes for each in stored)


async def test_a_code_is_taken_once_and_the_owner_hears_of_it() -> None:
    user = await make_user()
    _, codes = await give_app(user)

    assert [await _use(user, codes[3]), await _use(user, codes[3])] == [True, False]

    assert (await find_factors_of(user.id)).recovery_codes_left == 9
    used = [event for event in await read_audit() if event.action == "recovery_code.used"]
    assert [(event.target_id, event.after) for event in used] == [(user.id, {"left": 9})]
    mail = (await read_mails())[0]
    assert (mail.template, mail.to, "Codes left: 9" in (mail.text or "")) == ("recovery_code_used", user.email, True)


async def test_of_twenty_uses_at_once_one_succeeds() -> None:
    user = await make_user()
    _, codes = await give_app(user)

    outcomes = await asyncio.gather(*(_use(user, codes[0]) for _ in range(20)))

    assert sorted(outcomes) == [False] * 19 + [True]
    assert (await find_factors_of(user.id)).recovery_codes_left == 9


@pytest.mark.parametrize(
    "change", [str.upper, lambda code: code.replace("-", " "), lambda code: code.replace("0", "O")]
)
async def test_how_a_code_is_typed_does_not_matter(change: object) -> None:
    user = await make_user()
    _, codes = await give_app(user)

    assert await _use(user, change(codes[0]))  # type: ignore[operator]


async def test_a_code_of_somebody_else_is_wrong() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    _, codes = await give_app(ada)
    await give_app(eve)

    assert not await _use(eve, codes[0])
    assert (await find_factors_of(ada.id)).recovery_codes_left == 10


@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000", "x" * 10_000, "é" * 12])
async def test_what_is_no_code_is_refused(typed: str) -> None:
    user = await make_user()
    await give_app(user)

    assert not await _use(user, typed)


async def test_new_codes_take_the_place_of_all_former_ones() -> None:
    user = await make_user()
    _, old = await give_app(user)
    await _use(user, old[0])

    new = await commit(make_recovery_codes(as_user(user), user))

    assert (await find_factors_of(user.id)).recovery_codes_left == 10
    assert not set(new) & set(old)
    assert [await _use(user, old[1]), await _use(user, new[1])] == [False, True]


async def test_there_are_no_codes_without_a_factor() -> None:
    user = await make_user()

    with pytest.raises(NoFactor):
        await commit(make_recovery_codes(as_user(user), user))
