"""Authenticator apps: set up with a first code, one step of drift, each code once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.factors.errors import CodeWrong, LastFactor, SetupOver, TotpNotFound
from app.factors.service import begin_totp, confirm_totp, find_factors_of, use_totp
from app.factors.service.totp import SETUP_TTL, remove_totp
from app.kit import clock, db
from app.kit.db import unit_of_work
from app.kit.runtime import override
from tests.factors.support import code_of, give_app, rows
from tests.support import as_user, commit, make_user, read_audit

WRONG = "000000"


async def _use(user_id: str, code: str) -> bool:
    try:
        async with unit_of_work():
            await use_totp(user_id, code)
    except CodeWrong:
        return False
    return True


async def test_nothing_is_stored_before_a_code_of_the_app_was_seen() -> None:
    user = await make_user()
    setup = begin_totp(user)

    with pytest.raises(CodeWrong):
        await commit(confirm_totp(as_user(user), user, setup.token, "123"))

    assert await rows("factors_totp") == 0
    assert await rows("factors_recovery_code") == 0


async def test_the_first_code_turns_the_app_on_and_ten_recovery_codes_come_with_it() -> None:
    user = await make_user()
    setup = begin_totp(user)

    codes = await commit(confirm_totp(as_user(user), user, setup.token, code_of(setup.secret)))

    found = await find_factors_of(user.id)
    assert (found.totp is not None, found.count, found.recovery_codes_left) == (True, 1, 10)
    assert len(set(codes)) == 10
    assert [(event.action, event.target_id) for event in await read_audit()][-2:] == [
        ("factor.added", user.id),
        ("recovery_codes.made", user.id),
    ]


async def test_the_code_that_turned_the_app_on_is_used_up() -> None:
    user = await make_user()
    setup = begin_totp(user)
    with clock.frozen():
        code = code_of(setup.secret)
        await commit(confirm_totp(as_user(user), user, setup.token, code))

        assert not await _use(user.id, code)


async def test_the_secret_is_sealed_at_rest_and_in_the_page() -> None:
    user = await make_user()
    setup = begin_totp(user)
    await commit(confirm_totp(as_user(user), user, setup.token, code_of(setup.secret)))

    stored = bytes(await db.fetch_value("SELECT secret FROM factors_totp"))
    assert setup.secret.encode() not in stored
    assert setup.secret not in setup.token
    assert setup.secret not in repr(setup)


async def test_a_setup_is_good_for_one_user_and_for_a_while() -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")

    with clock.frozen() as frozen:
        setup = begin_totp(ada)
        with pytest.raises(SetupOver):
            await commit(confirm_totp(as_user(eve), eve, setup.token, code_of(setup.secret)))
        frozen.advance(SETUP_TTL)
        for token in (setup.token, "", "x" * 2_000, setup.token[:-2]):
            with pytest.raises(SetupOver):
                await commit(confirm_totp(as_user(ada), ada, token, code_of(setup.secret)))

    assert await rows("factors_totp") == 0


async def test_a_setup_that_goes_on_keeps_its_secret() -> None:
    user = await make_user()
    setup = begin_totp(user)

    assert begin_totp(user, setup.token).secret == setup.secret
    assert begin_totp(user, "something else").secret != setup.secret


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_rfc6238_5_2_a_clock_may_be_one_step_off(steps: int, is_right: bool) -> None:
    user = await make_user()

    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        frozen.advance(timedelta(minutes=5))
        assert await _use(user.id, code_of(secret, steps=steps)) == is_right


@pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", " {0}-{1} "])
async def test_blanks_in_a_code_are_for_the_eye(typed: str) -> None:
    user = await make_user()
    secret, _ = await give_app(user)
    code = code_of(secret)

    assert await _use(user.id, typed.format(code[:3], code[3:]))


async def test_a_code_is_taken_once() -> None:
    user = await make_user()

    with clock.frozen():
        secret, _ = await give_app(user)
        code = code_of(secret)
        assert [await _use(user.id, code), await _use(user.id, code)] == [True, False]


async def test_of_twenty_uses_of_a_code_at_once_one_succeeds() -> None:
    user = await make_user()

    with clock.frozen():
        secret, _ = await give_app(user)
        outcomes = await asyncio.gather(*(_use(user.id, code_of(secret)) for _ in range(20)))

    assert sorted(outcomes) == [False] * 19 + [True]


async def test_an_earlier_code_is_worth_nothing_after_a_later_one() -> None:
    user = await make_user()

    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        frozen.advance(timedelta(minutes=5))
        assert await _use(user.id, code_of(secret, steps=1))
        assert not await _use(user.id, code_of(secret))


async def test_a_clock_that_steps_back_makes_no_code_good_again() -> None:
    user = await make_user()

    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        frozen.advance(timedelta(minutes=5))
        code = code_of(secret)
        assert await _use(user.id, code)
        frozen.advance(timedelta(seconds=-30))
        assert not await _use(user.id, code)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "1" * 10_000])
async def test_what_is_no_code_is_refused(typed: str) -> None:
    user = await make_user()
    await give_app(user)

    assert not await _use(user.id, typed)


async def test_who_has_no_app_has_no_code() -> None:
    user = await make_user()

    assert not await _use(user.id, WRONG)


async def test_another_app_takes_the_place_of_the_first_and_the_recovery_codes_stay() -> None:
    user = await make_user()
    old, codes = await give_app(user)

    new, none = await give_app(user)

    assert (len(codes), none) == (10, ())
    assert not await _use(user.id, code_of(old))
    assert await _use(user.id, code_of(new))


async def test_without_any_factor_the_recovery_codes_go() -> None:
    user = await make_user()
    await give_app(user)

    await commit(remove_totp(as_user(user), user))

    assert (await rows("factors_totp"), await rows("factors_recovery_code")) == (0, 0)
    assert (await read_audit())[-1].action == "factor.removed"
    with pytest.raises(TotpNotFound):
        await commit(remove_totp(as_user(user), user))


async def test_the_last_factor_stays_while_one_is_required() -> None:
    user = await make_user()
    await give_app(user)

    with override(require_mfa=True), pytest.raises(LastFactor):
        await commit(remove_totp(as_user(user), user))

    assert (await find_factors_of(user.id)).count == 1
