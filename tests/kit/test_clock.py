"""The clock: aware UTC; stopped, it moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.kit import clock

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 900_000, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)

    moment = clock.now()

    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset() == timedelta(0)


def test_a_stopped_clock_moves_only_when_told() -> None:
    with clock.frozen(MOMENT) as stopped:
        assert (clock.now(), clock.timestamp()) == (MOMENT, 1_795_435_200)

        stopped.advance(timedelta(seconds=90))
        assert clock.now() == MOMENT + timedelta(seconds=90)

        stopped.advance(timedelta(days=-1))
        assert clock.now() == MOMENT + timedelta(seconds=90) - timedelta(days=1)


def test_an_inner_stop_gives_way_to_the_outer_one() -> None:
    with clock.frozen(MOMENT):
        with clock.frozen(MOMENT + timedelta(days=1)):
            assert clock.now() == MOMENT + timedelta(days=1)
        assert clock.now() == MOMENT
