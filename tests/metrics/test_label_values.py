"""Values of labels that callers choose: any text, and as many different ones as they like."""

from __future__ import annotations

import pytest

from app.metrics.cells import Cells
from app.metrics.exposition import render
from app.metrics.instruments import Counter
from app.metrics.rules import MAX_SERIES, MAX_VALUE_CHARACTERS, OTHER
from tests.metrics.support import parse, value


@pytest.fixture
def held() -> Cells:
    return Cells()


@pytest.fixture
def counter(held: Cells) -> Counter:
    return Counter("test.things", "Things.", ("kind",), held=held)


def text(held: Cells) -> str:
    return render(held.list_series()).decode()


@pytest.mark.parametrize(
    "hostile",
    [
        'a"} 1\nforged_total{kind="b',
        "back\\slash\\n",
        "line\nline\r\nline\x00\x1b[31m",
        "日本語 🦊 \u202e\u2028",
        "",
        "{}=,# HELP",
    ],
)
def test_any_text_comes_out_as_it_went_in_and_forges_nothing(held: Cells, counter: Counter, hostile: str) -> None:
    counter.of(hostile).add(2)

    assert dict(parse(text(held))) == {("test_things_total", frozenset({("kind", hostile)})): 2}


def test_ten_kilobytes_are_cut_and_not_kept(held: Cells, counter: Counter) -> None:
    counter.of("x" * 10_240).add()
    counter.of("x" * 10_240 + "y").add()
    counter.of("x" * MAX_VALUE_CHARACTERS).add()

    samples = parse(text(held))

    assert dict(samples) == {("test_things_total", frozenset({("kind", "x" * 128)})): 3}
    assert len(text(held)) < 500


def test_half_a_character_does_not_break_the_scrape(held: Cells, counter: Counter) -> None:
    counter.of("a\ud800b").add()

    assert value(parse(text(held)), "test_things_total", kind="a?b") == 1


def test_what_is_too_many_is_counted_together(held: Cells, counter: Counter) -> None:
    for n in range(MAX_SERIES + 50):
        counter.of(f"kind {n}").add()
    counter.of("kind 0").add()

    samples = parse(text(held))

    assert len(samples) == MAX_SERIES + 1
    assert value(samples, "test_things_total", kind=OTHER) == 50
    assert value(samples, "test_things_total", kind="kind 0") == 2
    assert sum(samples.values()) == MAX_SERIES + 51


def test_the_same_values_give_the_same_series(counter: Counter) -> None:
    assert counter.of("a") is counter.of("a")
    assert counter.of("y" * 500) is counter.of("y" * 501)
