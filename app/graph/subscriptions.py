"""A subscription at work: a room's generator gives items, each is executed and written down.

Nothing is made before the one before it was taken, so a reader that is slow holds its own stream
up and nothing piles up for it.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from graphql import ExecutionResult, GraphQLError
from graphql.execution import create_source_event_stream

from app.graph.context import Context
from app.graph.errors import show_error
from app.graph.executor import PlanningExecutor
from app.graph.running import Body, Operation, Outcome, complete
from app.graph.watch import Watch, stream_place
from app.kit.errors import AppError
from app.kit.guard import forget_permissions, remembering

_END = object()


async def subscribe(operation: Operation, watch: Watch, request_id: str) -> AsyncGenerator[Body, None]:
    """The bodies of a subscription, one an item, until it ends by itself.

    Raises:
        AppError: why it ended otherwise: no right to it (any more), `Restarting`, `TooManyStreams`.
        Exception: whatever a resolver raised; for the edge.
    """
    with stream_place(watch.context.actor):
        source = await _open(operation)
        if isinstance(source, ExecutionResult):
            yield Outcome(source, operation.cost).show(request_id)
            return
        async with aclosing(source):
            while (item := await watch.unless_over(_next(source))) is not _END:
                outcome = await watch.unless_over(_execute(operation, watch, item))
                yield outcome.show(request_id)


def show_failure(error: Exception, request_id: str) -> dict[str, object]:
    """How a stream says that, and why, it cannot go on: an entry of `errors`. Bugs are logged, and masked."""
    message = error.message if isinstance(error, AppError) else ""
    return show_error(GraphQLError(message, path=[], original_error=error), request_id)


async def _open(operation: Operation) -> AsyncGenerator[object, None] | ExecutionResult:
    source = create_source_event_stream(operation.executor)
    if inspect.isawaitable(source):
        source = await source
    return cast("AsyncGenerator[object, None] | ExecutionResult", source)


async def _next(source: AsyncIterator[object]) -> object:
    # What an event stream's request remembers of permissions may be old.
    forget_permissions()
    return await anext(source, _END)


async def _execute(operation: Operation, watch: Watch, item: object) -> Outcome:
    executor = operation.executor.build_per_event_executor(item)
    assert isinstance(executor, PlanningExecutor)
    executor.context_value = Context(watch.context.actor, watch.context.session)
    with remembering():
        return await complete(executor, operation.cost)
