"""What crosses the border of the metrics room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric counts: how often, how much now, or how values are spread."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Merge(StrEnum):
    """What several processes' gauges are together."""

    SUM = "sum"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A metric.

    Attributes:
        name: as Prometheus writes it: lower case, underscores.
        labels: names, in the order in which values are given.
        bounds: upper bounds of a histogram's buckets, ascending, without infinity.
        merge: of gauges.
    """

    name: str
    description: str
    kind: Kind
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    merge: Merge = Merge.SUM

    @property
    def width(self) -> int:
        """Numbers of one series: a histogram has its sum, then a count for each bucket and for what is above."""
        return len(self.bounds) + 2 if self.kind is Kind.HISTOGRAM else 1


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of a metric for one choice of values of its labels, in the order of the labels."""

    metric: Declaration
    values: tuple[str, ...]
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric with all its series, of all processes."""

    name: str
    kind: Kind
    description: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a series."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many values are not above a bound; None is infinity."""

    up_to: float | None
    count: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a series says: a value, or how values are spread."""

    labels: tuple[Label, ...]
    value: float | None
    count: float | None
    sum: float | None
    buckets: tuple[Bucket, ...]
