"""A database that goes away, and a process that hears of changes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.kit.recall import ear, hearing
from tests.sessions.test_remembered_sessions import until
from tests.threats.conftest import outage

__all__ = ["outage"]


@pytest.fixture
async def hears(database: None) -> AsyncIterator[None]:
    """This process hears of changes during the test, so it remembers."""
    async with hearing():
        await until(lambda: ear.hears)
        yield
