"""Looking for garbage: seldom while a server runs, as before afterwards."""

from __future__ import annotations

import gc
import weakref

from app.kit.garbage import sparing


class Thing:
    """Something that can refer to itself."""

    other: Thing


def make_ring() -> weakref.ref[Thing]:
    thing = Thing()
    thing.other = thing
    return weakref.ref(thing)


def test_what_is_there_at_the_start_is_spared_as_long_as_the_block_lasts() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()

    with sparing():
        inside = gc.get_threshold(), gc.get_freeze_count()

    assert inside[0] > before[0]
    # The program itself: modules, classes, functions.
    assert inside[1] > 10_000
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_garbage_of_before_does_not_stay() -> None:
    ring = make_ring()

    with sparing():
        assert ring() is None


def test_garbage_that_comes_up_meanwhile_is_still_found() -> None:
    with sparing():
        ring = make_ring()
        gc.collect()

        assert ring() is None


def test_all_is_as_before_after_a_failure() -> None:
    before = gc.get_threshold()

    try:
        with sparing():
            raise LookupError
    except LookupError:
        pass

    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
