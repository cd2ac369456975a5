"""What is said of scripts that failed."""

from __future__ import annotations

import re
from typing import Final

from app.lua.types import Failure, Limits

_OF_SCRIPT: Final = re.compile(r"policy:(\d+): ")
_OF_US: Final = re.compile(r"(?:budget|calendar|numbers|patterns|sandbox|strings|tables):\d+: ")


def explain_error(message: str) -> tuple[str, int | None]:
    """A message of Lua without the place before it, and the line of the script if the place named one."""
    found = _OF_SCRIPT.match(message)
    if found:
        return message[found.end() :], int(found[1])
    return _OF_US.sub("", message, count=1), None


def explain_syntax(message: str) -> tuple[str, int | None]:
    """What Lua's compiler said, and the line."""
    if message.startswith("attempt to load a binary chunk"):
        return "A script is text: compiled Lua is refused.", None
    return explain_error(message)


def explain_too_long(limits: Limits) -> str:
    """That a source is too long."""
    return f"A script has at most {limits.source_bytes:,} bytes."


def explain_result(problem: str) -> str:
    """Why a table is no result: it is `large` or `deep`."""
    if problem == "large":
        return "The script returned a table that is too large."
    return "The script returned a table that is nested too deeply."


def failure_of(spent: str, limits: Limits) -> tuple[Failure, str]:
    """The failure of a script that spent what it may, and a sentence about it."""
    if spent == "time":
        return Failure.TIME, f"The script took longer than {limits.seconds:g} s."
    if spent == "memory":
        return Failure.MEMORY, f"The script used more than {limits.memory_bytes // 1024:,} KiB of memory."
    if spent == "stack":
        return Failure.RUNTIME, "The script calls itself too deeply."
    return Failure.INSTRUCTIONS, f"The script ran more than {limits.instructions:,} instructions."
