"""`auther users import`: a file with columns of its own, tried, mended, imported, imported again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.commands import Ran, run_commands

HASH = "pbkdf2_sha256$1000$d8xeKj9iihyOWrThT3kncQ$ZeeiTjbAc9Uhm0Xst3iwdq74tOqLyEYY8kY3AFkqOcw="
WRONG = f"id,mail,pw,legacy\n7,ada@example.com,{HASH},x\n8,nowhere,,x\n"
NAMES = "--map mail=email --map pw=passwordHash --map legacy=-"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """All commands of these tests, run in one process and in this order."""
    folder: Path = tmp_path_factory.mktemp("users")
    (folder / "wrong.csv").write_text(WRONG, "utf-8")
    (folder / "users.csv").write_text(WRONG.replace("nowhere", "bob@example.com"), "utf-8")
    commands = [
        "users import wrong.csv",
        "users import wrong.csv --map mail",
        "users import wrong.csv --map mail=e-mail",
        f"users import wrong.csv {NAMES}",
        f"users import users.csv {NAMES} --dry-run",
        f"users import users.csv {NAMES} --json",
        f"users import users.csv {NAMES}",
        "users show 7 --json",
        "users export 7 ada.json --json",
        "users merge bob@example.com ada@example.com --dry-run --json",
        "users merge bob@example.com ada@example.com --yes --json",
        "users delete 7 --yes --json",
        "users show 7",
        "users restore 7 --json",
        "users delete 7 --now --yes --json",
    ]
    ran = dict(zip(commands, run_commands(folder, [command.split() for command in commands]), strict=True))
    exported = folder / "ada.json"
    return ran | {"ada.json": Ran(exported.stat().st_mode & 0o777, exported.read_text("utf-8"))}


def test_columns_that_are_not_ours_are_named_with_those_that_are(ran: dict[str, Ran]) -> None:
    for command, told in {
        "users import wrong.csv": "There is no field mail; there are id, email, emailVerified,",
        "users import wrong.csv --map mail": "--map takes COLUMN=FIELD, such as mail=email, not mail.",
        "users import wrong.csv --map mail=e-mail": "mail cannot be e-mail; there are id, email,",
    }.items():
        assert ran[command].code != 0
        assert told in " ".join(ran[command].output.split())


def test_a_bad_record_stops_the_import(ran: dict[str, Ran]) -> None:
    done = ran[f"users import wrong.csv {NAMES}"]

    assert done.code == 1
    assert done.lines[0] == "line 3: email: This is not an e-mail address."
    assert done.lines[1] == "2 records read: 0 created, 0 there already, 1 bad."


def test_a_mended_file_is_imported_once(ran: dict[str, Ran]) -> None:
    tried, made, again = (ran[f"users import users.csv {NAMES}{end}"] for end in (" --dry-run", " --json", ""))

    assert tried.lines == ["2 records read: 2 would be created, 0 there already, 0 bad."]
    assert json.loads(made.output) == {
        "read": 2, "created": 2, "existing": 0, "bad": 0, "isComplete": True, "badRecords": [],
    }  # fmt: skip
    assert again.lines == ["2 records read: 0 created, 2 there already, 0 bad."]
    shown = json.loads(ran["users show 7 --json"].output)
    assert (shown["email"], shown["emailVerified"]) == ("ada@example.com", False)


def test_an_export_is_a_file_for_its_owner_only(ran: dict[str, Ran]) -> None:
    assert json.loads(ran["users export 7 ada.json --json"].output) == {"file": "ada.json"}
    assert json.loads(ran["ada.json"].output)["account"]["email"] == "ada@example.com"
    assert ran["ada.json"].code == 0o600


def test_a_merge_is_tried_and_done(ran: dict[str, Ran]) -> None:
    tried, done = (ran[f"users merge bob@example.com ada@example.com {end} --json"] for end in ("--dry-run", "--yes"))

    assert (tried.code, done.code) == (0, 0)
    assert json.loads(tried.output) == json.loads(done.output)
    parts = {each["name"] for each in json.loads(done.output)}
    assert parts == {"linked_identities", "tuples", "consents", "registration_contexts"}


def test_a_deleted_user_can_be_had_back_until_they_are_erased(ran: dict[str, Ran]) -> None:
    assert json.loads(ran["users delete 7 --yes --json"].output).keys() == {"id", "erasedAt"}
    assert "PENDING_DELETION" in ran["users show 7"].output
    assert json.loads(ran["users restore 7 --json"].output)["status"] == "ACTIVE"
    assert json.loads(ran["users delete 7 --now --yes --json"].output) == {"deletedId": "7"}
