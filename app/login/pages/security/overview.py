"""The page that shows all factors."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.service import find_factors_of
from app.factors.types import SECURITY_PAGE
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.upstream.service import get_providers, links_of, offered_providers
from app.upstream.types import Identity, Provider
from app.users.types import User

NOTICES = frozenset({"added", "removed", "renamed", "linked", "unlinked"})


async def show_security(visit: Visit, user: User) -> Response:
    notice = visit.request.query_params.get("notice")
    context = {
        "user": user,
        "factors": await find_factors_of(user.id),
        "links": await find_links(user.id),
        "notice": notice if notice in NOTICES else None,
    }
    return visit.show("security.html", context)


async def find_links(user_id: str) -> list[tuple[Provider, Identity | None]]:
    """Each provider that is offered or linked, with the link, if there is one."""
    identities = await links_of(user_id)
    linked = await get_providers([each.provider_id for each in identities])
    offered = [each for each in await offered_providers() if each.id not in linked]
    links: list[tuple[Provider, Identity | None]] = [(linked[each.provider_id], each) for each in identities]
    return links + [(each, None) for each in offered]


routes: list[BaseRoute] = [Route(SECURITY_PAGE, for_members(show_security), methods=["GET"])]
