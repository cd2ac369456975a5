"""The text of a key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api_keys.rules.form import SECRET_BYTES, looks_like_key, make_text, read_text
from app.kit.ids import new_id

KEY_ID = "key_01m8c7fe4q04q012cr49kkyx5p"


@given(st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES), st.from_regex(r"\A[a-z0-9]{1,12}\Z"))
def test_what_is_made_is_read(random_bytes: bytes, environment: str) -> None:
    text = make_text(environment, KEY_ID, random_bytes)

    assert re.fullmatch(rf"ak_{environment}_{KEY_ID[4:]}_[0-9A-Za-z]{{49}}", text)
    read = read_text(text)
    assert read is not None
    assert (read.key_id, read.text) == (KEY_ID, text)
    assert text not in repr(read)


@given(st.data())
def test_every_single_typing_error_is_found(data: st.DataObject) -> None:
    text = make_text("live", KEY_ID, bytes(range(SECRET_BYTES)))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("abcXYZ019_-").filter(lambda character: character != text[place]))

    assert read_text(text[:place] + other + text[place + 1 :]) is None


@given(st.integers(0, 120))
def test_two_characters_in_the_wrong_order_are_found(place: int) -> None:
    text = make_text("live", KEY_ID, bytes(range(100, 100 + SECRET_BYTES)))
    place %= len(text) - 1
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    assert (read_text(swapped) is None) == (swapped != text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ak_", "ak_live", KEY_ID, "Bearer x", "ak_live_" + "0" * 300, "ak_LIVE_" + "0" * 80,
        "eyJhbGciOiJFUzI1NiJ9.e.s",
        make_text("live", KEY_ID, bytes(32)) + "\n", " " + make_text("live", KEY_ID, bytes(32)), "ak_live_\0",
    ],
)  # fmt: skip
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_text(text) is None


def test_two_keys_of_the_same_secret_differ_by_their_ids() -> None:
    assert make_text("live", new_id("key"), bytes(32)) != make_text("live", new_id("key"), bytes(32))


def test_tokens_do_not_look_like_keys() -> None:
    assert looks_like_key(make_text("test", KEY_ID, bytes(32)))
    assert not any(looks_like_key(text) for text in ("eyJhbGciOiJFUzI1NiJ9", "asec_abc", "art_abc", "AK_live", "a"))
