"""What is printed: tables for people, the API's names for programs, nothing that steers a terminal."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
import yaml

from app.cli.output import Columns, Form, Printer, cell, confirm, harmless, styled
from auther_client.generated.fragments import PersonFields

ADA = PersonFields(id="usr_1", email="ada@example.com", name="Ada [bold]L[/bold]\x1b[2J", picture=None)
COLUMNS: Columns[PersonFields] = {"id": lambda each: each.id, "name": lambda each: each.name}


def test_a_table_has_a_row_each_and_takes_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    Printer().show_list([ADA], COLUMNS)

    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["id", "name"]
    assert row.rstrip() == r"usr_1  Ada [bold]L[/bold]\x1b[2J"


@pytest.mark.parametrize(("form", "read"), [(Form.JSON, json.loads), (Form.YAML, yaml.safe_load)])
def test_programs_get_all_fields_by_their_names_in_the_api(
    form: Form, read: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(read)
    Printer(form).show_list([ADA], COLUMNS)
    (shown,) = read(capsys.readouterr().out)
    Printer(form).show_one(ADA, COLUMNS)

    assert read(capsys.readouterr().out) == shown
    assert shown == {"id": "usr_1", "email": "ada@example.com", "name": ADA.name, "picture": None}


def test_quiet_prints_names_only(capsys: pytest.CaptureFixture[str]) -> None:
    out = Printer(is_quiet=True)
    out.show_list([ADA, ADA], COLUMNS)
    out.say("words")
    out.remark("more words")

    told = capsys.readouterr()
    assert (told.out, told.err) == ("usr_1\nusr_1\n", "")


def test_an_empty_list_is_said_to_people_and_is_one_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    Printer().show_list([], COLUMNS)
    Printer(Form.JSON).show_list([], COLUMNS)

    assert capsys.readouterr().out == "Nothing to show.\n[]\n"


def test_remarks_stay_out_of_results(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(Form.JSON).remark("There are more.")

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "There are more.\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        ((), "-"),
        (True, "yes"),
        (["a", None], "a, -"),
        (datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC), "2026-01-31 12:00:05Z"),
        ("a\nb\r\x1b]0;x\x07\u202e", r"a\nb\r\x1b]0;x\x07\u202e"),
        ("Zoë 漢字", "Zoë 漢字"),
    ],
)
def test_a_cell_is_one_line(value: object, text: str) -> None:
    assert cell(value) == text


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert styled("yes", fg="green") != "yes"
    monkeypatch.setenv("NO_COLOR", "1")

    assert styled("yes", fg="green", bold=True) == "yes"


def test_nobody_is_asked_where_nobody_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    confirm("Sure?", is_sure=True)
    with pytest.raises(SystemExit) as end:
        confirm("Sure?", is_sure=False)

    assert (end.value.code, capsys.readouterr().err) == (2, "Nobody can be asked here: give --yes.\n")


def test_harmless_text_stays_as_it_is() -> None:
    assert harmless("document:1#viewer@user:anne") == "document:1#viewer@user:anne"
