"""Accounts at identity providers: linking one to oneself, and taking a link away."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.errors import StepUpRequired
from app.factors.service import require_fresh_proof
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import form_sources, read_form, see_other
from app.login.pages.external import send_away
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.upstream.service import find_endpoints, find_offered, get_providers, read_visible, unlink
from app.upstream.types import Errand, Identity
from app.users.types import User

PATH = f"{SECURITY_PAGE}/linked"


async def show_link(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    provider = await find_offered(visit.request.path_params["slug"])
    endpoint = (await find_endpoints(provider)).authorization
    # A provider may send people on to another host, and browsers hold that against `form-action` too.
    leaving = replace(visit, form_action=(*form_sources((endpoint,)), "https:"))
    context = {"provider": provider, "user": user, "path": f"{PATH}/with/{provider.slug}"}
    return leaving.show("link.html", context)


async def post_link(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    await require_fresh_proof(visit.actor)
    return await send_away(visit, Errand(None, SECURITY_PAGE, user.id))


async def show_removal(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return await _ask(visit, await read_visible(visit.actor, visit.request.path_params["id"]))


async def post_removal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    identity = await read_visible(visit.actor, visit.request.path_params["id"])
    try:
        async with unit_of_work():
            await unlink(visit.actor, identity.id)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return await _ask(visit, identity, error)
    return see_other(f"{SECURITY_PAGE}?notice=unlinked")


async def _ask(visit: Visit, identity: Identity, error: AppError | None = None) -> Response:
    provider = (await get_providers([identity.provider_id]))[identity.provider_id]
    context = {"provider": provider, "identity": identity, "path": f"{PATH}/{identity.id}/remove"}
    return visit.show("unlink.html", context, error=error)


routes: list[BaseRoute] = [
    Route(f"{PATH}/with/{{slug}}", for_members(show_link), methods=["GET"]),
    Route(f"{PATH}/with/{{slug}}", for_members(post_link), methods=["POST"]),
    Route(f"{PATH}/{{id}}/remove", for_members(show_removal), methods=["GET"]),
    Route(f"{PATH}/{{id}}/remove", for_members(post_removal), methods=["POST"]),
]
