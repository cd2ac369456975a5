"""Routes of the live check. The exact ones can be answered before any router looks for them."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from app.kit.runtime import settings
from app.oidc.documents import cacheable
from app.oidc.live import metadata
from app.oidc.live.checks import check_batch, check_one, list_reachable
from app.oidc.live.endpoint import LiveEndpoint, LiveList
from app.oidc.live.evaluations import evaluate, evaluate_many
from app.oidc.live.searches import search_actions, search_resources, search_subjects

_METADATA_CACHE: Final = "public, max-age=300"

# By method and path.
exact: Final[dict[tuple[str, str], ASGIApp]] = {
    ("POST", "/api/auth/check-permission"): LiveEndpoint(check_one),
    ("POST", "/api/auth/check-permission/batch"): LiveEndpoint(check_batch),
    ("GET", "/api/auth/list-objects"): LiveList(list_reachable),
    ("POST", metadata.EVALUATION): LiveEndpoint(evaluate),
    ("POST", metadata.EVALUATIONS): LiveEndpoint(evaluate_many),
    ("POST", metadata.SEARCH_SUBJECT): LiveEndpoint(search_subjects),
    ("POST", metadata.SEARCH_RESOURCE): LiveEndpoint(search_resources),
    ("POST", metadata.SEARCH_ACTION): LiveEndpoint(search_actions),
}


async def get_decision_point(request: Request) -> Response:
    found = metadata.decision_point(settings())
    return cacheable(request, found.document, found.etag, _METADATA_CACHE)


routes: list[BaseRoute] = [
    Route(metadata.WELL_KNOWN, get_decision_point, methods=["GET"]),
    *(Route(path, endpoint, methods=[method]) for (method, path), endpoint in exact.items()),
]
