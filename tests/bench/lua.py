"""`python -m tests.bench.lua`: one evaluation of a compiled policy, beside the bare call of lupa.

The bare call makes the table of the context and calls the compiled chunk, without a sandbox and without limits. Figures
are medians of single calls, microseconds of the clock.
"""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from lupa.lua54 import LuaRuntime

from app.lua.service import evaluate
from app.lua.types import POLICY_LIMITS, Limits

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

ROUNDS = 5_000
SOURCE = """
local user, resource = context.user, context.resource
if resource.status == "locked" then
  return false
end
for _, role in ipairs(user.attributes.roles) do
  if role == "approver" and resource.amount <= user.attributes.limit then
    return context.env.acr == "2"
  end
end
return false
"""
CONTEXT: dict[str, object] = {
    "resource": {"id": "inv_1", "type": "invoice", "status": "open", "amount": 1_200},
    "user": {
        "id": "usr_1", "name": "Ada", "email": "ada@example.com", "role": "user",
        "attributes": {"roles": ["reader", "approver"], "limit": 5_000},
    },
    "subject": {"type": "user", "id": "usr_1"},
    "action": "approve",
    "timestamp": "2026-11-27T00:00:00Z",
    "env": {"ip": "192.0.2.1", "user_agent": "Firefox", "client_id": "cli_1", "acr": "2", "amr": ["pwd", "otp"]},
}  # fmt: skip


def time_bare() -> float:
    """Microseconds of lupa's own call."""
    runtime = LuaRuntime(register_eval=False, register_builtins=False)
    chunk = runtime.compile("context = ...\n" + SOURCE, mode="t")
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        assert chunk(runtime.table_from(CONTEXT, recursive=True)) is True
        times.append(time.perf_counter_ns() - begin)
    return median(times) / 1000


async def time_evaluation(limits: Limits, source: str, rounds: int) -> float:
    """Microseconds of one evaluation of ours."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter_ns()
        outcome = await evaluate(source, CONTEXT, limits)
        times.append(time.perf_counter_ns() - begin)
        assert outcome.value is True, outcome
    return median(times) / 1000


async def time_all() -> tuple[float, float, float]:
    """The bare call, ours at once, ours in a thread (a script that spins a little, so that it always goes there)."""
    await time_evaluation(POLICY_LIMITS, SOURCE, 100)
    inline = await time_evaluation(POLICY_LIMITS, SOURCE, ROUNDS)
    slow = f"for _ = 1, 5000 do end {SOURCE}"
    return time_bare(), inline, await time_evaluation(POLICY_LIMITS, slow, ROUNDS // 10)


def run_lua(bench: Bench) -> None:
    """Note the figures."""
    bare, inline, threaded = asyncio.run(time_all())
    bench.note("Lua, the bare call of lupa", f"{bare:.1f} µs", "—")
    bench.note("Lua policy, compiled", f"{inline:.1f} µs", "≤ 30 µs over it", f"{inline - bare:.1f} µs over it")
    bench.note("Lua policy of 5,000 instructions, in a thread", f"{threaded:.1f} µs", "—")


def main() -> int:
    bare, inline, threaded = asyncio.run(time_all())
    print(f"bare call of lupa            {bare:8.1f} µs")
    print(f"evaluation, at once          {inline:8.1f} µs   ({inline - bare:.1f} µs over it; budget 30 µs)")
    print(f"evaluation, in a thread      {threaded:8.1f} µs   (5,000 instructions)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
