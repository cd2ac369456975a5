"""Ids: prefixed, sortable by the moment they were made, recognizable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock
from app.kit.ids import new_id, prefix_of


def test_an_id_is_a_prefix_and_26_crockford_characters() -> None:
    with clock.frozen(datetime(2026, 11, 23, tzinfo=UTC)):
        made = new_id("usr")

    prefix, _, body = made.partition("_")
    assert prefix == "usr"
    assert len(body) == 26
    assert set(body) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_ids_made_later_sort_later() -> None:
    with clock.frozen(datetime(2026, 11, 23, tzinfo=UTC)) as stopped:
        made = []
        for _ in range(200):
            made.append(new_id("usr"))
            stopped.advance(timedelta(milliseconds=1))

    assert made == sorted(made)


def test_the_moment_can_be_read_from_an_id_and_nothing_else() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with clock.frozen(moment):
        number = 0
        for character in new_id("usr").removeprefix("usr_"):
            number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(character)

    assert number >> 80 == int(moment.timestamp() * 1000)


def test_ids_of_one_moment_differ() -> None:
    with clock.frozen():
        assert len({new_id("usr") for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("prefix", ["usr", "mail", "sk"])
def test_the_prefix_of_our_own_ids_is_known(prefix: str) -> None:
    assert prefix_of(new_id(prefix)) == prefix


@pytest.mark.parametrize(
    "foreign", ["", "usr", "usr_", "ada", "usr_short", "USR_" + "0" * 26, "usr_" + "i" * 26, "usr_" + "0" * 26 + "\n"]
)
def test_foreign_ids_have_no_prefix(foreign: str) -> None:
    assert prefix_of(foreign) is None
