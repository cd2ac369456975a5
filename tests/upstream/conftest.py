"""A provider on loopback, and two browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from app.kit.runtime import override
from app.upstream.service import forget_upstreams
from tests.login.support import Visitor
from tests.upstream.provider import Upstream


@pytest.fixture
async def upstream(database: None) -> AsyncIterator[Upstream]:
    """A provider that may be called."""
    forget_upstreams()
    async with Upstream().serving() as served:
        with override(outbound_allow=(served.target,)):
            yield served


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
