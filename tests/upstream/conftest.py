"""A provider on loopback, and two browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.kit.runtime import override
from app.upstream.service import forget_upstreams
from tests.login.conftest import stranger, visitor
from tests.upstream.provider import Upstream

__all__ = ["stranger", "visitor"]


@pytest.fixture
async def upstream(database: None) -> AsyncIterator[Upstream]:
    """A provider that may be called."""
    forget_upstreams()
    async with Upstream().serving() as served:
        with override(outbound_allow=(served.target,)):
            yield served
