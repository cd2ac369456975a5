"""Each test starts with nothing remembered, as after a start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.clients.service import forget_clients


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    forget_clients()
    yield
    forget_clients()
