"""What is kept of a context: no secret at any depth, and never more than some KB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies.rules import bound_context
from app.policies.rules.redaction import MAX_BYTES

SECRET = "xyzzy-plugh"
REDACTED = "[redacted]"
# A cut can go past the budget by one text, its key, and what closes the levels that are open.
SLACK = 700
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=600),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=80), inner, max_size=30),
    max_leaves=200,
)


@pytest.mark.parametrize(
    "key",
    [
        "password", "Password", "passwd", "secret", "client_secret", "clientSecret", "token", "access_token",
        "refreshToken", "authorization", "Authorization", "api_key", "apiKey", "API-KEY", "apikey", "cookie",
        "Set-Cookie", "set_cookie", "credential", "private_key", "X-Api-Key",
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrap", ["plain", "deep", "list"])
def test_what_is_under_the_name_of_a_secret_is_replaced(key: str, wrap: str) -> None:
    inner: Mapping[str, Any] = {key: SECRET, "amount": 5}
    wrapped = {"plain": inner, "deep": {"a": {"b": {"c": inner}}}, "list": {"a": [[inner], {"x": inner}]}}[wrap]

    kept = orjson.dumps(bound_context({"resource": wrapped})).decode()

    assert SECRET not in kept
    assert REDACTED in kept
    assert '"amount":5' in kept


@pytest.mark.parametrize("value", [{"a": SECRET}, [SECRET], {"b": {"c": [SECRET]}}])
def test_nothing_of_a_secret_that_has_parts_is_kept(value: object) -> None:
    assert SECRET not in orjson.dumps(bound_context({"resource": {"password": value}})).decode()


@pytest.mark.parametrize("length", [64, 65, 500, 100_000])
def test_a_long_key_is_read_to_its_end(length: int) -> None:
    key = "k" * length + "_password"

    kept = bound_context({"resource": {key: SECRET, "amount": 5}})

    assert SECRET not in orjson.dumps(kept).decode()


@pytest.mark.parametrize(
    "pair",
    [
        {"name": "authorization", "value": SECRET},
        {"value": SECRET, "name": "X-Api-Key"},
        {"Name": "Cookie", "Value": SECRET},
        {"key": "password", "values": [SECRET]},
        {"header": "Authorization", "value": {"a": SECRET}},
        {"name": "n" * 2_000, "value": SECRET},
        ["authorization", SECRET],
        ("set-cookie", [SECRET]),
    ],
)
def test_the_value_of_a_pair_whose_name_is_of_a_secret_is_replaced(pair: object) -> None:
    kept = orjson.dumps(bound_context({"resource": {"headers": [pair], "one": pair, "amount": 5}})).decode()

    assert SECRET not in kept
    assert REDACTED in kept
    assert '"amount":5' in kept


def test_other_pairs_stay_as_they_are() -> None:
    context = {"a": {"name": "colour", "value": "red"}, "b": ["x", "y"], "c": {"value": 1}, "d": ["red", 2, "token"]}

    assert bound_context(context) == context


class Watched(dict[str, object]):
    """Tells how many of its values were looked at."""

    seen = 0

    def items(self) -> Any:
        for pair in super().items():
            self.seen += 1
            yield pair


@pytest.mark.parametrize("value", [None, True, 1, "", [], {}, [None] * 9_000, [[]] * 9_000])
def test_the_walk_ends_where_its_budget_does(value: object) -> None:
    many = Watched({f"{number}": value for number in range(9_000)})

    bound_context({"resource": many, "list": [value] * 9_000})

    assert many.seen <= MAX_BYTES / 8
    (kept,) = bound_context({"l": [value] * 9_000}).values()
    assert isinstance(kept, list)
    assert len(kept) <= MAX_BYTES / 3 + 2


@pytest.mark.parametrize(
    "text",
    [
        f"ast_{'a' * 43}",
        f"ak_live_{'0' * 26}_{'A' * 43}",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMIIB",
    ],
)
def test_what_looks_like_a_secret_is_replaced_wherever_it_stands(text: str) -> None:
    for context in ({"resource": {"note": text}}, {"resource": {"notes": [f"see {text}"]}}, {text: 1}):
        assert text not in orjson.dumps(bound_context(context)).decode()


def test_what_is_no_secret_stays_as_it_is() -> None:
    context = {
        "resource": {"id": "7", "amount": 1.5, "tags": ["a", None, True], "token_id": "t1", "secret_count": 2},
        "user": None,
        "timestamp": "2026-01-01T00:00:00Z",
    }

    assert bound_context(context) == context


def test_what_json_does_not_know_is_written_out() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    kept = bound_context({"a": moment, "b": 2**70, "c": ("x",), "d": b"\x00\xff", "e\0": "f\0\ud800"})

    assert kept == {
        "a": "2026-01-01T00:00:00+00:00",
        "b": str(2**70),
        "c": ["x"],
        "d": str(b"\x00\xff"),
        "e\ufffd": "f\ufffd?",
    }


def test_large_ones_are_cut_and_say_so() -> None:
    context = {"resource": {f"field{n}": "x" * 1_000 for n in range(10_000)}}

    kept = bound_context(context)

    assert len(orjson.dumps(kept)) <= MAX_BYTES + SLACK
    assert kept["resource"]["[cut]"] == 10_000 - (len(kept["resource"]) - 1)  # type: ignore[index,arg-type]
    assert kept["resource"]["field0"] == "x" * 256 + "…"  # type: ignore[index]


def test_deep_ones_are_cut() -> None:
    context: dict[str, Any] = {}
    for _ in range(500):
        context = {"a": context, "password": SECRET}

    kept = orjson.dumps(bound_context(context)).decode()

    assert SECRET not in kept
    assert "[cut]" in kept


@given(st.dictionaries(st.text(max_size=80), JSON, max_size=30))
def test_whatever_comes_is_bounded_and_can_be_stored(context: dict[str, Any]) -> None:
    kept = orjson.dumps(bound_context(context))

    assert len(kept) <= 6 * (MAX_BYTES + SLACK)
    assert b"\\u0000" not in kept
