"""`POST /graphql`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.graph.callers import challenge, find_caller
from app.graph.context import Context
from app.graph.cost import weigh
from app.graph.documents import InvalidDocument, Prepared
from app.graph.errors import (
    FAULT_MESSAGE,
    RATE_LIMITED,
    TimedOut,
    app_errors,
    code_of,
    describe,
    retry_seconds,
    show_error,
)
from app.graph.executor import PlanningExecutor
from app.graph.http import GRAPHQL_RESPONSE, JSON, Parameters, choose_media_type, read_parameters, respond
from app.graph.limits import Limits, TooComplex
from app.graph.schema import documents, graphql_schema
from app.kit.errors import AppError
from app.kit.guard import permissions_of
from app.kit.runtime import settings

_log = structlog.get_logger("auther.graphql")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation that ran, and what it cost."""

    result: ExecutionResult
    cost: int


async def graphql(request: Request) -> Response:
    media_type = JSON
    try:
        media_type = choose_media_type(request.headers.get("accept"))
        parameters = await read_parameters(request, settings().graphql_max_body_bytes)
        outcome = await run(parameters, await find_caller(request))
    except InvalidDocument as error:
        return reject(error.errors, media_type, request.state.request_id)
    except AppError as error:
        return refuse(error, media_type, request.state.request_id)
    except Exception as error:  # noqa: BLE001 - the edge
        _log.exception("fault", exc_info=error)
        shown = {"message": FAULT_MESSAGE, "extensions": {"code": "INTERNAL", "requestId": request.state.request_id}}
        return respond({"errors": [shown]}, 500, media_type)
    return answer(outcome, media_type, request.state.request_id)


async def run(parameters: Parameters, context: Context) -> Outcome:
    """Run one operation.

    Raises:
        InvalidDocument: it cannot run: syntax, validation, unknown operation, variables.
        TooComplex: it exceeds a limit.
        TimedOut: `graph_timeout`; an open mutation is rolled back.
    """
    chosen = settings()
    limits = Limits.of(chosen)
    prepared = documents.prepare(parameters.query, limits)
    executor = _build(prepared, parameters, context)
    cost = _check_cost(prepared, executor, limits)
    try:
        async with asyncio.timeout(chosen.graphql_timeout.total_seconds()):
            # Fields run side by side: asked here, the permissions are looked up once for all of them.
            await permissions_of(context.actor)
            result: Any = executor.execute_operation()
            return Outcome(result if isinstance(result, ExecutionResult) else await result, cost)
    except TimeoutError:
        raise TimedOut from None


def _build(prepared: Prepared, parameters: Parameters, context: Context) -> PlanningExecutor:
    executor = PlanningExecutor.build(
        graphql_schema,
        prepared.document,
        context_value=context,
        raw_variable_values=dict(parameters.variables),
        operation_name=parameters.operation_name,
    )
    if isinstance(executor, list):
        raise InvalidDocument(executor)
    assert isinstance(executor, PlanningExecutor)
    return executor


def _check_cost(prepared: Prepared, executor: PlanningExecutor, limits: Limits) -> int:
    name = executor.operation.name
    cost = weigh(prepared.weights[name.value if name else None], executor.variable_values.coerced)
    if cost > limits.cost:
        raise TooComplex("cost", limits.cost)
    return cost


def answer(outcome: Outcome, media_type: str, request_id: str) -> Response:
    result = outcome.result
    body: dict[str, object] = {"data": result.data}
    if result.errors:
        body["errors"] = [show_error(error, request_id) for error in result.errors]
    body["extensions"] = {"cost": outcome.cost}
    status, headers = _slow_down(result)
    return respond(body, status, media_type, headers)


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
    is_about_document = isinstance(error, TooComplex) and media_type == JSON
    headers = {}
    if (proof := challenge(error)) is not None:
        headers["www-authenticate"] = proof
    if (seconds := retry_seconds(error)) is not None:
        headers["retry-after"] = str(seconds)
    body = {"errors": [{"message": error.message, "extensions": describe(error, request_id)}]}
    return respond(body, 200 if is_about_document else error.status, media_type, headers)


routes: list[BaseRoute] = [Route("/graphql", graphql, methods=["POST"])]
