"""Two browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.login.support import Visitor


@pytest.fixture
async def visitor(app: Starlette, database: None) -> AsyncIterator[Visitor]:
    """Somebody's browser."""
    one = Visitor(app)
    yield one
    await one.client.aclose()


@pytest.fixture
async def stranger(app: Starlette, database: None) -> AsyncIterator[Visitor]:
    """Another browser at another address."""
    one = Visitor(app, ip="203.0.113.99")
    yield one
    await one.client.aclose()
