"""Results of the documents in `graphql/metrics`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.enums import MetricKind
from auther_client.models import Result


class MetricsResultMetricsSeriesLabels(Result):
    """A label of a series."""

    name: str
    """The label's name. Example: `route`"""
    value: str
    """Its value. Example: `token`"""


class MetricsResultMetricsSeriesBuckets(Result):
    """How many values of a histogram are not above a bound."""

    up_to: float | None
    """The bound; null for infinity. Example: `2.5`"""
    count: float
    """How many values are not above it. Example: `1204`"""


class MetricsResultMetricsSeries(Result):
    """A metric for one choice of values of its labels."""

    labels: tuple[MetricsResultMetricsSeriesLabels, ...]
    """The labels, in the order of their declaration."""
    value: float | None
    """Of a counter or gauge; null for a histogram. Example: `1204`"""
    count: float | None
    """How many values a histogram has seen. Example: `1204`"""
    sum: float | None
    """The sum of a histogram's values. Example: `5210.5`"""
    buckets: tuple[MetricsResultMetricsSeriesBuckets, ...]
    """A histogram's buckets, each holding those below it."""


class MetricsResultMetrics(Result):
    """A metric of the server, as Prometheus sees it."""

    name: str
    """Its name. Example: `oidc_token_latency_ms`"""
    kind: MetricKind
    """What it counts."""
    description: str
    """What it is about."""
    series: tuple[MetricsResultMetricsSeries, ...]
    """Its series, by the values of their labels."""


class MetricsResult(Result):
    """The metrics of all processes together, at a moment."""

    taken_at: datetime
    """When."""
    metrics: tuple[MetricsResultMetrics, ...]
    """By name."""


class MetricsData(Result):
    """The whole answer."""

    metrics: MetricsResult
    """The metrics of all processes of this installation that share a directory, again and again."""
