"""Each test starts with no key in the process's cache, as after a start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.signing.service import forget_keys


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    forget_keys()
    yield
    forget_keys()
