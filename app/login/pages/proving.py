"""Proving a password, in units of work of its own: counted, hashed without a connection, recorded."""

from __future__ import annotations

from starlette.responses import Response

from app.credentials.service import check_password, clear_attempt, release_attempt
from app.credentials.types import PasswordCheck
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import clear_cookie, cookie_name, see_other, set_session_cookie
from app.kit.runtime import settings
from app.login import service
from app.login.errors import SignInRefused
from app.login.pages.visit import Visit
from app.login.types import Proof, SignIn
from app.sessions.types import NewSession


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


def enter(visit: Visit, new: NewSession) -> Response:
    """Give the browser its new session and send it on. Nobody else's half-way state stays in it."""
    response = see_other(visit.destination)
    if cookie_name("pending", settings()) in visit.request.cookies:
        clear_cookie(response, "pending")
    set_session_cookie(response, new.token, settings().session_absolute_ttl)
    return response


async def _record_failure(visit: Visit, sign_in: SignIn) -> None:
    async with unit_of_work():
        await service.record_failure(visit.actor, sign_in)
