"""Endpoints for programs: discovery, keys, userinfo. Clients have theirs in `endpoints`, the live check in `live`."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.kit.errors import InvalidInput, LimitReached
from app.kit.runtime import settings
from app.oidc import endpoints, key_endpoint, own_resource, pages
from app.oidc.cors import for_registered_origins
from app.oidc.discovery import metadata
from app.oidc.documents import cacheable
from app.oidc.dpop.proofs import SentProofs
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.forms import is_form, read_body
from app.oidc.live import rest as live_rest
from app.oidc.own_resource import resource_metadata
from app.oidc.params import parse_params
from app.oidc.refusals import NO_STORE, challenge
from app.oidc.registration import rest as registration_rest
from app.oidc.userinfo import describe_user, find_token, sign_userinfo
from app.signing.service import jwks

_METADATA_CACHE = "public, max-age=300"


@for_registered_origins
async def get_metadata(request: Request) -> Response:
    found = metadata(settings())
    return cacheable(request, found.document, found.etag, _METADATA_CACHE)


@for_registered_origins
async def get_metadata_of_path(request: Request) -> Response:
    """Where RFC 8414 §3.1 looks for an issuer that has a path: the path comes after the well-known one."""
    if f"/{request.path_params['path']}" != urlsplit(settings().issuer).path:
        raise HTTPException(404)
    found = metadata(settings())
    return cacheable(request, found.document, found.etag, _METADATA_CACHE)


@for_registered_origins
async def get_resource(request: Request) -> Response:
    found = resource_metadata(settings(), request.url.path.removeprefix(own_resource.WELL_KNOWN))
    if found is None:
        raise HTTPException(404)
    return cacheable(request, found.document, found.etag, _METADATA_CACHE)


@for_registered_origins
async def get_jwks(request: Request) -> Response:
    keys = await jwks()
    return cacheable(request, keys.document, keys.etag, keys.cache_control)


@for_registered_origins
async def get_userinfo(request: Request) -> Response:
    try:
        # RFC 6750 §2.2: a request that has no business with a body brings no token in it.
        has_form = request.method == "POST" and is_form(request)
        form = parse_params(await read_body(request)) if has_form else None
        shown = find_token(request.headers.getlist("authorization"), form)
        info = await describe_user(shown, SentProofs.of(request))
        if info.alg is None:
            return JSONResponse(dict(info.claims), headers=NO_STORE)
        return Response(await sign_userinfo(info, info.alg), media_type="application/jwt", headers=NO_STORE)
    except (InvalidInput, LimitReached) as error:
        return challenge(BearerError(ErrorCode.INVALID_REQUEST, error.message))
    except BearerError as error:
        return challenge(error)


_GET = ["GET", "OPTIONS"]

routes: list[BaseRoute] = [
    Route("/.well-known/openid-configuration", get_metadata, methods=_GET),
    Route("/.well-known/oauth-authorization-server", get_metadata, methods=_GET),
    Route("/.well-known/openid-configuration/{path:path}", get_metadata_of_path, methods=_GET),
    Route("/.well-known/oauth-authorization-server/{path:path}", get_metadata_of_path, methods=_GET),
    Route(own_resource.WELL_KNOWN, get_resource, methods=_GET),
    Route(f"{own_resource.WELL_KNOWN}/{{path:path}}", get_resource, methods=_GET),
    Route("/.well-known/jwks.json", get_jwks, methods=_GET),
    Route("/oauth2/jwks", get_jwks, methods=_GET),
    *endpoints.routes,
    *key_endpoint.routes,
    *registration_rest.routes,
    Route("/oauth2/userinfo", get_userinfo, methods=["GET", "POST", "OPTIONS"]),
    *live_rest.routes,
    *pages.routes,
]
