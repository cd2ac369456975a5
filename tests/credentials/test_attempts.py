"""Guessing: counted before it is done, slowed down, locked out; and never against the owner's own device."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.credentials.service import (
    clear_attempt,
    open_attempt,
    open_code_attempt,
    release_attempt,
    sweep_credentials,
    unlock_account,
)
from app.credentials.types import Attempt
from app.kit import clock, db
from app.kit.runtime import override
from tests.support import commit, counted_statements

OWNER, STRANGER = "b" * 64, "c" * 64
LOCK = timedelta(minutes=15)


async def _guess(
    user_id: str | None = "usr_ada",
    *,
    login: str = "ada",
    browser: str = STRANGER,
    ip: str = "203.0.113.7",
    known: bool = False,
) -> Attempt:
    return await open_attempt(login, user_id, browser_id=browser, ip=ip, is_known_browser=known)


async def _guess_code(*, known: bool) -> Attempt:
    return await open_code_attempt("usr_ada", browser_id=OWNER, ip="203.0.113.7", is_known_browser=known)


def _verdict(attempt: Attempt) -> str | tuple[str, float | None]:
    if attempt.refusal is None:
        return "allowed"
    wait = attempt.refusal.retry_after
    return attempt.refusal.code, wait.total_seconds() if wait else None


async def test_the_first_guesses_are_free_then_each_waits_twice_as_long() -> None:
    with clock.frozen() as frozen:
        assert [_verdict(await _guess()) for _ in range(5)] == ["allowed"] * 5
        for wait in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
            assert _verdict(await _guess()) == ("credentials_slow_down", wait)
            frozen.advance(timedelta(seconds=wait - 0.5))
            assert _verdict(await _guess()) == ("credentials_slow_down", 0.5)
            frozen.advance(timedelta(seconds=0.5))
            assert _verdict(await _guess()) == "allowed"


async def test_strangers_are_locked_out_for_a_while() -> None:
    with clock.frozen() as frozen:
        for _ in range(20):
            assert _verdict(await _guess()) == "allowed"
            frozen.advance(timedelta(minutes=1))
        frozen.advance(timedelta(minutes=-1))

        assert _verdict(await _guess()) == ("credentials_locked", LOCK.total_seconds())
        frozen.advance(LOCK - timedelta(seconds=1))
        assert _verdict(await _guess()) == ("credentials_locked", 1.0)
        frozen.advance(timedelta(seconds=1))
        assert [_verdict(await _guess()) for _ in range(5)] == ["allowed"] * 5


async def test_of_a_hundred_guesses_at_once_no_more_than_the_limit_pass() -> None:
    with clock.frozen(), override(signin_failures_before_delay=7):
        attempts = await asyncio.gather(*(_guess(ip=f"203.0.113.{number}") for number in range(100)))

    assert sum(attempt.refusal is None for attempt in attempts) == 7
    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 7


async def test_guesses_that_overtake_each_other_are_not_taken_for_hasty_ones() -> None:
    with clock.frozen() as frozen:
        await _guess()
        frozen.advance(timedelta(seconds=-3))

        assert [_verdict(await _guess()) for _ in range(4)] == ["allowed"] * 4
        assert _verdict(await _guess()) == ("credentials_slow_down", 4.0)


async def test_a_guess_that_was_not_made_is_taken_back() -> None:
    with clock.frozen():
        for _ in range(4):
            await _guess()
        for _ in range(3):
            await release_attempt(await _guess())

        assert [_verdict(await _guess()) for _ in range(2)] == ["allowed", ("credentials_slow_down", 1.0)]


async def test_strangers_cannot_lock_the_owner_out_of_a_known_browser() -> None:
    with clock.frozen():
        for _ in range(30):
            await _guess()

        assert _verdict(await _guess(browser=OWNER, known=True)) == "allowed"
        assert _verdict(await _guess(browser=STRANGER)) == ("credentials_slow_down", 1.0)


async def test_a_known_browser_is_slowed_down_by_its_own_guesses() -> None:
    with clock.frozen():
        verdicts = [_verdict(await _guess(browser=OWNER, known=True)) for _ in range(6)]

        assert verdicts == ["allowed"] * 5 + [("credentials_slow_down", 1.0)]
        assert _verdict(await _guess(browser=STRANGER)) == "allowed"


async def test_a_right_password_clears_its_own_counter_only() -> None:
    with clock.frozen():
        for _ in range(5):
            await _guess()
        attempt = await _guess(browser=OWNER, known=True)
        await clear_attempt(attempt)

        assert [_verdict(await _guess(browser=OWNER, known=True)) for _ in range(5)] == ["allowed"] * 5
        assert _verdict(await _guess()) == ("credentials_slow_down", 1.0)


async def test_right_passwords_do_not_use_up_an_address() -> None:
    with clock.frozen(), override(signin_attempts_per_address=3):
        for number in range(10):
            attempt = await _guess(f"usr_{number}")
            assert attempt.refusal is None
            await clear_attempt(attempt)


async def test_an_address_has_a_number_of_attempts_whatever_the_accounts() -> None:
    with clock.frozen(), override(signin_attempts_per_address=3):
        verdicts = [_verdict(await _guess(f"usr_{number}")) for number in range(4)]

    assert verdicts[:3] == ["allowed"] * 3
    assert verdicts[3][0] == "credentials_too_many_attempts"
    assert await db.fetch_value("SELECT count(*) FROM credentials_throttle") == 3


async def test_whoever_uses_up_an_address_does_not_lock_out_the_known_browsers_behind_it() -> None:
    with clock.frozen(), override(signin_attempts_per_address=3):
        for number in range(5):
            await _guess(f"usr_{number}")
        await commit(unlock_account("usr_bob", OWNER))

        assert _verdict(await _guess())[0] == "credentials_too_many_attempts"
        assert _verdict(await _guess(browser=OWNER, known=True)) == "allowed"
        assert _verdict(await _guess("usr_bob", browser=OWNER)) == "allowed"
        assert _verdict(await _guess("usr_eve", browser=OWNER))[0] == "credentials_too_many_attempts"
        assert _verdict(await _guess_code(known=True)) == "allowed"
        assert _verdict(await _guess_code(known=False))[0] == "credentials_too_many_attempts"


async def test_a_known_browser_takes_nothing_of_its_address_and_gives_nothing_back() -> None:
    with clock.frozen():
        await _guess()
        for _ in range(3):
            await clear_attempt(await _guess(browser=OWNER, known=True))
            await release_attempt(await _guess(browser=OWNER, known=True))

    assert await db.fetch_value("SELECT hits FROM kit_counter WHERE name = 'signin_address'") == 1


@pytest.mark.parametrize("user_id", ["usr_ada", None], ids=["known", "unknown"])
async def test_one_guess_is_the_one_that_locks_whether_the_account_is_known_or_not(user_id: str | None) -> None:
    with clock.frozen() as frozen, override(signin_failures_before_delay=1, signin_failures_before_lock=4):
        locks = []
        for _ in range(6):
            locks.append((await _guess(user_id)).locks)
            frozen.advance(timedelta(seconds=10))
        frozen.advance(LOCK)
        locks.append((await _guess(user_id)).locks)

    assert locks == [False, False, False, True, False, False, False]


async def test_a_known_browser_locks_nobody_out_but_itself() -> None:
    with clock.frozen(), override(signin_failures_before_delay=3, signin_failures_before_lock=4):
        attempts = [await _guess(browser=OWNER, known=True) for _ in range(4)]

    assert [attempt.locks for attempt in attempts] == [False] * 4
    assert attempts[3].refusal is not None


async def test_ipv6_addresses_of_one_subscriber_are_one_address() -> None:
    with clock.frozen(), override(signin_attempts_per_address=1):
        first = await _guess("usr_1", ip="2001:db8:1:2::1")
        second = await _guess("usr_2", ip="2001:db8:1:2:ffff::9")
        other = await _guess("usr_3", ip="2001:db8:1:3::1")

    assert [attempt.refusal is None for attempt in (first, second, other)] == [True, False, True]


async def test_an_unknown_account_slows_down_and_locks_like_a_known_one() -> None:
    verdicts: dict[str | None, list[object]] = {}

    for user_id in ("usr_ada", None):
        with clock.frozen() as frozen:
            verdicts[user_id] = [_verdict(await _guess(user_id)) for _ in range(7)]
            frozen.advance(timedelta(seconds=1))
            verdicts[user_id] += [_verdict(await _guess(user_id)) for _ in range(2)]

    assert verdicts["usr_ada"] == verdicts[None]


async def test_an_unknown_account_costs_the_same_statements() -> None:
    counts = []
    for user_id in ("usr_ada", None):
        with counted_statements() as statements:
            await _guess(user_id)
        counts.append(len(statements))

    assert counts == [3, 3]


async def test_an_unknown_name_is_one_account_however_it_is_written() -> None:
    with clock.frozen():
        for login in ("eve", "EVE", " Eve ", "eVe", "EvE"):
            await _guess(None, login=login)

        assert _verdict(await _guess(None, login="eve")) == ("credentials_slow_down", 1.0)
        assert _verdict(await _guess(None, login="eva")) == "allowed"


async def test_a_reset_lets_the_owner_in_although_strangers_go_on_guessing() -> None:
    with clock.frozen():
        for _ in range(10):
            await _guess()
        await commit(unlock_account("usr_ada", OWNER))
        for _ in range(10):
            await _guess()

        assert [_verdict(await _guess(browser=OWNER)) for _ in range(5)] == ["allowed"] * 5
        assert _verdict(await _guess(browser=OWNER)) == ("credentials_slow_down", 1.0)
        assert _verdict(await _guess("usr_bob", browser=OWNER)) == "allowed"


async def test_a_reset_frees_strangers_too() -> None:
    with clock.frozen():
        for _ in range(6):
            await _guess()
        await commit(unlock_account("usr_ada", OWNER))

        assert _verdict(await _guess()) == "allowed"


async def test_the_trust_after_a_reset_ends() -> None:
    with clock.frozen() as frozen:
        await commit(unlock_account("usr_ada", OWNER))
        frozen.advance(LOCK)
        for _ in range(5):
            await _guess()

        assert _verdict(await _guess(browser=OWNER)) == ("credentials_slow_down", 1.0)


async def test_counters_that_are_over_are_swept() -> None:
    with clock.frozen() as frozen:
        await _guess()
        assert await commit(sweep_credentials()) == 0
        frozen.advance(LOCK + timedelta(seconds=1))
        assert await commit(sweep_credentials()) == 1
