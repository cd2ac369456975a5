"""The metrics as a stream: for operators, every few seconds, all or some of them."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.guard import ALL_PERMISSIONS
from app.metrics.cells import Cells
from app.metrics.instruments import Counter, Gauge, Histogram
from app.metrics.rules import group, read_series, sum_up
from app.metrics.types import Bucket, Label, Merge
from tests.graph.live import Live, headers_of
from tests.graph.support import console_documents
from tests.support import as_user, counted_statements, deciding, make_admin, make_user

DOCUMENT = console_documents()["metrics/Metrics.graphql"]
FOLLOW = (
    "subscription ($every: Int, $names: [String!]) { auditEvents: metrics(everySeconds: $every, names: $names) %s }"
)
NAMES = FOLLOW % "{ takenAt metrics { name kind series { value count } } }"
MISSING = ("FORBIDDEN", "kit_permission_missing")


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("anonymous", ("UNAUTHENTICATED", "kit_sign_in_required")),
        ("plain", MISSING),
        ("lacking", MISSING),
        ("holding", None),
    ],
)
async def test_following_the_metrics_needs_the_permission(
    live: Live, caller: str, expected: tuple[str, str] | None
) -> None:
    user = await make_user()
    headers = {} if caller == "anonymous" else await headers_of(user)
    held = {"lacking": ALL_PERMISSIONS - {"platform.manage_platform"}, "holding": {"platform.manage_platform"}}
    with deciding(**{user.id: held.get(caller, set())}):
        async with live.events(NAMES, headers=headers) as events, live.connected(headers) as socket:
            await socket.subscribe(query=NAMES)
            answers = [await events.next(), await socket.next()]

    if expected:
        assert answers == [expected, expected]
    else:
        assert all("db_pool_size" in names(answer) for answer in answers)


async def test_snapshots_come_again_and_again_and_only_of_what_is_asked_for(live: Live) -> None:
    headers = await headers_of(await make_admin())
    async with live.events(NAMES, headers=headers, every=1, names=["db_pool", "oidc_token"]) as events:
        first, second = await events.next(), await events.next()

    assert names(first) == names(second) == sorted(names(first))
    assert {"db_pool_size", "oidc_token_latency_ms"} <= set(names(first))
    assert all(name.startswith(("db_pool", "oidc_token")) for name in names(first))
    assert first["takenAt"] < second["takenAt"]


@pytest.mark.parametrize("every", [0, 61, -1])
async def test_other_periods_are_refused(live: Live, every: int) -> None:
    headers = await headers_of(await make_admin())
    async with live.events(NAMES, headers=headers, every=every) as events:
        assert await events.next() == ("BAD_USER_INPUT", "metrics_period")


async def test_a_lost_permission_ends_the_stream(live: Live) -> None:
    user = await make_user()
    headers = await headers_of(user)
    with deciding(**{user.id: {"platform.manage_platform"}}) as decider:
        async with live.events(NAMES, headers=headers, every=60) as events:
            await events.next()
            decider.held = {}

            assert await events.next() == MISSING


async def test_a_snapshot_costs_one_statement() -> None:
    admin = as_user(await make_admin())
    operation = prepare(Parameters(DOCUMENT, {}, None), Context(admin))
    async with aclosing(subscribe(operation, Watch(Credentials(admin), Context(admin)), "r")) as bodies:
        with counted_statements() as statements:
            body: Any = await anext(bodies)

    assert "errors" not in body
    assert len(statements) == 1


def test_series_are_grouped_and_said_in_words() -> None:
    held = Cells()
    calls = Counter("test.calls", "Calls.", ("kind",), held=held)
    calls.of("a").add(2)
    calls.of("b").add()
    Gauge("test.now", "Now.", merge=Merge.SUM, held=held).of().set(7)
    times = Histogram("test.times", "Times.", bounds=(1, 10), held=held).of()
    for value in (0.5, 5, 50, 60):
        times.observe(value)

    found = group(sum_up(held.list_series()), ())
    only = group(sum_up(held.list_series()), ("test_n", "test_t"))

    assert [(each.name, len(each.series)) for each in found] == [("test_calls", 2), ("test_now", 1), ("test_times", 1)]
    assert [each.name for each in only] == ["test_now", "test_times"]
    call, now, time = (read_series(each.series[0]) for each in found)
    assert (call.labels, call.value, call.count, call.buckets) == ((Label("kind", "a"),), 2, None, ())
    assert now.value == 7
    assert (time.value, time.count, time.sum) == (None, 4, 115.5)
    assert time.buckets == (Bucket(1.0, 1), Bucket(10.0, 2), Bucket(None, 4))


def names(answer: Any) -> list[str]:
    return [metric["name"] for metric in answer["metrics"]]
