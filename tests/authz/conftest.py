"""What all tests of the permission engine need: checks ask real policies, unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.authz.policies import asking


@pytest.fixture(autouse=True)
def real_policies() -> Iterator[None]:
    with asking():
        yield
