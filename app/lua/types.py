"""What crosses the room's border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

# What Lua can be given, and what it gives back: JSON's data.
Plain: TypeAlias = bool | int | float | str | Sequence["Plain"] | Mapping[str, "Plain"] | None


class Failure(StrEnum):
    """Why there is no value.

    SYNTAX: it is not Lua. TOO_LONG: the source is. RUNTIME: the script raised an error. INSTRUCTIONS, TIME, MEMORY:
    it spent what it may. INPUT: the context is not plain data, or too large.
    """

    SYNTAX = "syntax"
    TOO_LONG = "too_long"
    RUNTIME = "runtime"
    INSTRUCTIONS = "instructions"
    TIME = "time"
    MEMORY = "memory"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may spend.

    Attributes:
        source_bytes: of the source, in UTF-8.
        seconds: of wall time.
        instructions: of Lua's machine; what runs inside of C is charged as if it were some.
        memory_bytes: that the script may hold at once, its context included.
    """

    source_bytes: int = 10_240
    seconds: float = 1.0
    instructions: int = 50_000
    memory_bytes: int = 2 * 1024 * 1024


POLICY_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an evaluation.

    Attributes:
        value: what the script returned, as plain data; None for nothing, a function, or a failure.
        failure: why there is no value; None where the script came to its end.
        message: one sentence about the failure, for the script's author; else empty.
        line: of the source, where the failure has one; from 1.
        seconds: that it took.
    """

    value: Plain
    failure: Failure | None
    message: str
    line: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a source: a sentence, and the line it speaks of, from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What can be said of a source without running it.

    Attributes:
        failure: SYNTAX or TOO_LONG where it can not be run at all.
        message: one sentence about the failure; else empty.
        line: of the failure.
        warnings: globals that are not there, by line.
    """

    failure: Failure | None
    message: str
    line: int | None
    warnings: tuple[Finding, ...]
