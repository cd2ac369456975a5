"""Guesses at codes: counted before they are compared, few, exact under concurrency."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.kit import clock, db
from app.mailed.errors import CodeOver, CodeWrong
from app.mailed.rules import clean_code
from app.mailed.service import guess_code, use
from app.mailed.types import Claim
from tests.mailed.support import ASKER, BROWSER, OTHER_BROWSER, send_to, wish_for, wrong_of
from tests.support import commit, counted_statements, make_user, read_audit


async def _claim(code: str) -> Claim:
    claim = (await guess_code(BROWSER, code)).claim
    assert claim is not None
    return claim


async def test_a_right_code_proves_whose_mail_was_read() -> None:
    user = await make_user()
    claim = await _claim((await send_to(user)).code)

    assert (claim.user_id, claim.email, claim.password_version) == (user.id, "ada@example.com", 0)


async def test_the_last_of_five_guesses_may_be_right_and_there_is_no_sixth() -> None:
    made = await send_to(await make_user())
    wrong = wrong_of(made.code)

    guesses = [(await guess_code(BROWSER, code)).claim for code in (wrong, wrong, wrong, wrong, made.code)]

    assert [claim is not None for claim in guesses] == [False] * 4 + [True]
    with pytest.raises(CodeOver):
        await guess_code(BROWSER, made.code)


async def test_a_hundred_guesses_at_once_are_five() -> None:
    made = await send_to(await make_user())

    async def guess(number: int) -> str:
        try:
            return "wrong" if (await guess_code(BROWSER, f"{number:08d}")).claim is None else "right"
        except CodeOver:
            return "over"

    wrong = [number for number in range(101) if f"{number:08d}" != made.code][:100]
    answers = await asyncio.gather(*(guess(number) for number in wrong))

    assert sorted(answers) == ["over"] * 95 + ["wrong"] * 5
    assert await db.fetch_value("SELECT guesses FROM mailed_code") == 5


async def test_guesses_where_nobody_is_meant_are_counted_and_cost_the_same() -> None:
    user = await make_user()
    costs = []

    for login in (user.email, "eve@example.com"):
        made = await send_to(user) if login == user.email else None
        if made is None:
            await wish_for(login)
        answers = []
        with counted_statements() as statements:
            for _ in range(6):
                try:
                    answers.append((await guess_code(BROWSER, wrong_of(made.code) if made else "12345678")).claim)
                except CodeOver:
                    answers.append("over")  # type: ignore[arg-type]
        costs.append((answers, len(statements)))

    assert costs[0] == costs[1] == ([None] * 5 + ["over"], 6)


async def test_what_cannot_be_a_code_uses_no_guess_up() -> None:
    await send_to(await make_user())

    for typed in ("", "1234567", "123456789", "abcdefgh", "1" * 65, "1234567x"):
        with pytest.raises(CodeWrong):
            await guess_code(BROWSER, typed)

    assert await db.fetch_value("SELECT guesses FROM mailed_code") == 0


@pytest.mark.parametrize(
    "typed",
    ["04812357", " 04812357\t", "0481 2357", "0481-2357", "0481\u00a02357", "04\u202f81\u202f23\u202f57",
     "\u200b04812357",
     "\uff10\uff14\uff18\uff11\uff12\uff13\uff15\uff17", "\u0660\u0664\u0668\u0661\u0662\u0663\u0665\u0667"],
)  # fmt: skip
def test_a_code_is_understood_as_it_is_pasted(typed: str) -> None:
    assert clean_code(typed) == "04812357"


async def test_a_code_of_another_browser_is_no_code() -> None:
    made = await send_to(await make_user())

    with pytest.raises(CodeOver):
        await guess_code(OTHER_BROWSER, made.code)
    assert await db.fetch_value("SELECT guesses FROM mailed_code") == 0


async def test_a_code_expires() -> None:
    made = await send_to(await make_user())

    with clock.frozen(clock.now() + timedelta(minutes=10)), pytest.raises(CodeOver):
        await guess_code(BROWSER, made.code)


async def test_a_claim_is_used_once_however_many_have_it() -> None:
    user = await make_user()
    claim = await _claim((await send_to(user)).code)

    async def try_to_use() -> bool:
        try:
            await commit(use(ASKER, claim))
        except CodeOver:
            return False
        return True

    used = await asyncio.gather(*(try_to_use() for _ in range(12)))

    assert sorted(used) == [False] * 11 + [True]
    assert [event.action for event in await read_audit()].count("mailed_code.used") == 1


async def test_a_claim_is_worth_nothing_once_the_browser_asked_again() -> None:
    user = await make_user()
    claim = await _claim((await send_to(user)).code)
    await send_to(user)

    with pytest.raises(CodeOver):
        await commit(use(ASKER, claim))
