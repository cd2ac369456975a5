"""What a metric may be called, what its labels may say, and how processes' numbers add up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import accumulate, groupby
from typing import Final

from app.metrics.errors import PeriodOutOfRange
from app.metrics.types import Bucket, Declaration, Kind, Label, Measured, Merge, Reading, Series

MAX_LABELS: Final = 10
MAX_VALUE_CHARACTERS: Final = 128
# Series of one metric; what comes after them is counted together, so that callers cannot fill the memory.
MAX_SERIES: Final = 400
OTHER: Final = "(other)"
# Seconds between two snapshots of a stream.
MIN_PERIOD: Final = 1
MAX_PERIOD: Final = 60
PERSONAL: Final = frozenset({"user_id", "email", "ip", "user_agent", "authorization"})
# `le` and `quantile` are Prometheus's own.
_RESERVED: Final = frozenset({"le", "quantile"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_LABEL: Final = re.compile(r"[a-z][a-z0-9_]*")


def to_prometheus(name: str) -> str:
    """`authz.check.duration_ms` as `authz_check_duration_ms`.

    Raises:
        ValueError: it is no name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a metric: lower case, digits, underscores and dots")
    return name.replace(".", "_")


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """The names of labels, when they may be used.

    Raises:
        ValueError: one is personal or reserved or no name, one stands twice, or there are too many.
    """
    if len(labels) > MAX_LABELS:
        raise ValueError(f"a metric has at most {MAX_LABELS} labels")
    if len(set(labels)) != len(labels):
        raise ValueError("a label stands there twice")
    for label in labels:
        if label.lower().replace("-", "_") in PERSONAL:
            raise ValueError(f"the label {label} would hold personal data")
        if label in _RESERVED or not _LABEL.fullmatch(label):
            raise ValueError(f"{label!r} is no name of a label")
    return tuple(labels)


def check_bounds(bounds: Sequence[float]) -> tuple[float, ...]:
    """The upper bounds of buckets, when they ascend.

    Raises:
        ValueError: they do not, or there are none.
    """
    if not bounds or list(bounds) != sorted(set(bounds)):
        raise ValueError("the bounds of buckets ascend")
    return tuple(float(bound) for bound in bounds)


def clean_value(value: str) -> str:
    """The value of a label, short enough, and of characters that can be sent."""
    return value[:MAX_VALUE_CHARACTERS].encode("utf-8", "replace").decode()


def sum_up(found: Iterable[Series]) -> list[Series]:
    """Series of several processes as one of each, in the order of their names and values."""
    merged: dict[tuple[str, tuple[str, ...]], Series] = {}
    for each in found:
        key = (each.metric.name, each.values)
        held = merged.get(key)
        merged[key] = each if held is None else _merge(held, each)
    return [merged[key] for key in sorted(merged)]


def _merge(one: Series, other: Series) -> Series:
    metric = one.metric
    is_max = metric.kind is Kind.GAUGE and metric.merge is Merge.MAX
    pairs = zip(one.numbers, other.numbers, strict=True)
    numbers = tuple(max(pair) if is_max else pair[0] + pair[1] for pair in pairs)
    return Series(metric, one.values, numbers)


def capacity_of(metric: Declaration) -> int:
    """Numbers that all series of a metric can take."""
    return metric.width * (MAX_SERIES + 1 if metric.labels else 1)


def check_period(seconds: int) -> timedelta:
    """The time between two snapshots.

    Raises:
        PeriodOutOfRange: `metrics_period`.
    """
    if not MIN_PERIOD <= seconds <= MAX_PERIOD:
        raise PeriodOutOfRange(MIN_PERIOD, MAX_PERIOD)
    return timedelta(seconds=seconds)


def group(found: Iterable[Series], prefixes: tuple[str, ...]) -> list[Measured]:
    """Series by metric, only of those whose names begin with one of the prefixes, if there are any."""
    wanted = (each for each in found if not prefixes or each.metric.name.startswith(prefixes))
    return [
        Measured(metric.name, metric.kind, metric.description, tuple(series))
        for metric, series in groupby(wanted, lambda each: each.metric)
    ]


def read_series(each: Series) -> Reading:
    """A series in words: a histogram's counts add up from bucket to bucket."""
    labels = tuple(Label(name, value) for name, value in zip(each.metric.labels, each.values, strict=True))
    if each.metric.kind is not Kind.HISTOGRAM:
        return Reading(labels, each.numbers[0], None, None, ())
    total, *counts = each.numbers
    sums = list(accumulate(counts))
    buckets = tuple(Bucket(bound, count) for bound, count in zip((*each.metric.bounds, None), sums, strict=True))
    return Reading(labels, None, sums[-1], total, buckets)
