"""Endpoints that clients call for themselves: token, revocation, introspection, device authorization, PAR."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.events.refusals import identify_caller, mark_refused
from app.kit.db import unit_of_work
from app.kit.errors import InvalidInput, LimitReached, Unavailable
from app.kit.limits import RateLimit, address_bucket
from app.oidc.budgets import spend_budget
from app.oidc.client_auth import Call, authenticate_client
from app.oidc.cors import for_registered_origins
from app.oidc.device.authorization import start_device
from app.oidc.dpop.proofs import SentProofs, spend_proof, verify_proof
from app.oidc.errors import ErrorCode, RequestTooLong, as_endpoint_error
from app.oidc.forms import read_posted
from app.oidc.introspection import SignedAnswer, introspect_signed, introspect_token, wants_signed
from app.oidc.pushed import push_request
from app.oidc.queries.vanished import noticing_vanished_clients
from app.oidc.refusals import NO_STORE, refuse, refuse_outage
from app.oidc.revocation import revoke_token
from app.oidc.token import begin_exchange

Answer = Mapping[str, object] | SignedAnswer | None
UseCase = Callable[[Call], Awaitable[Answer]]
Begin = Callable[[Request], Awaitable[Call]]
# Proofs that were used are rows, and an unproved client may send any number. Whole offices share an address.
PROOFS_PER_ADDRESS: Final = RateLimit("oidc.dpop_proof_address", hits=600, window=timedelta(minutes=1))
# What a device, or a client that makes proofs, hears in the course of things.
_NORMAL = frozenset(
    {
        ErrorCode.AUTHORIZATION_PENDING,
        ErrorCode.SLOW_DOWN,
        ErrorCode.TEMPORARILY_UNAVAILABLE,
        ErrorCode.USE_DPOP_NONCE,
    }
)


@for_registered_origins
async def post_token(request: Request) -> Response:
    return await _answer(request, _exchange, begin_proved)


@for_registered_origins
async def post_revoke(request: Request) -> Response:
    return await _answer(request, _revoke)


async def post_introspect(request: Request) -> Response:
    is_signed = wants_signed(request.headers.get("accept"))
    return await _answer_servers(request, introspect_signed if is_signed else introspect_token)


async def post_device_authorization(request: Request) -> Response:
    return await _answer_servers(request, _start_device)


async def post_par(request: Request) -> Response:
    return await _answer_servers(request, push_request, begin_pushed, status=HTTPStatus.CREATED)


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


async def _answer_servers(
    request: Request, use_case: UseCase, begin: Begin | None = None, *, status: int = HTTPStatus.OK
) -> Response:
    """The same where no page of any origin may call: only an outage is told in words of the protocol, too."""
    try:
        return await _answer(request, use_case, begin or begin_call, status=status)
    except Unavailable as error:
        return refuse_outage(error)


async def begin_call(request: Request) -> Call:
    """The call of a client that proves who it is.

    Raises:
        MalformedRequest, EndpointError.
    """
    params, origin = await read_posted(request), request.state.origin
    client = await authenticate_client(params, request.headers.getlist("authorization"), origin)
    call = Call(params, client, origin)
    identify_caller(call.actor)
    return call


async def begin_proved(request: Request) -> Call:
    """The same, with the key that the request proves in its DPoP header, if it has one.

    Whether the proof is good is asked before the client is authenticated, so that one which only lacks a nonce does
    not cost the client its assertion; it is spent after. Who could be anybody spends so many in a while, so that
    strangers fill no table.

    Raises:
        ProofRefused. MalformedRequest, EndpointError: as `begin_call`; `temporarily_unavailable` for one too many.
    """
    sent = SentProofs.of(request)
    if not sent.proofs:
        return await begin_call(request)
    proof = verify_proof(sent)
    call = await begin_call(request)
    if call.client.is_public or call.client.is_dynamic:
        refusal = "This address used too many DPoP proofs. Wait a moment."
        await spend_budget(PROOFS_PER_ADDRESS, address_bucket(call.origin.ip), refusal)
    await spend_proof(proof)
    return replace(call, jkt=proof.jkt)


async def begin_pushed(request: Request) -> Call:
    """The same, with the status that a request has to have that is too long (RFC 9126 §2.3).

    Raises:
        EndpointError. As `begin_proved`.
    """
    try:
        return await begin_proved(request)
    except RequestTooLong as error:
        refusal = as_endpoint_error(error)
        refusal.status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise refusal from error


async def _answer(
    request: Request, use_case: UseCase, begin: Begin = begin_call, *, status: int = HTTPStatus.OK
) -> Response:
    """Let a client that proves who it is do something; answer in JSON."""
    try:
        with noticing_vanished_clients():
            body = await use_case(await begin(request))
    except (InvalidInput, LimitReached) as error:
        refusal = as_endpoint_error(error)
        mark_refused(refusal.code, is_denial=refusal.error not in _NORMAL)
        return refuse(refusal)
    return _render(body, status)


def _render(answer: Answer, status: int) -> Response:
    if answer is None:
        return Response(status_code=status, headers=NO_STORE)
    if isinstance(answer, SignedAnswer):
        return Response(answer.token, status, NO_STORE, answer.media_type)
    return JSONResponse(answer, status, NO_STORE)


_POST = ["POST", "OPTIONS"]

routes: list[BaseRoute] = [
    Route("/oauth2/token", post_token, methods=_POST),
    Route("/oauth2/revoke", post_revoke, methods=_POST),
    Route("/oauth2/introspect", post_introspect, methods=["POST"]),
    Route("/oauth2/device_authorization", post_device_authorization, methods=["POST"]),
    Route("/oauth2/par", post_par, methods=["POST"]),
]
