"""The metrics in the API: all processes together, every few seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import UNSET, Parent, argument, enum_value, field

from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.streams import POLL, hub
from app.kit import clock
from app.metrics import rules, service, types

# Nobody tells it: it only wakes its listeners when the server stops.
_CHANNEL: Final = hub.declare("auther_metrics")
_DEFAULT_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stands behind a `MetricsSnapshot`."""

    taken_at: datetime
    metrics: Sequence[types.Measured]


@strawberry.enum(description="What a metric counts.")
class MetricKind(Enum):
    COUNTER = enum_value(types.Kind.COUNTER, description="How often something happened; it never falls.")
    GAUGE = enum_value(types.Kind.GAUGE, description="How much something is now.")
    HISTOGRAM = enum_value(types.Kind.HISTOGRAM, description="How values are spread.")


@strawberry.type(description="A label of a series.")
class MetricLabel:
    name: str = field(description="The label's name. Example: `route`")
    value: str = field(description="Its value. Example: `token`")


@strawberry.type(description="How many values of a histogram are not above a bound.")
class MetricBucket:
    up_to: float | None = field(description="The bound; null for infinity. Example: `2.5`")
    count: float = field(description="How many values are not above it. Example: `1204`")


@strawberry.type(description="A metric for one choice of values of its labels.")
class MetricSeries:
    labels: list[MetricLabel] = field(description="The labels, in the order of their declaration.")
    value: float | None = field(description="Of a counter or gauge; null for a histogram. Example: `1204`")
    count: float | None = field(description="How many values a histogram has seen. Example: `1204`")
    sum: float | None = field(description="The sum of a histogram's values. Example: `5210.5`")
    buckets: list[MetricBucket] = field(description="A histogram's buckets, each holding those below it.")


@strawberry.type(description="A metric of the server, as Prometheus sees it.")
class Metric:
    name: str = field(description="Its name. Example: `oidc_token_latency_ms`")
    kind: MetricKind = field(description="What it counts.")
    description: str = field(description="What it is about.")

    @field(description="Its series, by the values of their labels.", graphql_type=list[MetricSeries])
    @staticmethod
    def series(metric: Parent[types.Measured]) -> list[types.Reading]:
        return [rules.read_series(each) for each in metric.series]


@strawberry.type(description="The metrics of all processes together, at a moment.")
class MetricsSnapshot:
    taken_at: datetime = field(description="When.")
    metrics: list[Metric] = field(description="By name.")


@strawberry.type
class MetricsSubscription:
    @strawberry.subscription(
        description="The metrics of all processes of this installation that share a directory, again and again.",
        graphql_type=MetricsSnapshot,
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def metrics(
        self,
        info: Info,
        every_seconds: Annotated[
            int | None, argument(description="Seconds between two snapshots, 1 to 60. Example: `5`")
        ] = _DEFAULT_SECONDS,
        names: Annotated[
            list[str] | None,
            argument(description='Only metrics whose names begin with one of these. Example: `["oidc_", "db_pool"]`'),
        ] = UNSET,
    ) -> AsyncIterator[Snapshot]:
        actor, wanted = info.context.actor, tuple(names or ())
        period = rules.check_period(_DEFAULT_SECONDS if every_seconds is None else every_seconds)
        due = clock.now()
        async with hub.listening(_CHANNEL) as wakeups:
            while True:
                await service.guard_metrics(actor)
                if (now := clock.now()) >= due:
                    due = max(due + period, now)
                    yield Snapshot(now, await service.read_metrics(wanted))
                await wakeups.wait(min(POLL, max(due - clock.now(), timedelta(0))))
