"""What a well-formed user is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.users import rules
from app.users.errors import InvalidUser
from app.users.types import Ban, User, UserChanges, UserStatus


def is_accepted(field: str, value: object) -> bool:
    problems = rules.check_fields({field: value})
    assert all(problem.field == (field,) for problem in problems)
    return not problems


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada@EXAMPLE.com ", "Ada@example.com"),
        ("ada+tag@example.com", "ada+tag@example.com"),
        ("o'hara@example.com", "o'hara@example.com"),
        ("zoe\u0308@example.com", "zoë@example.com"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("ada@corp.local", "ada@corp.local"),
        ("admin@localhost", "admin@localhost"),
    ],
)
def test_an_address_is_stored_in_one_form(given: str, stored: str) -> None:
    assert rules.normalize_email(given) == stored


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "@example.com", "ada@", "a b@example.com", "a@b@example.com", "ada@example..com", "ada@-x.com",
        "ada\0@example.com", "ada@exam\nple.com", "Ada <ada@example.com>", "ada@[127.0.0.1]", '"a b"@example.com',
        "\ud800@example.com", "a" * 250 + "@example.com", pytest.param("a@" + "x" * 1_000_000, id="long"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidUser) as caught:
        rules.normalize_email(text)

    assert (caught.value.field, caught.value.message) == (("email",), "This is not an e-mail address.")


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        (" Ada ", "Ada"),
        (" ada@BÜCHER.example ", "ada@bücher.example"),
        ("not an address @", "not an address @"),
        ("", ""),
    ],
)
def test_a_login_is_looked_for_as_it_is_stored(typed: str, looked_for: str) -> None:
    assert rules.normalize_login(typed) == looked_for


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("a", True), ("Ada_L.-9", True), ("a" * 64, True), ("a" * 65, False), ("", False), (".ada", False),
        ("ada-", False), ("a b", False), ("ada@x", False), ("zoë", False), ("ada\n", False), (7, False),
    ],
)  # fmt: skip
def test_usernames(username: object, expected: bool) -> None:
    assert is_accepted("username", username) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada", True), ("", True), ("Zoë O'Hara-李", True), ("עדה", True), ("x" * 200, True), ("x" * 201, False),
        ("a\nb", False), ("a\0b", False), ("a\u2028b", False), ("a\u202eb", False), ("a\u2066b", False),
        ("\ud800", False), (7, False),
    ],
)  # fmt: skip
def test_names_hold_no_characters_that_move_the_text_around_them(name: object, expected: bool) -> None:
    assert is_accepted("name", name) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a.png?x=1", True), ("http://example.com/a.png", False), ("https://", False),
        ("javascript:alert(1)", False), ("data:image/png;base64,AA", False), ("//example.com/a", False),
        ("https://[::1", False), ("https://example.com/\n", False), ("https://example.com/a b", False),
        pytest.param("https://example.com/" + "x" * 2048, False, id="long"),
    ],
)  # fmt: skip
def test_pictures_are_https_urls(url: str, expected: bool) -> None:
    assert is_accepted("picture", url) is expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", True), ("de-CH", True), ("zh-Hant-TW", True), ("en_GB", True), ("e", False), ("", False), ("en-", False)],
)
def test_locales_are_language_tags(locale: str, expected: bool) -> None:
    assert is_accepted("locale", locale) is expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Berlin", True), ("UTC", True), ("Europe/Atlantis", False), ("../etc/passwd", False), ("", False)],
)
def test_time_zones_are_those_of_iana(zone: str, expected: bool) -> None:
    assert is_accepted("zoneinfo", zone) is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, True),
        ({"a_1": {"any key": [1, None]}}, True),
        ({"a": "\\u0000 in letters"}, True),
        pytest.param({"a": "x" * 16_375}, True, id="large"),
        pytest.param({"a": "x" * 16_377}, False, id="too large"),
        ({"1a": 1}, False),
        ({"": 1}, False),
        ({"a": 2**64}, False),
        ({"a": {1: 2}}, False),
        ({"a": "\0"}, False),
        ({"a": "\\\0"}, False),
        ({"a": {"\0": 1}}, False),
        ({"a": "\ud800"}, False),
        ([], False),
        ("text", False),
    ],
)
def test_attributes_are_a_bounded_object_that_json_and_the_database_can_hold(
    attributes: object, expected: bool
) -> None:
    assert is_accepted("attributes", attributes) is expected


def test_attributes_nested_without_end_are_refused() -> None:
    nested: dict[str, object] = {}
    for _ in range(1_000):
        nested = {"a": nested}

    assert not is_accepted("attributes", nested)


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [("usr_1", True), ("auth0|5f7c", True), ("a@b:c-d.e", True), ("x" * 64, True), ("x" * 65, False), ("", False),
     ("*", False), ("a b", False), ("a#b", False), ("ä", False)],
)  # fmt: skip
def test_foreign_ids_hold_nothing_that_means_something_in_a_tuple(user_id: str, expected: bool) -> None:
    assert is_accepted("id", user_id) is expected


def test_a_change_holds_what_is_given_also_when_it_clears() -> None:
    assert UserChanges(name=None, email_verified=False).given() == {"name": None, "email_verified": False}
    assert UserChanges().given() == {}


def test_a_banned_user_says_so() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    user = User("usr_1", "a@example.com", True, None, None, None, None, None, {}, None, moment, moment, None)
    banned = User(
        "usr_1",
        "a@example.com",
        True,
        "ada",
        None,
        None,
        None,
        None,
        {},
        Ban(None, None, moment, None),
        moment,
        moment,
        None,
    )

    assert (user.status, user.label) == (UserStatus.ACTIVE, "a@example.com")
    assert (banned.status, banned.label) == (UserStatus.BANNED, "ada")
