"""The command line against a server elsewhere: by address and key, and signed in as a person."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest

from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.e2e.terminal import Terminal

OPERATOR = "admin@example.com"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture(scope="module")
def key(server: ServerProcess) -> str:
    """An API key with all that the operator may."""
    made = json.loads(server.run("api-keys", "create", "CLI tests", "--user", operator_id(server), "--json"))
    server.run("tuples", "write", f"platform:*#super_admin@apikey:{made['id']}")
    return str(made["secret"])


def operator_id(server: ServerProcess) -> str:
    return str(json.loads(server.run("users", "show", OPERATOR, "--json"))["id"])


def sign_in(server: ServerProcess) -> FormBrowser:
    return FormBrowser(server.url).open("/signin").sign_in(OPERATOR, server.password)


def log_in(server: ServerProcess, terminal: Terminal, *, name: str = "home") -> str:
    """Sign in with a browser of this machine; what was printed."""
    running = terminal.start("login", server.url, "--name", name)
    address = running.read(r"(http\S+/oauth2/authorize\S+)")
    page = sign_in(server).open(address).submit("allow")
    assert page.left_for is not None
    assert httpx.get(page.left_for).status_code == 200
    done = running.finish()
    assert done.code == 0, done.output
    return done.output


def test_commands_run_on_a_server_by_address_and_key(server: ServerProcess, terminal: Terminal, key: str) -> None:
    made, listed, banned, unbanned, link, left, back, deleted, gone, trail = terminal.run(
        ["users", "create", "remote@example.com", "--name", "Remote", "--json"],
        ["users", "list", "--search", "remote@", "--json"],
        ["users", "ban", "remote@example.com", "--reason", "spam", "--yes", "--json"],
        ["users", "unban", "remote@example.com", "-q"],
        ["users", "export", "remote@example.com", "--json"],
        ["users", "delete", "remote@example.com", "--yes", "--json"],
        ["users", "restore", "remote@example.com", "--json"],
        ["users", "delete", "remote@example.com", "--now", "--yes", "--json"],
        ["users", "show", "remote@example.com"],
        ["audit", "list", "--action", "user.banned", "--limit", "1", "--json"],
        AUTHER_URL=server.url,
        AUTHER_KEY=key,
    )

    user = json.loads(made.output)
    assert [each["id"] for each in json.loads(listed.output)] == [user["id"]]
    assert (json.loads(banned.output)["status"], json.loads(banned.output)["ban"]["reason"]) == ("BANNED", "spam")
    assert unbanned.output == f"{user['id']}\n"
    # The user was erased since.
    assert httpx.get(json.loads(link.output)["url"]).json()["error"] == "lifecycle_export_link_over"
    assert json.loads(left.output).keys() == {"id", "erasedAt"}
    assert json.loads(back.output) == {"id": user["id"], "email": "remote@example.com", "status": "ACTIVE"}
    assert json.loads(deleted.output) == {"deletedId": user["id"]}
    assert (gone.code, gone.output) == (
        1,
        "There is no user remote@example.com, or you may not see it. (cli_account_unknown)\n",
    )
    assert json.loads(trail.output)[0]["targetId"] == user["id"]
    assert not (terminal.home / "none").exists(), "nothing was made on this machine"


def test_permissions_are_managed_on_a_server(server: ServerProcess, terminal: Terminal, key: str) -> None:
    (terminal.home / "notes.fga").write_text(
        "model\n  schema 1.1\n\ntype user\n\ntype note\n  relations\n    define owner: [user]\n"
        "  permissions\n    define edit: owner\n"
    )
    (made,) = terminal.run(
        ["clients", "create", "Notes", "--kind", "machine", "-q"], AUTHER_URL=server.url, AUTHER_KEY=key
    )
    client = made.output.strip()
    note = f"{client}:note:1"

    saved, written, allowed, denied, who, what, versions, import_ = terminal.run(
        ["models", "apply", "notes.fga", "--client", client, "--yes", "-q"],
        ["tuples", "write", f"{note}#owner@user:anne"],
        ["check", "user:anne", "edit", note],
        ["check", "user:bob", "edit", note, "--json"],
        ["who-can", "edit", note, "-q"],
        ["what-can", "user:anne", "edit", f"{client}:note", "-o", "yaml"],
        ["models", "versions", "--client", client, "--json"],
        ["tuples", "export", "out.jsonl"],
        AUTHER_URL=server.url,
        AUTHER_KEY=key,
    )

    assert (saved.code, saved.output) == (0, "")
    assert written.output == f"created        {note}#owner@user:anne\n"
    assert (allowed.code, allowed.output) == (0, f"allowed: user:anne edit {note}\n")
    assert (denied.code, json.loads(denied.output)["decision"]) == (1, "DENIED")
    assert who.output == "user:anne\n"
    assert what.output.startswith("- entity:\n    type: ")
    assert [each["version"] for each in json.loads(versions.output)] == [1]
    assert import_.code == 1
    assert "(cli_database_needed)" in import_.output


def test_what_goes_wrong_has_a_code_and_one_line(server: ServerProcess, terminal: Terminal) -> None:
    anonymous, forged, away, insecure, both, unasked = terminal.run(
        ["--url", server.url, "users", "list"],
        ["--url", server.url, "--key", "ak_forged_secret", "users", "list"],
        ["--url", "http://localhost:9", "users", "list"],
        ["--url", "http://id.example.com", "users", "list"],
        ["--url", server.url, "--context", "local", "users", "list"],
        ["--url", server.url, "users", "delete", "usr_1"],
    )

    assert (anonymous.code, anonymous.lines[0]) == (3, "Sign in first. (kit_sign_in_required)")
    assert forged.code == 3
    assert "ak_forged_secret" not in forged.output
    assert away.code == 5
    assert "http://localhost:9/graphql cannot be reached" in away.output
    assert (insecure.code, both.code) == (2, 2)
    assert (unasked.code, unasked.output) == (2, "Nobody can be asked here: give --yes.\n")


def test_a_plain_user_is_told_what_is_missing(server: ServerProcess, terminal: Terminal) -> None:
    running = terminal.start("login", server.url, "--name", "plain")
    address = running.read(r"(http\S+/oauth2/authorize\S+)")
    browser = FormBrowser(server.url).open("/signin").sign_in("edsger@example.com", "correct-horse-battery-42")
    page = browser.open(address).submit("allow")
    assert page.left_for is not None
    httpx.get(page.left_for)
    assert running.finish().code == 0

    refused, own = terminal.run(["users", "list"], ["whoami", "--json"])

    assert (refused.code, refused.lines) == (
        4,
        ["This needs the permission users.view. (kit_permission_missing)"],
    )
    assert json.loads(own.output)["viewer"]["user"]["email"] == "edsger@example.com"


def test_a_person_signs_in_with_a_browser_and_out_again(server: ServerProcess, terminal: Terminal) -> None:
    told = log_in(server, terminal)
    kept = json.loads(terminal.contexts.read_text())["contexts"]["home"]["credential"]
    whoami, listed, shown, out, after = terminal.run(
        ["whoami", "-q"],
        ["context", "list", "--json"],
        ["context", "show"],
        ["logout"],
        ["whoami"],
    )

    assert whoami.output.strip() == server.url
    assert stat.S_IMODE(terminal.contexts.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.contexts.parent.stat().st_mode) == 0o700
    assert [(each["name"], each["isCurrent"]) for each in json.loads(listed.output)] == [
        ("local", False),
        ("home", True),
    ]
    assert "sign-in" in shown.output
    assert out.code == 0
    assert after.code == 3
    for each in (told, listed.output, shown.output):
        assert kept["access_token"] not in each
        assert kept["refresh_token"] not in each
    assert (
        httpx.post(
            f"{server.url}/oauth2/token",
            data={
                "grant_type": "refresh_token",
                "refresh_token": kept["refresh_token"],
                "client_id": "auther-cli",
            },
        ).json()["error"]
        == "invalid_grant"
    )


def test_a_code_entered_elsewhere_signs_in(server: ServerProcess, terminal: Terminal) -> None:
    running = terminal.start("login", server.url, "--device", "--name", "device")
    address = running.read(r"open\s+(\S+)")
    code = running.read(r"code\s+(\S+)")

    page = sign_in(server).open(address).submit(user_code=code).submit("allow")
    done = running.finish()

    assert page.page.status_code == 200
    assert done.code == 0, done.output
    (whoami,) = terminal.run(["whoami", "--json"])
    assert json.loads(whoami.output)["viewer"]["user"]["email"] == OPERATOR


def test_a_token_that_is_spent_is_renewed_once_for_all(server: ServerProcess, terminal: Terminal) -> None:
    log_in(server, terminal)
    held = json.loads(terminal.contexts.read_text())
    credential = held["contexts"]["home"]["credential"]
    spent = credential["refresh_token"]
    credential["access_token_expires_at"] = "2020-01-01T00:00:00Z"
    terminal.contexts.write_text(json.dumps(held))

    running = [terminal.start("users", "list", "-q") for _ in range(3)]
    codes = [each.finish().code for each in running]

    renewed = json.loads(terminal.contexts.read_text())["contexts"]["home"]["credential"]
    assert codes == [0, 0, 0]
    assert renewed["refresh_token"] != spent
    assert stat.S_IMODE(terminal.contexts.stat().st_mode) == 0o600
