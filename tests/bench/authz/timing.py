"""How things are timed: rounds, percentiles, work in a process of its own that is pinned to a core."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Result = TypeVar("Result")

ROUNDS = int(os.environ.get("ROUNDS", "5"))
MEASURED_CORE, LOAD_CORE = 0, 1


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which this part of all lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def number(value: float) -> str:
    """Three digits that count, without an exponent: `0.287`, `12.3`, `1,260`."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(times: Sequence[float], unit: str) -> str:
    """`p50 1.2 µs, p99 3.4 µs`."""
    return f"p50 {number(percentile(times, 0.5))} {unit}, p99 {number(percentile(times, 0.99))} {unit}"


def late(times: Sequence[float], unit: str, part: float = 0.99) -> str:
    """`p99 3.4 ms`."""
    return f"p{part * 100:.0f} {number(percentile(times, part))} {unit}"


def run_apart(work: Callable[..., Result], *arguments: Any) -> Result:
    """Do this in a new process, pinned to the measured core: its memory is its own.

    Raises:
        RuntimeError: it ended without a result.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        result: Result = ours.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"the measuring process ended with {process.exitcode}") from None
    process.join()
    return result


def _child(pipe: Connection, work: Callable[..., object], arguments: Sequence[object]) -> None:
    os.sched_setaffinity(0, {MEASURED_CORE})
    pipe.send(work(*arguments))
