"""`/account/sessions`: where one is signed in, and ending that."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.account import rules
from app.account.pages.notices import notice_of
from app.kit.db import unit_of_work
from app.kit.errors import NotFound
from app.kit.pages import clear_session_cookie, read_form, see_other
from app.kit.paging import MAX_PAGE, PageRequest
from app.login.farewell import find_way_out
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.sessions.errors import SessionNotFound
from app.sessions.service import end_session, find_session, list_sessions, revoke_sessions
from app.sessions.types import SessionFilter
from app.users.types import User

PATH: Final = "/account/sessions"


async def show_sessions(visit: Visit, user: User) -> Response:
    found = await list_sessions(visit.actor, SessionFilter(user_id=user.id), PageRequest(first=MAX_PAGE))
    context = {
        "sessions": found.items,
        "has_more": found.has_next,
        "current_id": visit.actor.session_id,
        "ways": {each.id: rules.ways_of(each.amr) for each in found.items},
        "notice": notice_of(visit),
    }
    return visit.show("account/sessions.html", context)


async def post_end(visit: Visit, user: User) -> Response:
    """End one session of one's own; somebody else's is as unknown as one that never was."""
    await read_form(visit.request)
    session_id = visit.request.path_params["id"]
    session = await find_session(session_id)
    if session is None or session.user_id != user.id:
        raise SessionNotFound
    with suppress(NotFound):
        async with unit_of_work():
            await end_session(visit.actor, session_id)
    return await _go_on(visit, is_over=session_id == visit.actor.session_id)


async def post_end_many(visit: Visit, user: User) -> Response:
    is_all = (await read_form(visit.request)).get("action") == "all"
    async with unit_of_work():
        await revoke_sessions(visit.actor, user.id, except_id=None if is_all else visit.actor.session_id)
    return await _go_on(visit, is_over=is_all)


async def _go_on(visit: Visit, *, is_over: bool) -> Response:
    if not is_over or visit.session is None:
        return see_other(f"{PATH}?notice=ended")
    response = see_other(await find_way_out(visit.session.session) or "/signin?notice=signed_out")
    clear_session_cookie(response)
    return response


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_sessions, PATH), methods=["GET"]),
    Route(f"{PATH}/end", for_members(post_end_many, PATH), methods=["POST"]),
    Route(f"{PATH}/{{id}}/end", for_members(post_end, PATH), methods=["POST"]),
]
