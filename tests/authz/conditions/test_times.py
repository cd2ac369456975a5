"""Timestamps and durations."""

from __future__ import annotations

import pytest

from tests.authz.conditions.support import program, value_of, verdict_of


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("2023-10-11T10:00:00Z", "2023-10-11T10:00:00Z"),
        ("2023-10-11T12:00:00+02:00", "2023-10-11T10:00:00Z"),
        ("2023-10-10T22:30:00-11:30", "2023-10-11T10:00:00.000Z"),
        ("2023-10-11T10:00:00.5Z", "2023-10-11T10:00:00.500Z"),
        ("2023-10-11T10:00:00.123456Z", "2023-10-11T10:00:00.123456Z"),
        ("2023-10-11T10:00:00.123456789Z", "2023-10-11T10:00:00.123456Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_timestamp_is_a_moment_to_the_microsecond(given: str, same: str) -> None:
    assert value_of(f'x == timestamp("{same}")', "timestamp", given) is True


@pytest.mark.parametrize(
    "given",
    [
        "2023-10-11", "2023-10-11T10:00:00", "2023-10-11 10:00:00Z", "20231011T100000Z", "2023-02-30T00:00:00Z",
        "2023-10-11T25:00:00Z", "2023-10-11T10:00:60Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-01:00",
        "2023-10-11T10:00:00Z ", "", "now", 1697018400, None,
    ],
)  # fmt: skip
def test_what_is_not_rfc_3339_is_a_problem(given: object) -> None:
    verdict = verdict_of("x == x", "timestamp", given)

    assert verdict.value is None
    assert verdict.problem == "Parameter x has to be a time as RFC 3339 writes it, such as 2023-10-11T09:00:00Z."


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("1h30m", "90m"), ("1.5h", "90m"), ("-1h", "-60m"), ("+1h", "60m"), ("300ms", "0.3s"), ("1us", "0.000001s"),
        ("1µs", "1us"), ("1999ns", "1us"), ("0", "0s"), (".5s", "500ms"), ("1.s", "1s"), ("1h2m3.5s", "3723.5s"),
    ],
)  # fmt: skip
def test_a_duration_is_written_as_in_go(given: str, same: str) -> None:
    assert value_of(f'x == duration("{same}")', "duration", given) is True


@pytest.mark.parametrize(
    "given", ["1d", "1", "", "h", "1 h", "1h-1m", "PT1H", ".s", "9999999h", "1" * 80 + "s", 60, None]
)
def test_what_is_no_duration_is_a_problem(given: object) -> None:
    verdict = verdict_of("x == x", "duration", given)

    assert verdict.value is None
    assert verdict.problem in {
        "Parameter x has to be a duration such as 1h30m.",
        "Parameter x has to be a duration of less than 292 years.",
    }


def test_a_grant_lasts_for_a_while() -> None:
    lasting = program("now < begin + length", now="timestamp", begin="timestamp", length="duration")
    stored = {"begin": "2023-01-01T00:00:00Z", "length": "10m"}

    assert lasting.evaluate(stored, {"now": "2023-01-01T00:09:59.999Z"}).value is True
    assert lasting.evaluate(stored, {"now": "2023-01-01T00:10:00Z"}).value is False


@pytest.mark.parametrize(
    "expression",
    [
        "x.getFullYear() == 2023 && x.getMonth() == 9 && x.getDate() == 11 && x.getDayOfMonth() == 10",
        "x.getDayOfWeek() == 3 && x.getDayOfYear() == 283 && x.getHours() == 22 && x.getMinutes() == 30",
        'x.getHours("Europe/Vienna") == 0 && x.getDate("Europe/Vienna") == 12 && x.getDayOfWeek("Europe/Vienna") == 4',
        'x.getHours("-03:30") == 19 && x.getHours("02:00") == 0 && x.getMinutes("-03:30") == 0',
        'x.getDayOfMonth("UTC") == 10 && x.getMonth("UTC") == 9 && x.getFullYear("UTC") == 2023',
        'x.getDayOfYear("UTC") == 283 && x.getSeconds("UTC") == 5 && x.getMilliseconds("UTC") == 250',
        'x - timestamp("2023-10-11T22:00:05.25Z") == duration("30m") && x - duration("1h") < x',
        'string(x) == "2023-10-11T22:30:05.25Z" && int(x) == 1697063405 && timestamp(1697063405) < x',
        'string(duration("90m")) == "5400s" && string(duration("-1500ms")) == "-1.5s" && timestamp(x) == x',
        'duration("90m").getHours() == 1 && duration("90m").getMinutes() == 90',
    ],
)
def test_what_can_be_done_with_times(expression: str) -> None:
    assert value_of(expression, "timestamp", "2023-10-11T22:30:05.25Z") is True


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "/etc/localtime", "+99:99"])
def test_an_unknown_time_zone_leaves_it_undecided(zone: str) -> None:
    verdict = program("x.getHours(zone) == 1", x="timestamp", zone="string").evaluate(
        {}, {"x": "2023-10-11T22:30:00Z", "zone": zone}
    )

    assert (verdict.value, verdict.problem) == (None, "A time zone is not known.")
