"""A real server for the tests of streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.graph.live import Live, serving


@pytest.fixture
async def live(app: Starlette, database: None) -> AsyncIterator[Live]:
    async with serving(app) as running:
        yield running
