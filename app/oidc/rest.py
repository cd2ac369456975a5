"""Endpoints for programs: discovery, keys, token, revocation, userinfo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.kit.actor import Origin
from app.kit.db import unit_of_work
from app.kit.errors import InvalidInput, LimitReached
from app.kit.runtime import settings
from app.oidc import pages
from app.oidc.cors import for_registered_origins
from app.oidc.discovery import metadata
from app.oidc.errors import BearerError, ErrorCode, as_endpoint_error
from app.oidc.forms import is_form, read_body, read_posted
from app.oidc.params import Params, parse_params
from app.oidc.refusals import NO_STORE, REALM, describe, refuse
from app.oidc.revocation import revoke_token
from app.oidc.token import exchange_tokens
from app.oidc.userinfo import describe_user, find_token
from app.signing.service import jwks

_METADATA_CACHE = "public, max-age=300"

UseCase = Callable[[Params, str | None, Origin], Awaitable[Mapping[str, object] | None]]


@for_registered_origins
async def get_metadata(request: Request) -> Response:
    found = metadata(settings())
    return _cacheable(request, found.document, found.etag, _METADATA_CACHE)


@for_registered_origins
async def get_jwks(request: Request) -> Response:
    keys = await jwks()
    return _cacheable(request, keys.document, keys.etag, keys.cache_control)


@for_registered_origins
async def post_token(request: Request) -> Response:
    return await _answer(request, exchange_tokens)


@for_registered_origins
async def post_revoke(request: Request) -> Response:
    return await _answer(request, revoke_token)


@for_registered_origins
async def get_userinfo(request: Request) -> Response:
    try:
        form = parse_params(await read_body(request)) if is_form(request) else None
        token = find_token(request.headers.get("authorization"), form)
        return JSONResponse(await describe_user(token), headers=NO_STORE)
    except (InvalidInput, LimitReached) as error:
        return _challenge(BearerError(ErrorCode.INVALID_REQUEST, error.message))
    except BearerError as error:
        return _challenge(error)


async def _answer(request: Request, use_case: UseCase) -> Response:
    try:
        params = await read_posted(request)
        async with unit_of_work():
            body = await use_case(params, request.headers.get("authorization"), request.state.origin)
    except (InvalidInput, LimitReached) as error:
        return refuse(as_endpoint_error(error))
    if body is None:
        return Response(status_code=200, headers=NO_STORE)
    return JSONResponse(body, headers=NO_STORE)


def _challenge(error: BearerError) -> Response:
    parts = [f"Bearer {REALM}"]
    if error.error is not None:
        parts += [f'error="{error.error}"', f'error_description="{error.message}"']
    headers = {**NO_STORE, "www-authenticate": ", ".join(parts)}
    return JSONResponse(describe(error.error or ErrorCode.INVALID_TOKEN, error.message), error.status, headers)


def _cacheable(request: Request, document: bytes, etag: str, cache_control: str) -> Response:
    headers = {"etag": etag, "cache-control": cache_control}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(document, media_type="application/json", headers=headers)


_GET, _POST = ["GET", "OPTIONS"], ["POST", "OPTIONS"]

routes: list[BaseRoute] = [
    Route("/.well-known/openid-configuration", get_metadata, methods=_GET),
    Route("/.well-known/oauth-authorization-server", get_metadata, methods=_GET),
    Route("/.well-known/jwks.json", get_jwks, methods=_GET),
    Route("/oauth2/jwks", get_jwks, methods=_GET),
    Route("/oauth2/token", post_token, methods=_POST),
    Route("/oauth2/revoke", post_revoke, methods=_POST),
    Route("/oauth2/userinfo", get_userinfo, methods=["GET", "POST", "OPTIONS"]),
    *pages.routes,
]
