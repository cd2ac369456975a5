"""`/graphql`: a POST for a query, a mutation or an event stream, a WebSocket for any number of them."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from graphql import ExecutionResult, GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from app.events.refusals import mark_error
from app.graph.admission import admit
from app.graph.budget import OverBudget, Rate, show_cost
from app.graph.callers import challenge, find_caller, read_credentials
from app.graph.documents import InvalidDocument
from app.graph.errors import (
    FAULT_MESSAGE,
    RATE_LIMITED,
    app_errors,
    code_of,
    describe,
    retry_seconds,
    show_error,
)
from app.graph.event_stream import EventStream
from app.graph.http import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    JSON,
    choose_media_type,
    read_parameters,
    respond,
    takes_events,
)
from app.graph.limits import TooComplex
from app.graph.running import Outcome, execute, run
from app.graph.socket import graphql_socket
from app.graph.watch import Watch, require_place
from app.kit.errors import AppError
from app.kit.runtime import settings
from app.oidc.own_resource import GRAPHQL, point_to_metadata

__all__ = ["answer", "refuse", "reject", "routes", "run"]

_log = structlog.get_logger("auther.graphql")


async def graphql(request: Request) -> Response:
    media_type = JSON
    try:
        media_type = choose_media_type(request.headers.get("accept"))
        return await _respond(request, media_type)
    except InvalidDocument as error:
        return reject(error.errors, _plain(media_type), request.state.request_id)
    except AppError as error:
        return refuse(error, _plain(media_type), request.state.request_id)
    except Exception as error:  # noqa: BLE001 - the edge
        _log.exception("fault", exc_info=error)
        shown = {"message": FAULT_MESSAGE, "extensions": {"code": "INTERNAL", "requestId": request.state.request_id}}
        return respond({"errors": [shown]}, 500, _plain(media_type))


async def _respond(request: Request, media_type: str) -> Response:
    parameters = await read_parameters(request, settings().graphql_max_body_bytes)
    context = await find_caller(request)
    operation = await admit(parameters, context)
    if operation.is_subscription and takes_events(request.headers.get("accept")):
        media_type = EVENT_STREAM
    if media_type != EVENT_STREAM:
        return answer(await execute(operation), media_type, request.state.request_id, operation.rate)
    if operation.is_subscription:
        require_place(context.actor)
    return EventStream(operation, Watch(read_credentials(request), context), request.state.request_id)


def answer(outcome: Outcome, media_type: str, request_id: str, rate: Rate | None = None) -> Response:
    status, headers = _slow_down(outcome.result)
    return respond(outcome.show(request_id, rate), status, media_type, headers)


def _slow_down(result: ExecutionResult) -> tuple[int, dict[str, str]]:
    for error in app_errors(result.errors or ()):
        if code_of(error) == RATE_LIMITED and result.data is None:
            return 429, {"retry-after": str(retry_seconds(error) or 1)}
    return 200, {}


def reject(errors: Sequence[GraphQLError], media_type: str, request_id: str) -> Response:
    status = 400 if media_type == GRAPHQL_RESPONSE else 200
    return respond({"errors": [show_error(error, request_id) for error in errors]}, status, media_type)


def refuse(error: AppError, media_type: str, request_id: str) -> Response:
    # What the document itself asks for is told like a failed validation, everything else by its status.
    mark_error(error)
    is_about_document = isinstance(error, TooComplex) and media_type == JSON
    headers = {}
    if (proof := challenge(error)) is not None:
        headers["www-authenticate"] = point_to_metadata(proof, GRAPHQL)
    if (seconds := retry_seconds(error)) is not None:
        headers["retry-after"] = str(seconds)
    body: dict[str, object] = {"errors": [{"message": error.message, "extensions": describe(error, request_id)}]}
    if isinstance(error, OverBudget):
        body["extensions"] = {"cost": show_cost(error.rate.requested, error.rate)}
    return respond(body, 200 if is_about_document else error.status, media_type, headers)


def _plain(media_type: str) -> str:
    """What cannot run does not begin a stream: its status has to say so."""
    return GRAPHQL_RESPONSE if media_type == EVENT_STREAM else media_type


routes: list[BaseRoute] = [
    Route("/graphql", graphql, methods=["POST"]),
    WebSocketRoute("/graphql", graphql_socket),
]
