"""The people of the rooms' own tests, all in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from tortoise.connection import get_connection

from app.kit import pool
from tests.login.conftest import stranger, visitor
from tests.oidc.conftest import keys, party, public_party, session, third_party, user
from tests.threats.support import Outage

__all__ = ["keys", "party", "public_party", "session", "stranger", "third_party", "user", "visitor"]
POOL_SIZE = 12


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Outage:
    """A block in which no connection to the database can be had; nobody waits long for one."""
    monkeypatch.setattr(pool, "ACQUIRE_TIMEOUT_SECONDS", 0.05)

    @asynccontextmanager
    async def begin() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for _ in range(POOL_SIZE):
                await stack.enter_async_context(get_connection("default").acquire_connection())
            yield

    return begin
