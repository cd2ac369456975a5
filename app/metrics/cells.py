"""The numbers of this process: one block of memory, which is a file when several processes share a directory.

INVARIANT: written by one thread, that of the event loop. An observation takes no lock.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from app.metrics.rules import capacity_of
from app.metrics.shared import CAPACITY, NUMBER_BYTES, OwnFiles, locked, take_over
from app.metrics.types import Declaration, Kind, Series


class Cells:
    """Where series have their numbers.

    Attributes:
        numbers: of all series, 64-bit floats. `join` replaces it, so nobody keeps it.
    """

    def __init__(self) -> None:
        self.numbers: memoryview[float] = memoryview(mmap.mmap(-1, CAPACITY * NUMBER_BYTES)).cast("d")
        self.metrics: dict[str, Declaration] = {}
        self.directory: Path | None = None
        self._places: dict[tuple[str, tuple[str, ...]], int] = {}
        self._used = 0
        self._reserved = 0
        self._files: OwnFiles | None = None

    def declare(self, metric: Declaration) -> None:
        """Reserve room for a metric.

        Raises:
            ValueError: there is one of its name, or no room for one more.
        """
        if metric.name in self.metrics:
            raise ValueError(f"the metric {metric.name} is declared twice")
        if self._reserved + capacity_of(metric) > CAPACITY:
            raise ValueError("there is no room for more metrics: raise metrics.shared.CAPACITY")
        self._reserved += capacity_of(metric)
        self.metrics[metric.name] = metric

    def place(self, metric: Declaration, values: tuple[str, ...]) -> int:
        """Where the numbers of a series begin; they are nought at first.

        `declare` has reserved the room: the caller sees that a metric has no more series than it may.
        """
        at = self._places.get((metric.name, values))
        if at is None:
            at, self._used = self._used, self._used + metric.width
            self._places[metric.name, values] = at
            if self._files is not None:
                self._files.note(metric.name, values, at)
        return at

    def list_series(self) -> list[Series]:
        """Every series of this process as it is now. Any thread may ask."""
        numbers = self.numbers
        found = []
        for (name, values), at in list(self._places.items()):
            metric = self.metrics[name]
            found.append(Series(metric, values, tuple(numbers[at : at + metric.width])))
        return found

    def join(self, directory: Path) -> None:
        """Keep the numbers in files of a directory, beside those of other processes.

        What processes that are gone have counted there is taken over, so that no count ever falls.
        """
        with locked(directory, is_shared=False):
            files = OwnFiles(directory)
            for (name, values), at in self._places.items():
                files.note(name, values, at)
            files.numbers[: self._used] = self.numbers[: self._used]
            self.numbers, self._files, self.directory = files.numbers, files, directory
            self._add(take_over(directory, self.metrics))

    def leave(self) -> None:
        """Go on in memory, without the files."""
        if self._files is None:
            return
        memory: memoryview[float] = memoryview(mmap.mmap(-1, CAPACITY * NUMBER_BYTES)).cast("d")
        memory[: self._used] = self.numbers[: self._used]
        files, self._files, self.directory = self._files, None, None
        self.numbers = memory
        files.close()

    def _add(self, found: Iterable[Series]) -> None:
        for each in found:
            if each.metric.kind is not Kind.GAUGE:
                self._add_numbers(self.place(each.metric, each.values), each.numbers)

    def _add_numbers(self, at: int, numbers: Sequence[float]) -> None:
        for offset, number in enumerate(numbers):
            self.numbers[at + offset] += number


cells: Final = Cells()
