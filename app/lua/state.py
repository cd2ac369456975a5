"""One state of Lua with its sandbox: the only module that imports `lupa`.

INVARIANT: lupa calls into Lua without protection wherever it makes tables, references or texts, and Lua ends the
process when memory fails there. So the limit of memory stands only while a script runs, and what goes in and comes
out meanwhile needs no memory: references, numbers, and texts that exist.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn, Protocol, cast

from lupa.lua54 import LuaError, LuaMemoryError, LuaRuntime, LuaSyntaxError

from app.lua.rules import explain_result
from app.lua.types import Plain
from app.lua.values import MAX_VALUES, NotPlain, Table, from_table, scalar

# Compiled scripts that a state keeps; one of the longest takes some 100 KB.
MAX_CHUNKS: Final = 64
_NAME: Final = "=policy"
_MENDED: Final = frozenset({"instructions", "time"})
_SPENT: Final = frozenset({"instructions", "memory", "stack", "time"})


class _Call(Protocol):
    def __call__(self, *arguments: object) -> object: ...


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may spend.

    Attributes:
        instructions: of Lua's machine.
        memory_bytes: beyond what the state itself needs.
        growth_bytes: beyond what is in use when the run begins, whatever of it is garbage.
        seconds: of wall time.
        cpu_seconds: of the process's processor time; where it is given the wall's clock is not looked at. The run is
            a trial then, and a state whose trial was cut off by the instructions or the clock is as good as before.
        result_values: in a table that it returns. A trial with fewer than a result may have ends with "time" there.
    """

    instructions: int
    memory_bytes: int
    growth_bytes: int
    seconds: float
    cpu_seconds: float | None
    result_values: int = MAX_VALUES


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: `end` is value, error, syntax, instructions, time, memory or stack."""

    end: str
    value: Plain
    message: str
    line: int | None

    @property
    def is_cut_off(self) -> bool:
        """Whether it spent its budget."""
        return self.end in _SPENT


class NotLua(ValueError):
    """The source does not compile; the text is Lua's."""


class State:
    """Compiles scripts and runs them one after the other; one thread at a time.

    Attributes:
        made_at: when it was made.
        is_sound: False once a run was cut off: such a state is thrown away.
    """

    __slots__ = ("_base", "_chunks", "_run", "_runtime", "_take", "is_sound", "made_at")

    def __init__(self, made_at: datetime) -> None:
        self.made_at, self.is_sound = made_at, True
        self._runtime = LuaRuntime(register_eval=False, register_builtins=False, attribute_filter=_refuse, max_memory=0)
        loaded = self._load("sandbox", *self._load_parts())
        self._run, self._take = cast("tuple[_Call, _Call]", loaded)
        self._chunks: OrderedDict[str, tuple[_Call, int]] = OrderedDict()
        self._base: int = self._runtime.get_memory_used(total=True)

    def _load_parts(self) -> tuple[object, object, object]:
        """The parts of the sandbox that its own file is given, in its order."""
        budget = self._load("budget", time.monotonic)
        calendar, describe = self._load("calendar"), self._load("strings", budget, self._load("patterns"))
        self._load("tables", budget)
        self._load("numbers", budget)
        return budget, describe, calendar

    def _load(self, name: str, *arguments: object) -> object:
        return self._runtime.execute(_COMPILED[name], *arguments, mode="b")

    def has_compiled(self, source: str) -> bool:
        """Whether the script can run at once."""
        return source in self._chunks

    def compile(self, source: str) -> _Call:
        """The script as a function; kept for the next time.

        Raises:
            NotLua: it is not.
        """
        found = self._chunks.get(source)
        if found is not None:
            self._chunks.move_to_end(source)
            return found[0]
        before: int = self._runtime.get_memory_used(total=True)
        try:
            # What is collected meanwhile would be taken off the size of the script.
            with self._runtime.nogc():
                chunk = cast("_Call", self._runtime.compile(source, name=_NAME, mode="t"))
                size: int = self._runtime.get_memory_used(total=True) - before
        except LuaSyntaxError as error:
            raise NotLua(str(error)) from None
        except UnicodeError:
            raise NotLua("The script is not Unicode text.") from None
        self._chunks[source] = chunk, size
        self._base += size
        if len(self._chunks) > MAX_CHUNKS:
            _, (_, dropped) = self._chunks.popitem(last=False)
            self._base -= dropped
        return chunk

    def run(self, source: str, context: dict[str, object], budget: Budget) -> Run:
        """Run a script.

        Args:
            context: plain data, as `values.to_given` makes it.
        """
        runtime = self._runtime
        try:
            chunk = self.compile(source)
        except NotLua as error:
            return Run("syntax", None, str(error), None)
        dice = secrets.randbits(63) if "random" in source else 0
        table = runtime.table_from(context, recursive=True)
        most = min(self._base + budget.memory_bytes, runtime.get_memory_used(total=True) + budget.growth_bytes)
        runtime.set_max_memory(most, total=True)
        try:
            found = self._run(chunk, table, dice, budget.instructions, budget.seconds, budget.cpu_seconds)
        except (LuaError, UnicodeDecodeError) as error:
            runtime.set_max_memory(0)
            return self._explain(error)
        finally:
            runtime.set_max_memory(0)
        return self._read(found, budget)

    def _read(self, found: object, budget: Budget) -> Run:
        if found == "table":
            return self._read_table(budget.result_values)
        if not isinstance(found, tuple):
            return Run("value", None, "", None)
        end, value, *line = found
        if end == "value":
            return Run("value", scalar(value), "", None)
        if end == "error":
            return Run("error", None, str(value), line[0] if line else None)
        self.is_sound = budget.cpu_seconds is not None and end in _MENDED
        return Run(end, None, "", line[0] if line else None)

    def _read_table(self, most: int) -> Run:
        table = self._take(most)
        if table == "large" and most < MAX_VALUES:
            return Run("time", None, "", None)
        if isinstance(table, str):
            return Run("error", None, explain_result(table), None)
        try:
            return Run("value", from_table(cast("Table", table)), "", None)
        except NotPlain as error:
            return Run("error", None, str(error), None)

    def _explain(self, error: Exception) -> Run:
        """What happened in a run that did not come to its own end."""
        if isinstance(error, UnicodeDecodeError):
            return Run("error", None, "The script returned a text that is not UTF-8.", None)
        self.is_sound = False
        if isinstance(error, LuaMemoryError):
            return Run("memory", None, "", None)
        text = str(error)
        return Run(text, None, "", None) if text in _SPENT else Run("error", None, text, None)


def _compile(name: str) -> bytes:
    """One of our own files as what Lua makes of it: loading that is five times as quick as compiling."""
    source = (Path(__file__).parent / f"{name}.lua").read_bytes()
    dump = LuaRuntime(encoding=None, register_eval=False, register_builtins=False).eval(
        "function(source, name) return string.dump(assert(load(source, name, 't'))) end"
    )
    return cast("bytes", dump(source, f"={name}".encode()))


_PARTS: Final = ("budget", "calendar", "numbers", "patterns", "sandbox", "strings", "tables")
_COMPILED: Final = {name: _compile(name) for name in _PARTS}


def _refuse(_value: object, _name: object, _is_setting: bool) -> NoReturn:
    """No attribute of Python is for Lua."""
    raise AttributeError("not allowed")
