"""Progress bars on standard error, where a terminal is; elsewhere nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_CHUNK_BYTES = 1024 * 1024


@contextmanager
def reading(file: Path, noun: str) -> Iterator[tuple[Iterator[bytes], Callable[[int, int], None]]]:
    """The chunks of a file (`-` is standard input), and what to call with things (`noun`) read and written."""
    if str(file) == "-":
        with _bar(None, noun) as (_, _, describe):
            yield _chunks(sys.stdin.buffer, lambda _: None), describe
        return
    with file.open("rb") as source, _bar(file.stat().st_size, noun) as (_, advance, describe):
        yield _chunks(source, advance), describe


@contextmanager
def counting(noun: str) -> Iterator[Callable[[int], None]]:
    """What to call with the number of things so far."""
    with _bar(None, noun) as (progress, _, _):
        task = progress.task_ids[0]
        yield lambda count: progress.update(task, description=f"{count:,} {noun}")


@contextmanager
def _bar(
    size_bytes: int | None, noun: str
) -> Iterator[tuple[Progress, Callable[[int], None], Callable[[int, int], None]]]:
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with progress:
        task = progress.add_task("", total=size_bytes)

        def advance(count: int) -> None:
            progress.advance(task, count)

        def describe(read: int, written: int) -> None:
            progress.update(task, description=f"{read:,} {noun} read, {written:,} written")

        yield progress, advance, describe


def _chunks(source: BinaryIO, advance: Callable[[int], None]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK_BYTES):
        advance(len(chunk))
        yield chunk
