"""Guesses at passwords: counted before they are made, slowed down, locked out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.credentials import queries, rules
from app.credentials.errors import CodesSlowDown, TooManyAttempts
from app.credentials.types import Attempt
from app.kit import clock
from app.kit.limits import RateLimit, address_bucket, count_hit, release_hit, window_rest
from app.kit.runtime import settings
from app.users.rules import normalize_login

_STRANGERS, _DEVICE, _UNKNOWN, _CODES = "strangers", "device", "unknown", "codes"
# For who guessed just when the counter was cleared.
_A_MOMENT = timedelta(seconds=1)


async def open_attempt(
    login: str, user_id: str | None, *, browser_id: str, ip: str | None, is_known_browser: bool
) -> Attempt:
    """Count one guess at an account's password before it is made.

    All browsers that never signed in to the account share one counter; a browser that did has its own, and does not
    count by its address either, so nobody else can lock the owner out. An account that does not exist is counted by
    the name that was typed, with the same statements. Call it outside of a unit of work: each statement commits by
    itself, so a count survives whatever follows and no counter stays locked.

    Args:
        is_known_browser: whether this user has signed in with this browser.
    """
    device = _device_bucket(user_id or "", browser_id)
    is_trusted = await queries.is_trusted(device, clock.now())
    if is_known_browser or is_trusted:
        return await _reserve(Attempt(device))
    opened = await open_address_attempt(ip)
    if opened.refusal is not None:
        return opened
    return await _reserve(replace(opened, bucket=_strangers_bucket(login, user_id), locks=True))


async def open_code_attempt(user_id: str, *, browser_id: str, ip: str | None, is_known_browser: bool) -> Attempt:
    """Count one guess at a code of who proved the password: as `open_attempt`, in buckets of its own.

    A right password clears nothing here, so it does not buy further guesses.
    """
    if is_known_browser:
        return await _reserve_code(Attempt(rules.bucket_id(_CODES, _DEVICE, user_id, browser_id)))
    opened = await open_address_attempt(ip)
    if opened.refusal is not None:
        return opened
    return await _reserve_code(replace(opened, bucket=rules.bucket_id(_CODES, _STRANGERS, user_id), locks=True))


async def open_address_attempt(ip: str | None) -> Attempt:
    """Count one attempt of which nobody knows yet whose account it is about: by address alone."""
    address = address_bucket(ip)
    limit = _address_limit()
    is_over = await count_hit(limit, address) > limit.hits
    return Attempt("", address, TooManyAttempts(window_rest(limit)) if is_over else None)


async def clear_attempt(attempt: Attempt) -> None:
    """The guess was right: forget the wrong ones before it in the same bucket. Outside of a unit of work, too."""
    await _release_address(attempt)
    await queries.clear_throttle(attempt.bucket)


async def release_attempt(attempt: Attempt) -> None:
    """The guess was counted and then not made: take it back. Outside of a unit of work, too."""
    await _release_address(attempt)
    await queries.release_attempt(attempt.bucket)


async def unlock_account(user_id: str, browser_id: str) -> None:
    """The way out of a lock, once the owner has proved the mailbox.

    Strangers start anew, and this browser counts apart from them for as long as a lock lasts, so
    nobody can lock the account again before its owner has signed in.
    """
    chosen = settings()
    await queries.clear_throttle(_strangers_bucket("", user_id))
    await queries.trust(_device_bucket(user_id, browser_id), clock.now(), chosen.signin_lock_ttl)


async def _reserve(attempt: Attempt) -> Attempt:
    """The attempt, counted or refused; of those that may lock, the one that does."""
    chosen, now = settings(), clock.now()
    waits = rules.delays(chosen.signin_failures_before_delay, chosen.signin_failures_before_lock)
    failures = await queries.reserve_attempt(attempt.bucket, now, chosen.signin_lock_ttl, waits)
    if failures is not None:
        return replace(attempt, locks=attempt.locks and failures == len(waits))
    throttle = await queries.read_throttle(attempt.bucket)
    if throttle is None:
        # Cleared in between, by a sign-in or a reset: nothing was counted yet, so count now.
        return await _reserve(attempt)
    return replace(attempt, refusal=rules.refusal(throttle, waits, now), locks=False)


async def _reserve_code(attempt: Attempt) -> Attempt:
    now, waits = clock.now(), rules.code_delays()
    failures = await queries.reserve_attempt(attempt.bucket, now, rules.CODES_LOCK_TTL, waits)
    if failures is not None:
        return replace(attempt, locks=attempt.locks and failures == len(waits))
    throttle = await queries.read_throttle(attempt.bucket)
    refusal = rules.code_refusal(throttle, now) if throttle else CodesSlowDown(_A_MOMENT)
    return replace(attempt, refusal=refusal, locks=False)


async def _release_address(attempt: Attempt) -> None:
    if attempt.address is not None:
        await release_hit(_address_limit(), attempt.address)


def _address_limit() -> RateLimit:
    return RateLimit("signin_address", settings().signin_attempts_per_address, settings().signin_lock_ttl)


def _strangers_bucket(login: str, user_id: str | None) -> str:
    if user_id:
        return rules.bucket_id(_STRANGERS, user_id)
    # As a known account is found: two spellings that find one must not tell by their counters that there is none.
    return rules.bucket_id(_UNKNOWN, rules.fold_case(normalize_login(login)))


def _device_bucket(user_id: str, browser_id: str) -> str:
    return rules.bucket_id(_DEVICE, user_id, browser_id)
