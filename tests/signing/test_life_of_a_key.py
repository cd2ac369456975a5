"""The life of a key as pure dates: who signs, who waits, what the clock asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.signing import rules
from app.signing.rules import KeyDates, Policy, Step
from app.signing.types import KeyStatus

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Policy(rotation=30 * DAY, retention=60 * DAY)


def make_key(name: str, activates_at: datetime = START, **changes: datetime) -> KeyDates:
    begins, retires, removes = POLICY.span(activates_at)
    dates = {"created_at": begins, "activates_at": begins, "retires_at": retires, "removes_at": removes, **changes}
    return KeyDates(f"sk_{name}", name, "ES256", **dates)


def test_without_a_key_the_first_one_signs_at_once() -> None:
    assert rules.plan_step([], "ES256", START, POLICY) == Step(START)


def test_a_successor_is_made_a_day_before_it_signs() -> None:
    key = make_key("first")

    assert rules.plan_step([key], "ES256", key.retires_at - DAY - timedelta(seconds=1), POLICY) is None
    assert rules.plan_step([key], "ES256", key.retires_at - DAY, POLICY) == Step(key.retires_at)


def test_a_late_successor_is_still_published_a_day_ahead_and_the_old_key_signs_on() -> None:
    key, now = make_key("first"), START + 100 * DAY

    step = rules.plan_step([key], "ES256", now, POLICY)

    assert step == Step(now + DAY)
    assert rules.find_active([key], "ES256", now) == key
    assert rules.status_of(key, [key], now) is KeyStatus.ACTIVE
    assert rules.list_removable([key], ["ES256"], now) == []
    settled = rules.settle_predecessor(key, now + DAY, POLICY)
    assert (settled.retires_at, settled.removes_at) == (now + DAY, now + 61 * DAY)


def test_statuses_follow_the_clock() -> None:
    first = make_key("first")
    second = make_key("second", START + 30 * DAY, created_at=START + 29 * DAY)
    keys = [first, second]

    at_29, at_30 = START + 29 * DAY, START + 30 * DAY

    assert [rules.status_of(key, keys, at_29) for key in keys] == [KeyStatus.ACTIVE, KeyStatus.PENDING]
    assert [rules.status_of(key, keys, at_30) for key in keys] == [KeyStatus.RETIRED, KeyStatus.ACTIVE]


def test_a_waiting_successor_asks_for_no_other() -> None:
    keys = [make_key("first"), make_key("second", START + 30 * DAY)]

    assert rules.plan_step(keys, "ES256", START + 29 * DAY, POLICY) is None


def test_algorithms_have_lives_of_their_own() -> None:
    assert rules.plan_step([make_key("first")], "RS256", START, POLICY) == Step(START)


def test_a_withdrawn_key_does_not_bring_a_retired_one_back() -> None:
    first = make_key("first")
    second = rules.withdraw(make_key("second", START + 30 * DAY), START + 31 * DAY, POLICY)
    now = START + 31 * DAY

    assert rules.find_active([first, second], "ES256", now) is None
    assert rules.plan_step([first, second], "ES256", now, POLICY) == Step(now)
    assert rules.status_of(first, [first, second], now) is KeyStatus.RETIRED
    assert rules.status_of(second, [first, second], now) is KeyStatus.WITHDRAWN


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_key_withdrawn_at_the_moment_it_began_gives_way_to_its_replacement(name: str) -> None:
    withdrawn, fresh = rules.withdraw(make_key("m"), START, POLICY), make_key(name)

    assert rules.find_active([withdrawn, fresh], "ES256", START) == fresh


def test_when_the_active_key_is_withdrawn_the_waiting_one_takes_over_at_once() -> None:
    now = START + 29 * DAY
    first, waiting = rules.withdraw(make_key("first"), now, POLICY), make_key("second", START + 30 * DAY)

    assert rules.plan_step([first, waiting], "ES256", now, POLICY) == Step(now, waiting)


def test_a_withdrawn_successor_that_never_signed_leaves_the_active_key_alone() -> None:
    now = START + 29 * DAY
    first, waiting = make_key("first"), rules.withdraw(make_key("second", START + 30 * DAY), now, POLICY)
    keys = [first, waiting]

    assert rules.find_active(keys, "ES256", START + 40 * DAY) == first
    assert rules.plan_step(keys, "ES256", now, POLICY) == Step(START + 30 * DAY)


def test_a_key_is_removed_when_its_retention_is_over() -> None:
    first, second = make_key("first"), make_key("second", START + 30 * DAY)

    assert rules.list_removable([first, second], ["ES256"], START + 90 * DAY - timedelta(seconds=1)) == []
    assert rules.list_removable([first, second], ["ES256"], START + 90 * DAY) == [first]


def test_the_last_key_of_an_algorithm_no_longer_kept_is_removed_too() -> None:
    first = make_key("first")

    assert rules.list_removable([first], ["RS256"], START + 90 * DAY) == [first]


def test_manual_rotation_takes_ten_minutes_and_asking_twice_changes_nothing() -> None:
    first, now = make_key("first"), START + DAY
    soon = now + timedelta(minutes=10)

    assert rules.plan_manual_step([first], "ES256", now, POLICY) == Step(soon)
    waiting = make_key("second", soon, created_at=now)
    assert rules.plan_manual_step([first, waiting], "ES256", now + timedelta(minutes=1), POLICY) is None


def test_manual_rotation_brings_a_published_successor_forward() -> None:
    first = make_key("first")
    waiting = make_key("second", START + 30 * DAY, created_at=START + 29 * DAY)
    now = START + 29 * DAY + timedelta(hours=1)

    assert rules.plan_manual_step([first, waiting], "ES256", now, POLICY) == Step(now, waiting)


@pytest.mark.parametrize("rotation", [timedelta(minutes=1), timedelta(hours=1), 30 * DAY])
def test_caches_never_keep_the_key_set_longer_than_a_successor_waits(rotation: timedelta) -> None:
    policy = Policy(rotation, 60 * DAY)

    assert policy.max_age < policy.manual_lead <= policy.lead <= policy.rotation


@given(
    pauses=st.lists(st.integers(min_value=1, max_value=60 * 24 * 45), max_size=30),
    manual=st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_however_irregularly_rotation_runs_one_key_signs_and_no_successor_comes_unannounced(
    pauses: list[int], manual: list[bool]
) -> None:
    keys: list[KeyDates] = []
    now = START
    for turn, minutes in enumerate([0, *pauses]):
        now += timedelta(minutes=minutes)
        plan = rules.plan_manual_step if manual[turn % 30] else rules.plan_step
        step = plan(keys, "ES256", now, POLICY)
        if step is not None:
            keys = _apply(keys, step, turn, now)

        assert rules.find_active(keys, "ES256", now) is not None
        assert sum(rules.status_of(key, keys, now) is KeyStatus.PENDING for key in keys) <= 1
    for key in keys[1:]:
        assert key.activates_at - key.created_at >= POLICY.manual_lead


def _apply(keys: list[KeyDates], step: Step, turn: int, now: datetime) -> list[KeyDates]:
    active = rules.find_active(keys, "ES256", now)
    settled = {} if active is None else {active.id: rules.settle_predecessor(active, step.activates_at, POLICY)}
    if step.waiting is not None:
        settled[step.waiting.id] = rules.reschedule(step.waiting, step.activates_at, POLICY)
    kept = [settled.get(key.id, key) for key in keys]
    return kept if step.waiting is not None else [*kept, make_key(str(turn), step.activates_at, created_at=now)]


NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"exp": NOW + 1}, None),
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({}, "no exp"),
        ({"exp": "never"}, "exp is no NumericDate"),
        ({"exp": True}, "exp is no NumericDate"),
        ({"exp": None}, "exp is no NumericDate"),
        ({"exp": NOW + 1, "nbf": NOW + 5}, None),
        ({"exp": NOW + 1, "nbf": NOW + 6}, "nbf lies in the future"),
        ({"exp": NOW + 1, "iat": NOW + 5.5}, "iat lies in the future"),
        ({"exp": NOW + 1, "iat": []}, "iat is no NumericDate"),
    ],
)
def test_rfc7519_section_4_1_times(claims: dict[str, object], problem: str | None) -> None:
    assert rules.find_time_problem(claims, NOW, check_expiry=True) == problem


def test_an_old_token_passes_only_where_its_age_does_not_matter() -> None:
    assert rules.find_time_problem({"exp": NOW - 10**6}, NOW, check_expiry=False) is None
    assert rules.find_time_problem({}, NOW, check_expiry=False) is None
    assert rules.find_time_problem({"nbf": NOW + 60}, NOW, check_expiry=False) == "nbf lies in the future"


@pytest.mark.parametrize(
    ("aud", "is_meant"),
    [
        ("api", True),
        (["x", "api"], True),
        ("api2", False),
        ([], False),
        ("xapix", False),
        (None, False),
        ({"api": 1}, False),
    ],
)
def test_rfc7519_section_4_1_3_audience(aud: object, is_meant: bool) -> None:
    assert rules.is_meant_for({"aud": aud}, "api") is is_meant
    assert rules.is_meant_for({}, "api") is False
