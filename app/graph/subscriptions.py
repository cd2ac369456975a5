"""A subscription at work: a room's generator gives items, each is executed and written down.

Nothing is made before the one before it was taken, so a reader that is slow holds its own stream
up and nothing piles up for it.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import cast

from graphql import ExecutionResult, FieldNode, GraphQLError, OperationType
from graphql.execution import create_source_event_stream

from app.graph.budget import budgets
from app.graph.context import Context
from app.graph.denials import record_denials, telling_denials
from app.graph.errors import show_error
from app.graph.executor import PlanningExecutor
from app.graph.outcomes import Told, ask_together, tell_once
from app.graph.running import Body, Operation, Outcome, complete
from app.graph.watch import Watch, stream_place
from app.kit.errors import AppError
from app.kit.guard import asking_by, remembering

_END = object()


async def subscribe(operation: Operation, watch: Watch, request_id: str) -> AsyncGenerator[Body, None]:
    """The bodies of a subscription, one an item, until it ends by itself.

    Raises:
        AppError: why it ended otherwise: no right to it (any more), `Restarting`, `TooManyStreams`,
            `OverBudget`.
        Exception: whatever a resolver raised; for the edge.
    """
    actor = watch.context.actor
    async with telling_denials(actor, _name_of(operation)):
        with stream_place(actor):
            async with aclosing(_bodies(operation, watch, request_id)) as bodies:
                async for body in bodies:
                    yield body


async def _bodies(operation: Operation, watch: Watch, request_id: str) -> AsyncGenerator[Body, None]:
    source = await _open(operation)
    if isinstance(source, ExecutionResult):
        await record_denials(watch.context.actor, OperationType.SUBSCRIPTION, source.errors or ())
        yield Outcome(source, operation.cost).show(request_id, operation.rate)
        return
    async with aclosing(source):
        while (told := await watch.unless_over(_take(operation, watch, source))) is not None:
            yield told.show(request_id)


def show_failure(error: Exception, request_id: str) -> dict[str, object]:
    """How a stream says that, and why, it cannot go on: an entry of `errors`. Bugs are logged, and masked."""
    message = error.message if isinstance(error, AppError) else ""
    return show_error(GraphQLError(message, path=[], original_error=error), request_id)


def _name_of(operation: Operation) -> str | None:
    """The subscription's field; None when it stands in a fragment."""
    first = operation.executor.operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else None


async def _open(operation: Operation) -> AsyncGenerator[object, None] | ExecutionResult:
    source = create_source_event_stream(operation.executor)
    if inspect.isawaitable(source):
        source = await source
    return cast("AsyncGenerator[object, None] | ExecutionResult", source)


async def _take(operation: Operation, watch: Watch, source: AsyncIterator[object]) -> Told | None:
    """The next item, paid for and executed; None at the end."""
    # What was remembered of permissions before may be old.
    with asking_by(ask_together), remembering():
        item = await anext(source, _END)
        if item is _END:
            return None
        context = Context(watch.context.actor, watch.context.session)
        await budgets.spend(context.actor, operation.cost)
        return await tell_once(operation, context, item, partial(_execute, operation, context, item))


async def _execute(operation: Operation, context: Context, item: object) -> Outcome:
    executor = operation.executor.build_per_event_executor(item)
    assert isinstance(executor, PlanningExecutor)
    executor.context_value = context
    with remembering():
        return await complete(executor, operation.cost)
