"""A database that cannot be reached for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from tortoise.connection import get_connection

from app.kit import pool

POOL_SIZE = 12


@asynccontextmanager
async def exhausted_pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Nobody gets a connection inside the block."""
    async with AsyncExitStack() as stack:
        wrapper = get_connection("default")
        for _ in range(POOL_SIZE):
            await stack.enter_async_context(wrapper.acquire_connection())
        with monkeypatch.context() as patch:
            patch.setattr(pool, "ACQUIRE_TIMEOUT_SECONDS", 0.01)
            yield
