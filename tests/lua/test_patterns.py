"""The patterns in Lua do what those in C do."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Protocol, cast

from lupa.lua54 import LuaRuntime

import app.lua

ITEMS = re.split(
    " ",
    "a b c . %a %d %w %s %S %u [ab] [^a] [a-c] [%d_] []a] [^]] [a-] %% %. (a) (. () ) ( * + - ? $ ^ %1 %2 %b() %bab "
    "%f[%w] %f[^a] % [ ] é \0",
)
CALL = """
function(library, name, ...)
  local found = table.pack(pcall(library[name], ...))
  if not found[1] then return false end
  local out = {}
  local function note(values) for i = 2, values.n do out[#out + 1] = tostring(values[i]) end end
  if name ~= "gmatch" then note(found) return table.concat(out, ",") end
  for _ = 1, 50 do
    local each = table.pack(pcall(found[2]))
    if not each[1] then return false elseif each[2] == nil then break end
    note(each)
    out[#out + 1] = "|"
  end
  return table.concat(out, ",")
end
"""


class Call(Protocol):
    def __call__(self, library: object, name: str, *arguments: object) -> str | bool: ...


def test_both_find_the_same() -> None:
    """A malformed pattern may fail earlier here: C fails where it gets to the mistake, if it does."""
    runtime = LuaRuntime(encoding="latin-1", register_eval=False, register_builtins=False)
    ours = runtime.execute((Path(app.lua.__file__).parent / "patterns.lua").read_text("utf-8"))
    call, in_c = cast("Call", runtime.eval(CALL)), runtime.eval("string")
    dice, found = random.Random(7), 0

    for _ in range(20_000):
        pattern = "".join(dice.choice(ITEMS) for _ in range(dice.randint(1, 6)))
        text = "".join(dice.choice("aabbc1 _().A-]\0é") for _ in range(dice.randint(0, 12)))
        name = dice.choice(("find", "match", "gmatch", "gsub"))
        arguments: list[object] = [text, pattern]
        if name == "gsub":
            arguments.append(dice.choice(("x", "%0", "<%1>", "%2", "%%", "%", "")))
            arguments += [dice.randint(-1, 3)] if dice.random() < 0.3 else []
        elif dice.random() < 0.4:
            arguments.append(dice.randint(-14, 14))
        mine = call(ours, name, *arguments)
        if mine is not False:
            found += 1
            assert mine == call(in_c, name, *arguments), (name, arguments)

    assert found > 10_000
