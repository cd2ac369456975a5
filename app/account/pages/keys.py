"""`/account/keys/…`: switching one's own API keys off and on, and deleting them. The list is at `/account/apps`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.account.pages.apps import PATH as HOME
from app.api_keys.errors import ApiKeyNotFound
from app.api_keys.service import delete_key, disable_key, enable_key, get_keys
from app.api_keys.types import ApiKey, Owner, OwnerKind
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login.pages.security.member import PageOf, for_members
from app.login.pages.visit import Visit
from app.users.types import User

PATH: Final = "/account/keys/{id}"


async def show_deletion(visit: Visit, user: User) -> Response:
    key = await _find_own(visit, user)
    return visit.show("account/key_delete.html", {"key": key})


def change_by(use: Callable[[Actor, str], Awaitable[object]], notice: str) -> PageOf:
    """A page that does this with one of the user's own keys; somebody else's is as unknown as one that never was."""

    async def post(visit: Visit, user: User) -> Response:
        await read_form(visit.request)
        key = await _find_own(visit, user)
        async with unit_of_work():
            await use(visit.actor, key.id)
        return see_other(f"{HOME}?notice={notice}")

    return post


async def _find_own(visit: Visit, user: User) -> ApiKey:
    key_id = visit.request.path_params["id"]
    key = (await get_keys([key_id])).get(key_id)
    if key is None or key.owner != Owner(OwnerKind.USER, user.id):
        raise ApiKeyNotFound
    return key


routes: list[BaseRoute] = [
    Route(f"{PATH}/disable", for_members(change_by(disable_key, "disabled_key"), HOME), methods=["POST"]),
    Route(f"{PATH}/enable", for_members(change_by(enable_key, "enabled_key"), HOME), methods=["POST"]),
    Route(f"{PATH}/delete", for_members(show_deletion, HOME), methods=["GET"]),
    Route(f"{PATH}/delete", for_members(change_by(delete_key, "deleted_key"), HOME), methods=["POST"]),
]
