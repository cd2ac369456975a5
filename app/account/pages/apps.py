"""`/account/apps`: applications that one has used, and the API keys that one owns."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.account.pages.notices import notice_of
from app.api_keys.service import list_keys
from app.api_keys.types import ApiKeyFilter, ApiKeySort
from app.clients.service import get_clients
from app.kit import clock
from app.kit.db import unit_of_work
from app.kit.errors import NotFound
from app.kit.guard import permissions_of
from app.kit.pages import read_form, see_other
from app.kit.paging import MAX_PAGE, PageRequest
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.oidc.service import list_consents, withdraw_consent
from app.users.types import User

PATH: Final = "/account/apps"
_CONSOLE: Final = "/admin/api-keys"


async def show_apps(visit: Visit, user: User) -> Response:
    consents = await list_consents(visit.actor, user.id)
    clients = await get_clients([each.client_id for each in consents])
    keys = await list_keys(
        visit.actor, ApiKeyFilter(owner_user_id=user.id), ApiKeySort.CREATED_AT_DESC, PageRequest(first=MAX_PAGE)
    )
    context = {
        "apps": [(each, clients[each.client_id]) for each in consents if each.client_id in clients],
        "keys": keys.items,
        "console": await _find_console(visit),
        "now": clock.now(),
        "notice": notice_of(visit),
    }
    return visit.show("account/apps.html", context)


async def post_withdrawal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    with suppress(NotFound):
        async with unit_of_work():
            await withdraw_consent(visit.actor, user.id, visit.request.query_params.get("id", ""))
    return see_other(f"{PATH}?notice=withdrawn")


async def _find_console(visit: Visit) -> str | None:
    """Where keys are made; None for who has nothing to do in the console, or does not reach it from here."""
    if visit.request.state.is_public_part or not await permissions_of(visit.actor):
        return None
    return _CONSOLE


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_apps, PATH), methods=["GET"]),
    Route(f"{PATH}/withdraw", for_members(post_withdrawal, PATH), methods=["POST"]),
]
