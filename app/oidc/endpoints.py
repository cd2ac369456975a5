"""Endpoints that clients call for themselves: token, revocation, introspection, device authorization."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.events.refusals import identify_caller, mark_refused
from app.kit.db import unit_of_work
from app.kit.errors import InvalidInput, LimitReached, Unavailable
from app.oidc.client_auth import Call, authenticate_client
from app.oidc.cors import for_registered_origins
from app.oidc.device.authorization import start_device
from app.oidc.errors import ErrorCode, as_endpoint_error
from app.oidc.forms import read_posted
from app.oidc.introspection import introspect_token
from app.oidc.refusals import NO_STORE, refuse, refuse_outage
from app.oidc.revocation import revoke_token
from app.oidc.token import begin_exchange

UseCase = Callable[[Call], Awaitable[Mapping[str, object] | None]]
# What a device hears in the course of things.
_NORMAL = frozenset({ErrorCode.AUTHORIZATION_PENDING, ErrorCode.SLOW_DOWN, ErrorCode.TEMPORARILY_UNAVAILABLE})


@for_registered_origins
async def post_token(request: Request) -> Response:
    return await _answer(request, _exchange)


@for_registered_origins
async def post_revoke(request: Request) -> Response:
    return await _answer(request, _revoke)


async def post_introspect(request: Request) -> Response:
    return await _answer_servers(request, introspect_token)


async def post_device_authorization(request: Request) -> Response:
    return await _answer_servers(request, _start_device)


async def _start_device(call: Call) -> Mapping[str, object]:
    async with unit_of_work():
        return await start_device(call)


async def _exchange(call: Call) -> Mapping[str, object]:
    exchange, flow = begin_exchange(call)
    for step in flow.ahead:
        await step(exchange)
    if flow.steps:
        async with unit_of_work():
            for step in flow.steps:
                await step(exchange)
    return exchange.answer


async def _revoke(call: Call) -> None:
    async with unit_of_work():
        await revoke_token(call)


async def _answer_servers(request: Request, use_case: UseCase) -> Response:
    """The same where no page of any origin may call: only an outage is told in words of the protocol, too."""
    try:
        return await _answer(request, use_case)
    except Unavailable as error:
        return refuse_outage(error)


async def _answer(request: Request, use_case: UseCase) -> Response:
    """Let a client that proves who it is do something; answer in JSON."""
    try:
        params, origin = await read_posted(request), request.state.origin
        client = await authenticate_client(params, request.headers.get("authorization"), origin)
        call = Call(params, client, origin)
        identify_caller(call.actor)
        body = await use_case(call)
    except (InvalidInput, LimitReached) as error:
        refusal = as_endpoint_error(error)
        mark_refused(refusal.code, is_denial=refusal.error not in _NORMAL)
        return refuse(refusal)
    return Response(status_code=200, headers=NO_STORE) if body is None else JSONResponse(body, headers=NO_STORE)


_POST = ["POST", "OPTIONS"]

routes: list[BaseRoute] = [
    Route("/oauth2/token", post_token, methods=_POST),
    Route("/oauth2/revoke", post_revoke, methods=_POST),
    Route("/oauth2/introspect", post_introspect, methods=["POST"]),
    Route("/oauth2/device_authorization", post_device_authorization, methods=["POST"]),
]
