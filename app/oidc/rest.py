"""Endpoints for programs: discovery, keys, userinfo. Clients have theirs in `endpoints`, the live check in `live`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.kit.errors import InvalidInput, LimitReached
from app.kit.runtime import settings
from app.oidc import endpoints, key_endpoint, pages
from app.oidc.cors import for_registered_origins
from app.oidc.discovery import metadata
from app.oidc.documents import cacheable
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.forms import is_form, read_body
from app.oidc.live import rest as live_rest
from app.oidc.params import parse_params
from app.oidc.refusals import NO_STORE, challenge
from app.oidc.userinfo import describe_user, find_token
from app.signing.service import jwks

_METADATA_CACHE = "public, max-age=300"


@for_registered_origins
async def get_metadata(request: Request) -> Response:
    found = metadata(settings())
    return cacheable(request, found.document, found.etag, _METADATA_CACHE)


@for_registered_origins
async def get_jwks(request: Request) -> Response:
    keys = await jwks()
    return cacheable(request, keys.document, keys.etag, keys.cache_control)


@for_registered_origins
async def get_userinfo(request: Request) -> Response:
    try:
        form = parse_params(await read_body(request)) if is_form(request) else None
        token = find_token(request.headers.get("authorization"), form)
        return JSONResponse(await describe_user(token), headers=NO_STORE)
    except (InvalidInput, LimitReached) as error:
        return challenge(BearerError(ErrorCode.INVALID_REQUEST, error.message))
    except BearerError as error:
        return challenge(error)


_GET = ["GET", "OPTIONS"]

routes: list[BaseRoute] = [
    Route("/.well-known/openid-configuration", get_metadata, methods=_GET),
    Route("/.well-known/oauth-authorization-server", get_metadata, methods=_GET),
    Route("/.well-known/jwks.json", get_jwks, methods=_GET),
    Route("/oauth2/jwks", get_jwks, methods=_GET),
    *endpoints.routes,
    *key_endpoint.routes,
    Route("/oauth2/userinfo", get_userinfo, methods=["GET", "POST", "OPTIONS"]),
    *live_rest.routes,
    *pages.routes,
]
