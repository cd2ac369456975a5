"""Endpoints for programs: discovery, keys, token, revocation, userinfo, the live check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.kit.actor import Actor, Origin
from app.kit.db import unit_of_work
from app.kit.errors import InvalidInput, LimitReached
from app.kit.runtime import settings
from app.oidc import pages
from app.oidc.cors import for_registered_origins
from app.oidc.discovery import metadata
from app.oidc.errors import BearerError, ErrorCode, as_endpoint_error
from app.oidc.forms import is_form, read_body, read_json, read_posted
from app.oidc.live_checks import answer_checks, find_holder, list_reachable
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


async def post_check(request: Request) -> Response:
    return await _live(request, _check_one)


async def post_checks(request: Request) -> Response:
    return await _live(request, _check_batch)


async def get_objects(request: Request) -> Response:
    return await _live(request, _list_objects)


async def _check_one(actor: Actor, request: Request) -> object:
    return (await answer_checks(actor, [await read_json(request)]))[0]


async def _check_batch(actor: Actor, request: Request) -> object:
    sent = await read_json(request)
    checks = sent.get("checks") if isinstance(sent, dict) else None
    if not isinstance(checks, list):
        raise InvalidInput("oidc_check_invalid", "The question is malformed: checks is a list.", field=("checks",))
    return {"results": await answer_checks(actor, checks)}


async def _list_objects(actor: Actor, request: Request) -> object:
    return await list_reachable(actor, request.query_params)


async def _live(request: Request, use_case: Callable[[Actor, Request], Awaitable[object]]) -> Response:
    """Answer who shows an access token in the header; other errors are rendered as everywhere."""
    try:
        token = find_token(request.headers.get("authorization"), None)
        return JSONResponse(await use_case(await find_holder(token, request.state.origin), request), headers=NO_STORE)
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
    Route("/api/auth/check-permission", post_check, methods=["POST"]),
    Route("/api/auth/check-permission/batch", post_checks, methods=["POST"]),
    Route("/api/auth/list-objects", get_objects, methods=["GET"]),
    Route("/oauth2/userinfo", get_userinfo, methods=["GET", "POST", "OPTIONS"]),
    *pages.routes,
]
