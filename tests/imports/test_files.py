"""Reading files of accounts: JSON lines and CSV, in chunks of any size."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.errors import ColumnsInvalid
from app.imports.rules import ValueInvalid, check_names, read_csv, read_json_lines, to_account
from app.imports.types import Record
from app.kit.lines import MAX_LINE_BYTES
from app.users.types import ImportedUser


def json_records(*chunks: bytes, **names: str) -> list[Record]:
    return list(read_json_lines(chunks, names))


def csv_records(*chunks: bytes, **names: str) -> list[Record]:
    return list(read_csv(chunks, names))


def problem_of(**values: Any) -> str:
    with pytest.raises(ValueInvalid) as caught:
        to_account({"email": "ada@example.com", **values})
    return str(caught.value)


def test_each_json_line_is_a_record_and_empty_ones_are_none() -> None:
    records = json_records(b'\xef\xbb\xbf{"email": "a@example.com"}\n\n  \n{"email": "b@exa', b'mple.com", "id": 7}')

    assert records == [Record(1, {"email": "a@example.com"}), Record(4, {"email": "b@example.com", "id": 7})]


def test_the_first_line_of_a_csv_file_names_the_columns() -> None:
    text = (
        b'email,name,attributes\r\nada@example.com,"Lovelace, Ada\r\nCountess","{""seats"": 3}"\r\n'
        b"\r\nb@example.com,,\r\n"
    )

    assert csv_records(text) == [
        Record(2, {"email": "ada@example.com", "name": "Lovelace, Ada\r\nCountess", "attributes": '{"seats": 3}'}),
        Record(5, {"email": "b@example.com"}),
    ]


def test_columns_may_have_other_names_and_be_left_out() -> None:
    names = {"mail": "email", "legacy": "-"}

    assert csv_records(b"mail,legacy,email_verified\na@example.com,x,t\n", **names) == [
        Record(2, {"email": "a@example.com", "emailVerified": "t"})
    ]
    assert json_records(b'{"mail": "a@example.com", "legacy": 1, "password_hash": "h"}', **names) == [
        Record(1, {"email": "a@example.com", "passwordHash": "h"})
    ]


@pytest.mark.parametrize("header", [b"", b"id,name\n", b"email,password\n", b"email,mail,email\n", b"email,\n"])
def test_a_first_line_that_names_no_columns_of_ours_is_refused(header: bytes) -> None:
    with pytest.raises(ColumnsInvalid):
        csv_records(header)


def test_names_for_columns_have_to_be_ours() -> None:
    check_names({"mail": "email", "x": "-"})
    with pytest.raises(ColumnsInvalid, match="pw cannot be password; there are id, email, "):
        check_names({"pw": "password"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "This is no JSON"),
        (b"[1]", "A line holds one JSON object."),
        (b'{"email": "a@example.com", "password": "x"}', "Unknown field `password`; there are id, email, "),
        (b'{"email": "a@example.com", "userName": "a", "user_name": "b"}', "A field is named twice."),
        (b'{"email": "\xff"}', "This is no JSON"),
        (b'"' + b"x" * MAX_LINE_BYTES + b'"', "The line is longer than 64 KiB."),
    ],
)
def test_a_json_line_that_is_no_record_says_why(line: bytes, problem: str) -> None:
    (record, after) = json_records(line + b'\n{"email": "a@example.com"}\n')

    assert (record.line, record.values) == (1, {})
    assert record.problem is not None
    assert record.problem.startswith(problem)
    assert after == Record(2, {"email": "a@example.com"})


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"a@example.com\n", "The record has 1 values, the first line names 2."),
        (b"a@example.com,\xff\n", "The text is not UTF-8."),
        (b'a@example.com,"open\n', "This is no CSV: unexpected end of data. The file was read no further."),
        (b"a@example.com," + b"x" * MAX_LINE_BYTES, "This is no CSV: The line is longer than 64 KiB."),
    ],
)
def test_a_csv_row_that_is_no_record_says_why(row: bytes, problem: str) -> None:
    first, broken = csv_records(b"email,name\nb@example.com,B\n" + row)

    assert first == Record(2, {"email": "b@example.com", "name": "B"})
    assert broken.problem is not None
    assert broken.problem.startswith(problem)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=4), st.integers(1, 9)
)
def test_how_a_file_is_cut_into_chunks_does_not_matter(names: list[str], size: int) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    text = ("email,name\n" + "".join(f"a@example.com,{name}\n" for name in quoted)).encode()
    chunks = [text[start : start + size] for start in range(0, len(text), size)]

    assert csv_records(*chunks) == csv_records(text)
    assert [record.values["name"] for record in csv_records(text)] == names


def test_values_of_both_forms_become_an_account() -> None:
    typed = {
        "id": 42, "email": "ada@example.com", "emailVerified": True, "username": "ada", "name": "Ada",
        "picture": "https://example.com/a.png", "locale": "en", "zoneinfo": "Europe/London", "attributes": {"seats": 3},
        "passwordHash": "h", "mustChangePassword": False, "banned": True, "banReason": "spam",
        "banUntil": "2027-01-01T00:00:00+01:00", "createdAt": "2020-02-03T04:05:06",
    }  # fmt: skip
    texts = {
        **typed, "id": "42", "emailVerified": "Yes", "attributes": '{"seats": 3}', "mustChangePassword": "0",
        "banned": "t",
    }  # fmt: skip

    account = to_account(typed)

    assert account == to_account(texts)
    assert account.user == ImportedUser(
        id="42",
        email="ada@example.com",
        email_verified=True,
        username="ada",
        name="Ada",
        picture="https://example.com/a.png",
        locale="en",
        zoneinfo="Europe/London",
        attributes={"seats": 3},
        created_at=datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC),
        is_banned=True,
        ban_reason="spam",
        ban_until=datetime.fromisoformat("2027-01-01T00:00:00+01:00"),
    )
    assert (account.password_hash, account.must_change) == ("h", False)
    assert "h" not in repr(account).replace("password_hash", "").replace("must_change", "")[-20:]


def test_null_is_an_absent_value() -> None:
    assert to_account({"email": "a@example.com", "name": None, "attributes": None}).user == ImportedUser(
        email="a@example.com"
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("id", 1.5, "`id` has to be a text."),
        ("id", True, "`id` has to be a text."),
        ("email", ["a@example.com"], "`email` has to be a text."),
        ("email", None, "`email` is missing."),
        ("emailVerified", "maybe", "`emailVerified` has to be true or false."),
        ("emailVerified", 1.0, "`emailVerified` has to be true or false."),
        ("createdAt", 1_700_000_000, "`createdAt` has to be a text."),
        ("createdAt", "yesterday", "`createdAt` has to be a moment, as in 2027-01-01T00:00:00Z."),
        ("attributes", "[1]", "`attributes` has to be a JSON object."),
        ("attributes", "{", "`attributes` has to be a JSON object."),
    ],
)
def test_a_value_of_another_type_is_named(name: str, value: object, problem: str) -> None:
    assert problem_of(**{name: value}) == problem
