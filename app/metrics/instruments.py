"""What other rooms use: a `Counter`, `Histogram` or `Gauge`, declared once at the top of a module.

    CHECKS = Counter("authz.decision.count", "Checks that were answered.", ("result", "source"))
    CHECKS.of("allowed", "index").add()

An observation costs some 0.2 µs, `of` as much again: whoever is in a hurry keeps what it gives.
INVARIANT: values are noted by the thread of the event loop.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from app.metrics.cells import Cells, cells
from app.metrics.rules import MAX_SERIES, OTHER, check_bounds, check_labels, clean_value, to_prometheus
from app.metrics.types import Declaration, Kind, Merge

# Upper bounds of buckets, milliseconds: from an answer out of memory to a request that is given up.
MILLISECONDS: Final = (
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    25.0,
    50.0,
    100.0,
    250.0,
    1_000.0,
    5_000.0,
)
# Upper bounds of buckets, things.
AMOUNTS: Final = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 50.0, 100.0, 250.0, 1_000.0, 5_000.0)


class CounterSeries:
    """One series of a counter."""

    __slots__ = ("_at", "_cells")

    def __init__(self, held: Cells, at: int, _bounds: tuple[float, ...]) -> None:
        self._cells, self._at = held, at

    def add(self, amount: float = 1.0) -> None:
        """Count; never less than nothing."""
        if amount < 0:
            raise ValueError("a counter never falls")
        self._cells.numbers[self._at] += amount


class GaugeSeries:
    """One series of a gauge."""

    __slots__ = ("_at", "_cells")

    def __init__(self, held: Cells, at: int, _bounds: tuple[float, ...]) -> None:
        self._cells, self._at = held, at

    def set(self, value: float) -> None:
        """How much it is now."""
        self._cells.numbers[self._at] = value


class HistogramSeries:
    """One series of a histogram."""

    __slots__ = ("_at", "_bounds", "_cells")

    def __init__(self, held: Cells, at: int, bounds: tuple[float, ...]) -> None:
        self._cells, self._at, self._bounds = held, at, bounds

    def observe(self, value: float, times: int = 1) -> None:
        """Note a value, as often as it was seen."""
        numbers, at = self._cells.numbers, self._at
        numbers[at] += value * times
        numbers[at + 1 + bisect_left(self._bounds, value)] += times


One = TypeVar("One", CounterSeries, GaugeSeries, HistogramSeries)


class _Instrument(Generic[One]):
    """A metric and its series by the values of its labels."""

    def __init__(self, metric: Declaration, held: Cells) -> None:
        held.declare(metric)
        self.metric = metric
        self._cells = held
        self._series: dict[tuple[str, ...], One] = {}
        if not metric.labels:
            self._make(())

    def of(self, *values: str) -> One:
        """The series of these values of the labels, in the order of their declaration; the same one every time.

        Raises:
            ValueError: there are not as many values as labels.
        """
        found = self._series.get(values)
        return found if found is not None else self._find(values)

    def _find(self, values: tuple[str, ...]) -> One:
        if len(values) != len(self.metric.labels):
            raise ValueError(f"{self.metric.name} has {len(self.metric.labels)} labels")
        cleaned = tuple(clean_value(value) for value in values)
        if cleaned not in self._series and len(self._series) >= MAX_SERIES:
            cleaned = (OTHER,) * len(values)
        return self._series.get(cleaned) or self._make(cleaned)

    def _make(self, values: tuple[str, ...]) -> One:
        made = self._series[values] = self._build(self._cells.place(self.metric, values))
        return made

    @abstractmethod
    def _build(self, at: int) -> One: ...


class Counter(_Instrument[CounterSeries]):
    """How often something happened. Prometheus sees its name with `_total` behind it.

    Raises:
        ValueError: of the declaration: a name or a label that may not be, or the name a second time.
    """

    def __init__(self, name: str, description: str, labels: Sequence[str] = (), *, held: Cells = cells) -> None:
        super().__init__(Declaration(to_prometheus(name), description, Kind.COUNTER, check_labels(labels)), held)

    def _build(self, at: int) -> CounterSeries:
        return CounterSeries(self._cells, at, ())


class Gauge(_Instrument[GaugeSeries]):
    """How much something is now.

    Args:
        merge: what the values of several processes are together.

    Raises:
        ValueError: as a `Counter`.
    """

    def __init__(
        self, name: str, description: str, labels: Sequence[str] = (), *, merge: Merge, held: Cells = cells
    ) -> None:
        metric = Declaration(to_prometheus(name), description, Kind.GAUGE, check_labels(labels), merge=merge)
        super().__init__(metric, held)

    def _build(self, at: int) -> GaugeSeries:
        return GaugeSeries(self._cells, at, ())


class Histogram(_Instrument[HistogramSeries]):
    """How values are spread: their number, their sum, and how many are not above each bound.

    Raises:
        ValueError: as a `Counter`, or bounds that do not ascend.
    """

    def __init__(
        self,
        name: str,
        description: str,
        labels: Sequence[str] = (),
        *,
        bounds: Sequence[float] = MILLISECONDS,
        held: Cells = cells,
    ) -> None:
        metric = Declaration(
            to_prometheus(name), description, Kind.HISTOGRAM, check_labels(labels), check_bounds(bounds)
        )
        super().__init__(metric, held)

    def _build(self, at: int) -> HistogramSeries:
        return HistogramSeries(self._cells, at, self.metric.bounds)
