"""Each test starts with no handler, schedule or pump, and leaves those of the application alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from app.jobs import registry
from tests.jobs.support import running_worker


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "handlers", {})
    monkeypatch.setattr(registry, "schedules", {})
    monkeypatch.setattr(registry, "pumps", {})


@pytest.fixture
def working() -> Callable[..., AbstractAsyncContextManager[None]]:
    """A worker that runs until the block ends."""

    @asynccontextmanager
    async def work(**options: object) -> AsyncIterator[None]:
        async with running_worker(**options):
            yield

    return work
