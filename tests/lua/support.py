"""What the tests of scripts share."""

from __future__ import annotations

from collections.abc import Mapping

from app.lua.pool import pool
from app.lua.service import evaluate
from app.lua.types import POLICY_LIMITS, Failure, Limits, Outcome, Plain

# True where a script finds everything as it should be, whatever ran before it in the same process.
INTACT = """
local names = {}
for name in pairs(string) do names[#names + 1] = name end
table.sort(names)
return leak == nil and _G.leak == nil and context.leak == nil
  and table.concat(names, " ") == "byte char find format gmatch gsub len lower match rep reverse sub upper"
  and ("x"):upper() == "X" and ("ab"):rep(2) == "abab" and ("x").leak == nil
  and getmetatable("") == false and getmetatable(string) == false
  and math.floor(1.5) == 1 and #{1, 2, 3} == 3 and rawlen({1}) == 1 and string.leak == nil and table.leak == nil
  and not pcall(function() error("caught") end) and os.time() > 0 and context.sound
"""


async def run(source: str, context: Mapping[str, object] | None = None, limits: Limits = POLICY_LIMITS) -> Outcome:
    """The outcome of a script."""
    return await evaluate(source, context or {}, limits)


async def value_of(source: str, **context: object) -> Plain:
    """What a script returns; it must not fail."""
    outcome = await evaluate(source, context)
    assert outcome.failure is None, outcome
    return outcome.value


async def failure_of(source: str, **context: object) -> tuple[Failure | None, int | None, str]:
    """How a script fails: why, the line, the sentence."""
    outcome = await evaluate(source, context)
    assert outcome.value is None
    return outcome.failure, outcome.line, outcome.message


async def check_intact() -> None:
    """Both the states that wait and a new one are as they were, and nobody holds one."""
    assert pool.active == 0
    for _ in range(pool.idle + 1):
        assert (await evaluate(INTACT, {"sound": True})).value is True
