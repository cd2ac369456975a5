"""What a metric may be: names, labels, buckets, and how much room there is."""

from __future__ import annotations

import pytest

from app.metrics.cells import Cells
from app.metrics.exposition import render
from app.metrics.instruments import Counter, Gauge, Histogram
from app.metrics.rules import MAX_SERIES, PERSONAL
from app.metrics.shared import CAPACITY
from app.metrics.types import Merge
from tests.metrics.support import parse, value


def declare(name: str = "test.things", labels: tuple[str, ...] = (), held: Cells | None = None) -> Counter:
    return Counter(name, "Things.", labels, held=held or Cells())


def test_dots_become_underscores() -> None:
    held = Cells()
    declare("test.some.things", held=held).of().add(3)
    Histogram("test.time_ms", "Time.", bounds=(1, 5), held=held).of().observe(2)
    Gauge("test.size", "Size.", merge=Merge.SUM, held=held).of().set(7)

    samples = parse(render(held.list_series()).decode())

    assert {name for name, _ in samples} == {
        "test_some_things_total",
        "test_time_ms_bucket",
        "test_time_ms_count",
        "test_time_ms_sum",
        "test_size",
    }
    assert value(samples, "test_some_things_total") == 3
    assert [value(samples, "test_time_ms_bucket", le=bound) for bound in ("1.0", "5.0", "+Inf")] == [0, 1, 1]
    assert (value(samples, "test_time_ms_sum"), value(samples, "test_time_ms_count")) == (2, 1)
    assert value(samples, "test_size") == 7


@pytest.mark.parametrize("label", [*sorted(PERSONAL), "le", "quantile", "", "Upper", "with-dash", "__name__", "1st"])
def test_a_label_that_is_personal_reserved_or_no_name_is_refused(label: str) -> None:
    held = Cells()

    with pytest.raises(ValueError, match="label"):
        declare(labels=("fine", label), held=held)

    assert held.metrics == {}


@pytest.mark.parametrize("label", ["User_Id", "user-agent", "EMAIL"])
def test_personal_labels_are_refused_however_they_are_written(label: str) -> None:
    with pytest.raises(ValueError, match="personal data"):
        declare(labels=(label,))


def test_ten_labels_are_the_most() -> None:
    assert declare(labels=tuple(f"l{n}" for n in range(10))).of(*"0123456789")

    with pytest.raises(ValueError, match="at most 10 labels"):
        declare(labels=tuple(f"l{n}" for n in range(11)))


@pytest.mark.parametrize("name", ["", "Upper", "with-dash", ".begin", "end.", "two..dots", "1st", "line\n"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a metric"):
        declare(name)


def test_a_metric_is_declared_once() -> None:
    held = Cells()
    declare("test.things", held=held)

    with pytest.raises(ValueError, match="declared twice"):
        declare("test_things", held=held)


def test_a_label_stands_there_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        declare(labels=("kind", "kind"))


@pytest.mark.parametrize("bounds", [(), (2.0, 1.0), (1.0, 1.0)])
def test_the_bounds_of_buckets_ascend(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="ascend"):
        Histogram("test.time_ms", "Time.", bounds=bounds, held=Cells())


def test_a_value_on_a_bound_is_not_above_it() -> None:
    held = Cells()
    series = Histogram("test.amount", "Amount.", bounds=(1, 2), held=held).of()
    for amount in (1, 2, 2.5):
        series.observe(amount)
    series.observe(0.5, 10)

    samples = parse(render(held.list_series()).decode())

    assert [value(samples, "test_amount_bucket", le=bound) for bound in ("1.0", "2.0", "+Inf")] == [11, 12, 13]
    assert value(samples, "test_amount_sum") == 10.5


def test_a_counter_never_falls() -> None:
    with pytest.raises(ValueError, match="never falls"):
        declare().of().add(-1)


def test_as_many_values_as_labels_are_given() -> None:
    counter = declare(labels=("one", "two"))

    for values in ((), ("a",), ("a", "b", "c")):
        with pytest.raises(ValueError, match="has 2 labels"):
            counter.of(*values)


def test_declarations_never_exceed_the_room_that_there_is() -> None:
    held = Cells()
    metrics = [declare(f"test.things{n}", ("kind",), held) for n in range(CAPACITY // (MAX_SERIES + 1))]

    with pytest.raises(ValueError, match="no room"):
        declare("test.one_more", ("kind",), held)

    for metric in metrics:
        for n in range(MAX_SERIES + 10):
            metric.of(str(n)).add()
    assert sum(each.numbers[0] for each in held.list_series()) == len(metrics) * (MAX_SERIES + 10)
