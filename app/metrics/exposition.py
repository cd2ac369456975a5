"""The text that Prometheus reads; the only module that knows its client library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from app.metrics.types import Declaration, Kind, Series

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def render(found: Sequence[Series]) -> bytes:
    """Series in Prometheus's text format, version 0.0.4. Those of a metric stand together."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(found))
    return generate_latest(registry)


class _Found(Collector):
    def __init__(self, found: Sequence[Series]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        for metric, group in groupby(self._found, lambda each: each.metric):
            yield _family_of(metric, group)


def _family_of(metric: Declaration, found: Iterable[Series]) -> Metric:
    if metric.kind is Kind.HISTOGRAM:
        return _histogram(metric, found)
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.description, labels=metric.labels)
    for each in found:
        family.add_metric(each.values, each.numbers[0])
    return family


def _histogram(metric: Declaration, found: Iterable[Series]) -> Metric:
    family = HistogramMetricFamily(metric.name, metric.description, labels=metric.labels)
    bounds = [*map(floatToGoString, metric.bounds), "+Inf"]
    for each in found:
        total, *counts = each.numbers
        family.add_metric(each.values, list(zip(bounds, accumulate(counts), strict=True)), total)
    return family
