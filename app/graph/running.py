"""One operation, from what was sent to what came of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, OperationType

from app.graph.context import Context
from app.graph.cost import weigh
from app.graph.documents import InvalidDocument, Prepared
from app.graph.errors import InvalidRequest, TimedOut, show_error
from app.graph.executor import PlanningExecutor
from app.graph.http import Parameters
from app.graph.limits import Limits, TooComplex
from app.graph.measures import note_operation
from app.graph.schema import documents, graphql_schema
from app.kit.guard import permissions_of
from app.kit.runtime import settings

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that can run, within the limits, and what it costs."""

    executor: PlanningExecutor
    cost: int

    @property
    def is_subscription(self) -> bool:
        return self.executor.operation.operation is OperationType.SUBSCRIPTION


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation that ran, and what it cost."""

    result: ExecutionResult
    cost: int

    def show(self, request_id: str) -> Body:
        """The response's body."""
        body: Body = {"data": self.result.data}
        if self.result.errors:
            body["errors"] = [show_error(error, request_id) for error in self.result.errors]
        body["extensions"] = {"cost": self.cost}
        return body


def prepare(parameters: Parameters, context: Context) -> Operation:
    """Make an operation ready to run as this caller.

    Raises:
        InvalidDocument: it cannot run: syntax, validation, unknown operation, variables.
        TooComplex: it exceeds a limit.
    """
    limits = Limits.of(settings())
    prepared = documents.prepare(parameters.query, limits)
    executor = _build(prepared, parameters, context)
    return Operation(executor, _check_cost(prepared, executor, limits))


async def execute(operation: Operation) -> Outcome:
    """Run a query or mutation.

    Raises:
        InvalidRequest: `graph_subscription`, it is none.
        TimedOut: `graph_timeout`; an open mutation is rolled back.
    """
    if operation.is_subscription:
        raise InvalidRequest("graph_subscription", "Subscriptions come as text/event-stream or over a WebSocket.")
    name, started = operation.executor.operation.name, time.perf_counter()
    ending = "fault"
    try:
        outcome = await complete(operation.executor, operation.cost)
        ending = "error" if outcome.result.errors else "ok"
    except TimedOut:
        ending = "timeout"
        raise
    finally:
        note_operation(name.value if name else None, ending, time.perf_counter() - started)
    return outcome


async def run(parameters: Parameters, context: Context) -> Outcome:
    """Prepare and execute.

    Raises:
        InvalidDocument, TooComplex, InvalidRequest, TimedOut.
    """
    return await execute(prepare(parameters, context))


async def complete(executor: PlanningExecutor, cost: int) -> Outcome:
    """Execute a selection in bounded time.

    Raises:
        TimedOut: `graph_timeout`.
    """
    context: Context = executor.context_value
    try:
        async with asyncio.timeout(settings().graphql_timeout.total_seconds()):
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
