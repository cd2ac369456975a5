"""One operation, from what was sent to what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType

from app.graph.budget import Rate, show_cost
from app.graph.context import Context
from app.graph.cost import weigh
from app.graph.denials import record_denials
from app.graph.documents import InvalidDocument, Prepared
from app.graph.errors import InvalidRequest, TimedOut, show_error
from app.graph.executor import PlanningExecutor
from app.graph.http import Parameters
from app.graph.limits import Limits, TooComplex
from app.graph.measures import note_operation
from app.graph.schema import documents, graphql_schema
from app.kit.guard import permissions_of, recall_permissions
from app.kit.runtime import settings

Body = dict[str, object]


@dataclass(slots=True)
class Operation:
    """An operation that can run, within the limits, and what it costs.

    Attributes:
        rate: how the caller's budget stands after it; None without a limit.
        identity: the same for those who ask for the same; None if that is not known.
    """

    executor: PlanningExecutor
    cost: int
    rate: Rate | None = None
    identity: Hashable = None

    @property
    def is_subscription(self) -> bool:
        return self.executor.operation.operation is OperationType.SUBSCRIPTION

    @property
    def only_reads(self) -> bool:
        """Whether it is over at once and changes nothing."""
        return self.executor.operation.operation is OperationType.QUERY


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation that ran, and what it cost."""

    result: ExecutionResult
    cost: int

    def show(self, request_id: str, rate: Rate | None = None) -> Body:
        """The response's body."""
        body: Body = {"data": self.result.data}
        if self.result.errors:
            body["errors"] = [show_error(error, request_id) for error in self.result.errors]
        body["extensions"] = {"cost": show_cost(self.cost, rate)}
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
            await _look_up_permissions(executor)
            result: Any = executor.execute_operation()
            outcome = Outcome(result if isinstance(result, ExecutionResult) else await result, cost)
    except TimeoutError:
        raise TimedOut from None
    if outcome.result.errors:
        await record_denials(context.actor, executor.operation.operation, outcome.result.errors)
    return outcome


async def _look_up_permissions(executor: PlanningExecutor) -> None:
    """Fields run side by side: asked for here, permissions are looked up once for all of them."""
    actor = executor.context_value.actor
    if executor.operation.operation is OperationType.QUERY:
        await recall_permissions(actor)
    else:
        await permissions_of(actor)


def _build(prepared: Prepared, parameters: Parameters, context: Context) -> PlanningExecutor:
    operation = prepared.find(parameters.operation_name)
    if operation is None:
        raise InvalidDocument([_unknown(parameters.operation_name)])
    variables = operation.coerce(parameters.variables)
    if isinstance(variables, list):
        raise InvalidDocument(variables)
    return PlanningExecutor.begin(graphql_schema, operation, variables, context)


def _unknown(name: str | None) -> GraphQLError:
    if name is None:
        return GraphQLError("Must provide operation name if query contains multiple operations.")
    return GraphQLError(f"Unknown operation named '{name}'.")


def _check_cost(prepared: Prepared, executor: PlanningExecutor, limits: Limits) -> int:
    name = executor.operation.name
    cost = weigh(prepared.weights[name.value if name else None], executor.variable_values.coerced)
    if cost > limits.cost:
        raise TooComplex("cost", limits.cost)
    return cost
