"""What may change in the schema, and what has to be announced first."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from app.graph import compatibility
from app.graph.compatibility import end_of, find_breaks
from app.graph.schema import schema

TODAY = date(2026, 6, 1)
FORMER = """
directive @requires(permission: String!) on FIELD_DEFINITION
interface Node { id: ID! }
type User implements Node {
  id: ID!
  name: String
  nick: String @deprecated(reason: "2026-06-01: use name")
  ban: Ban @deprecated(reason: "2026-05-01: use status")
  status: Status
}
type Ban { until: String }
enum Status { ACTIVE, BANNED, ODD @deprecated(reason: "2026-06-02: never given") }
input Filter { search: String, query: String @deprecated(reason: "2026-01-01: use search") }
type Query {
  user(id: ID!, login: String @deprecated(reason: "2026-01-01: use id")): User @requires(permission: "users.view")
  node(id: ID!): Node
  users(filter: Filter): [User!]!
}
"""


def breaks(*changes: tuple[str, str], today: date = TODAY) -> list[str]:
    text = FORMER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return find_breaks(FORMER, text, today)


def test_what_is_added_breaks_nothing() -> None:
    assert breaks(("  name: String\n", "  name: String\n  email: String!\n"), ("Filter {", "Filter { also: Int,")) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  name: String\n", "", "Field User.name was removed."),
        ("  status: Status\n", "  status: String\n", "Field User.status changed type from Status to String."),
        ("ACTIVE, ", "", "Enum value Status.ACTIVE was removed."),
        ("search: String, ", "", "Field Filter.search was removed."),
        ("search: String,", "search: String!,", "Field Filter.search changed type from String to String!."),
        ("users(filter: Filter)", "users", "Argument Query.users(filter:) was removed."),
        ("users(filter: Filter)", "users(filter: Filter, x: Int!)", "A required argument Query.users(x:) was added."),
        ("User implements Node {", "User {", "User no longer implements interface Node."),
    ],
)
def test_what_callers_rely_on_does_not_go_without_notice(old: str, new: str, told: str) -> None:
    assert breaks((old, new)) == [told]


@pytest.mark.parametrize(
    "line",
    [
        '  nick: String @deprecated(reason: "2026-06-01: use name")\n',
        ', query: String @deprecated(reason: "2026-01-01: use search")',
        ', login: String @deprecated(reason: "2026-01-01: use id")',
    ],
)
def test_what_was_to_go_up_to_today_may_be_gone(line: str) -> None:
    assert breaks((line, "")) == []


def test_a_day_too_early_is_too_early() -> None:
    line = '  nick: String @deprecated(reason: "2026-06-01: use name")\n'

    assert breaks((line, ""), today=date(2026, 5, 31)) == ["Field User.nick was removed."]
    assert breaks((', ODD @deprecated(reason: "2026-06-02: never given")', "")) == [
        "Enum value Status.ODD was removed."
    ]


def test_a_type_goes_with_the_last_field_that_led_to_it() -> None:
    gone = (
        ('  ban: Ban @deprecated(reason: "2026-05-01: use status")\n', ""),
        ("type Ban { until: String }\n", ""),
    )

    assert breaks(*gone) == []
    assert breaks(*gone, today=date(2026, 4, 30)) == ["Ban was removed.", "Field User.ban was removed."]


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("2026-06-01: use name", date(2026, 6, 1)),
        ("use name", None),
        ("2026-06-01", None),
        ("2026-06-01:", None),
        ("2026-13-01: use name", None),
        ("from 2026-06-01: use name", None),
    ],
)
def test_a_reason_begins_with_a_day(reason: str, end: date | None) -> None:
    assert end_of(reason) == end


def git(folder: Path, *arguments: str) -> None:
    program = shutil.which("git")
    assert program is not None
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    subprocess.run([program, *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit_file(folder: Path, text: str) -> None:
    (folder / "schema.graphql").write_text(text)
    git(folder, "add", "schema.graphql")
    git(folder, "commit", "-m", "a schema")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_command_compares_with_the_last_committed_version_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = schema.as_str()
    without = re.sub(r'\n  """[^"]+"""\n  emailVerified: Boolean!\n', "", text)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.graphql").write_text(text)

    assert compatibility.main([]) == 0
    assert "no former version" in capsys.readouterr().err

    git(tmp_path, "init")
    commit_file(tmp_path, text)
    (tmp_path / "schema.graphql").write_text(without)
    assert compatibility.main([]) == 1
    assert "Field User.emailVerified was removed." in capsys.readouterr().err

    commit_file(tmp_path, without)
    assert compatibility.main([]) == 1
    assert compatibility.main(["HEAD"]) == 0
    assert compatibility.main(["HEAD~1"]) == 1
    assert compatibility.main(["nowhere"]) == 2

    commit_file(tmp_path, text)
    assert compatibility.main([]) == 0
