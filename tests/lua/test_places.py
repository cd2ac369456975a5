"""Where a script runs is remembered for a while."""

from __future__ import annotations

from app.lua.places import MAX_REMEMBERED, RUNS, Place, Places


def test_a_script_that_was_too_slow_goes_to_its_thread_a_hundred_times() -> None:
    places = Places()
    assert places.find("x") is Place.LOOP

    places.note("x", Place.SLOW)

    assert [places.find("x") for _ in range(RUNS)] == [Place.SLOW] * RUNS
    assert places.find("x") is Place.LOOP
    assert places.find("x") is Place.LOOP
    assert places.find("y") is Place.LOOP


def test_only_the_last_thousand_are_remembered() -> None:
    places = Places()

    for number in range(MAX_REMEMBERED + 1):
        places.note(str(number), Place.QUICK)

    assert places.find("0") is Place.LOOP
    assert places.find("1") is Place.QUICK
    assert places.find(str(MAX_REMEMBERED)) is Place.QUICK
