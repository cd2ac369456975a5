"""`/account/email`: moving to another address, which is confirmed at its mailbox."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.account.pages.profile import show_profile_of
from app.account.service import (
    confirm_email_change,
    read_email_change,
    send_own_verification,
    start_email_change,
    withdraw_email_change,
)
from app.account.service.address import CONFIRM_PAGE
from app.account.types import PROFILE_PAGE
from app.credentials.errors import LinkInvalid
from app.factors.errors import StepUpRequired
from app.factors.service import require_fresh_proof
from app.kit.db import unit_of_work
from app.kit.errors import AppError, TooMany
from app.kit.pages import read_form, see_other
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

PATH: Final = "/account/email"


async def show_change(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _ask(visit, user, "")


async def post_change(visit: Visit, user: User) -> Response:
    email = (await read_form(visit.request)).get("email", "")
    try:
        async with unit_of_work():
            await start_email_change(visit.actor, email, locale=visit.texts.language)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _ask(visit, user, email, error)
    return see_other(f"{PROFILE_PAGE}?notice=email_started")


async def post_withdrawal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    async with unit_of_work():
        await withdraw_email_change(visit.actor)
    return see_other(f"{PROFILE_PAGE}?notice=email_withdrawn")


async def post_verification(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        async with unit_of_work():
            await send_own_verification(visit.actor)
    except TooMany as error:
        return await show_profile_of(visit, user, error=error)
    return see_other(f"{PROFILE_PAGE}?notice=verification_sent")


async def show_confirmation(visit: Visit, user: User) -> Response:
    token = visit.request.query_params.get("token", "")
    try:
        email = await read_email_change(visit.actor, token)
    except LinkInvalid as error:
        return _refuse(visit, user, error)
    context = {"user": user, "email": email, "action": visit.url(CONFIRM_PAGE, token=token)}
    return visit.show("account/email_confirm.html", context)


async def post_confirmation(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        async with unit_of_work():
            await confirm_email_change(visit.actor, visit.request.query_params.get("token", ""))
    except LinkInvalid as error:
        return _refuse(visit, user, error)
    return see_other(f"{PROFILE_PAGE}?notice=email_changed")


def _ask(visit: Visit, user: User, email: str, error: AppError | None = None) -> Response:
    return visit.show("account/email.html", {"user": user, "email": email}, error=error)


def _refuse(visit: Visit, user: User, error: LinkInvalid) -> Response:
    return visit.show("account/email_dead.html", {"user": user}, error=error)


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_change, PATH), methods=["GET"]),
    Route(PATH, for_members(post_change, PATH), methods=["POST"]),
    Route(f"{PATH}/withdraw", for_members(post_withdrawal, PROFILE_PAGE), methods=["POST"]),
    Route(f"{PATH}/verification", for_members(post_verification, PROFILE_PAGE), methods=["POST"]),
    Route(CONFIRM_PAGE, for_members(show_confirmation, PROFILE_PAGE), methods=["GET"]),
    Route(CONFIRM_PAGE, for_members(post_confirmation, PROFILE_PAGE), methods=["POST"]),
]
