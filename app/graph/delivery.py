"""What both ways of streaming have in common: bodies of any operation, and patience with slow readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable

from app.graph.errors import SlowReader
from app.graph.running import Body, Operation, execute
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.guard import remembering

# A reader whose buffers stay full for so long does not read.
SLOW_SECONDS = 5.0
# How long we try to tell whoever is dropped why.
FAREWELL_SECONDS = 5.0


async def run_any(operation: Operation, watch: Watch, request_id: str) -> AsyncGenerator[Body, None]:
    """The bodies of an operation: one of a query or mutation, many of a subscription.

    Raises:
        AppError, Exception: as `subscribe` and `execute`.
    """
    if operation.is_subscription:
        async for body in subscribe(operation, watch, request_id):
            yield body
        return
    with remembering():
        outcome = await execute(operation)
    yield outcome.show(request_id, operation.rate)


async def hand_over(sending: Awaitable[None], watch: Watch) -> None:
    """Send something, unless the reader takes too long for what was sent before.

    Raises:
        SlowReader: `graph_slow_reader`, and the connection is over.
    """
    try:
        async with asyncio.timeout(SLOW_SECONDS):
            await sending
    except TimeoutError:
        error = SlowReader()
        watch.end(error)
        raise error from None
