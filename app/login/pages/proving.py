"""Proving passwords, codes and passkeys, in units of work of their own: counted, checked, recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.credentials.service import check_password, clear_attempt, release_attempt
from app.credentials.types import Attempt, PasswordCheck
from app.factors.errors import CodeWrong, PasskeyRefused
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.login import service
from app.login.errors import SignInRefused
from app.login.pages.visit import Visit
from app.login.types import Pending, Proof, SignIn

Result = TypeVar("Result")


async def prove(visit: Visit, login: str, password: str) -> Proof:
    """Who has this name and password.

    Raises:
        TooMany: too many wrong ones before. SignInRefused: not right.
        PasswordTooLong: before anything is hashed. HashingBusy: too many wait.
    """
    sign_in = await service.begin_sign_in(visit.actor, login, visit.browser_id)
    if sign_in.attempt.refusal is not None:
        await _record_failure(visit, sign_in)
        raise sign_in.attempt.refusal
    check = await _check(sign_in, password)
    if sign_in.user is None or not check.is_correct:
        await _record_failure(visit, sign_in)
        raise SignInRefused
    await clear_attempt(sign_in.attempt)
    return Proof(sign_in.user, check)


async def _check(sign_in: SignIn, password: str) -> PasswordCheck:
    try:
        return await check_password(sign_in.user.id if sign_in.user else None, password)
    except AppError:
        await release_attempt(sign_in.attempt)
        raise


async def guess_code(visit: Visit, pending: Pending, try_code: Callable[[], Awaitable[Result]]) -> Result:
    """Count a guess at a code, then make it in a unit of work of its own.

    Raises:
        TooMany: too many wrong ones before. What `try_code` raises.
    """
    attempt = await service.begin_code(visit.actor, pending, visit.browser_id)
    return await _attempt(visit, pending.user_id, attempt, try_code)


async def try_passkey(visit: Visit, user_id: str | None, prove: Callable[[], Awaitable[Result]]) -> Result:
    """Count an attempt with a passkey by its address, then make it in a unit of work of its own.

    Args:
        user_id: whose passkey it has to be, if that is known.

    Raises:
        TooMany: too many attempts before. What `prove` raises.
    """
    attempt = await service.begin_passkey_sign_in(visit.actor)
    return await _attempt(visit, user_id, attempt, prove)


async def _attempt(
    visit: Visit, user_id: str | None, attempt: Attempt, prove: Callable[[], Awaitable[Result]]
) -> Result:
    if attempt.refusal is not None:
        await _record_wrong_proof(visit, user_id, attempt.refusal.code, attempt)
        raise attempt.refusal
    try:
        async with unit_of_work():
            result = await prove()
    except PasskeyRefused as error:
        await _record_wrong_proof(visit, user_id, f"passkey_{error.reason}", attempt)
        raise
    except CodeWrong:
        await _record_wrong_proof(visit, user_id, "wrong_code", attempt)
        raise
    except AppError:
        await release_attempt(attempt)
        raise
    await clear_attempt(attempt)
    return result


async def _record_wrong_proof(visit: Visit, user_id: str | None, reason: str, attempt: Attempt) -> None:
    async with unit_of_work():
        await service.record_wrong_proof(visit.actor, user_id, reason, attempt)


async def _record_failure(visit: Visit, sign_in: SignIn) -> None:
    async with unit_of_work():
        await service.record_failure(visit.actor, sign_in)
