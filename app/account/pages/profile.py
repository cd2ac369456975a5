"""`/account/profile`: what one is called and which language one speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.account import rules
from app.account.pages.notices import notice_of
from app.account.service import change_own_profile, count_username, find_pending_email
from app.account.types import PROFILE_PAGE, ProfileChanges
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.kit.runtime import settings
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

FIELDS: Final = ("name", "username", "picture", "locale", "zoneinfo")


async def show_account(request: Request) -> Response:
    return see_other(PROFILE_PAGE)


async def show_profile(visit: Visit, user: User) -> Response:
    return await show_profile_of(visit, user)


async def post_profile(visit: Visit, user: User) -> Response:
    form = await read_form(visit.request)
    given = {name: form[name].strip() for name in FIELDS if name in form}
    changes = ProfileChanges(**{name: given[name] or None for name in given})
    try:
        await count_username(visit.actor, changes)
        async with unit_of_work():
            await change_own_profile(visit.actor, changes)
    except AppError as error:
        if error.status >= 500:
            raise
        return await show_profile_of(visit, user, given, error=error)
    return see_other(f"{PROFILE_PAGE}?notice=saved")


async def show_profile_of(
    visit: Visit, user: User, typed: Mapping[str, str] | None = None, *, error: AppError | None = None
) -> Response:
    """The page, with what was typed in place of what is stored."""
    given = {name: getattr(user, name) or "" for name in FIELDS} | dict(typed or {})
    context = {
        "user": user,
        "given": given,
        "languages": rules.languages_with(user.locale),
        "zones": [(zone, zone) for zone in rules.zones_with(user.zoneinfo)],
        "may_change_username": settings().own_usernames,
        "pending": await find_pending_email(user.id),
        "notice": notice_of(visit),
    }
    return visit.show("account/profile.html", context, error=error)


routes: list[BaseRoute] = [
    Route("/account", show_account, methods=["GET"]),
    Route(PROFILE_PAGE, for_members(show_profile, PROFILE_PAGE), methods=["GET"]),
    Route(PROFILE_PAGE, for_members(post_profile, PROFILE_PAGE), methods=["POST"]),
]
