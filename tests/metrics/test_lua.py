"""The states of Lua that are at work are a gauge."""

from __future__ import annotations

from app.lua.pool import pool
from app.metrics.service import take_samples
from tests.metrics.support import exposed, value


async def test_states_are_counted_while_they_run_a_script() -> None:
    with pool.lend(), pool.lend():
        take_samples()
        assert value(exposed(), "lua_pool_active") == 2

    take_samples()

    assert exposed()["lua_pool_active", frozenset()] == 0
