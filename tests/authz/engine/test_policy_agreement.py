"""The engine agrees with the slow resolver where permissions and tuples have policies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.policies import bind_policies
from tests.authz.engine.generators import PolicyTable, World, assert_agreement, describe, worlds
from tests.authz.engine.test_agreement import make_checker


@pytest.fixture(autouse=True)
def policies() -> Iterator[None]:
    before = bind_policies(PolicyTable())
    yield
    bind_policies(before)


@given(st.one_of(worlds(with_policies=True), worlds(with_policies=True, with_gates=False)))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_the_engine_agrees_with_the_reference_about_policies(world: World) -> None:
    note(describe(world))

    await assert_agreement(make_checker, world)
