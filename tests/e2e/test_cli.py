"""The command line, as a person or a script runs it beside a running server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx

from tests.e2e.flow import Authorization
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess


def run(server: ServerProcess, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={**server.environment(), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_created_user_signs_in_and_must_choose_a_password(server: ServerProcess) -> None:
    made = json.loads(server.run("users", "create", "cli@example.com", "--name", "Cli", "--verified", "--json"))

    browser = FormBrowser(server.url).open("/signin").sign_in("cli@example.com", made["password"])

    assert made["id"].startswith("usr_")
    assert str(browser.page.url).endswith("/password/change")


def test_a_user_that_exists_is_refused_in_one_line(server: ServerProcess) -> None:
    done = run(server, "users", "create", "ADA@example.com")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "email: A user with this e-mail address exists already. (TAKEN)\n"


def test_everything_wrong_with_a_client_is_said_at_once(server: ServerProcess) -> None:
    done = run(
        server, "clients", "create", "X", "--redirect-uri", "http://evil.example/cb", "--redirect-uri", "https://a#b"
    )

    assert done.returncode == 1
    assert done.stderr.count("redirectUris: ") == 2


def test_a_created_client_can_be_used_at_once(server: ServerProcess) -> None:
    redirect_uri = "http://localhost:3990/cb"
    made = json.loads(server.run("clients", "create", "CLI app", "--redirect-uri", redirect_uri, "--json"))
    flow = Authorization(server.url, made["id"], redirect_uri=redirect_uri)

    page = FormBrowser(server.url).open(flow.url)

    assert made["clientSecret"].startswith("asec_")
    assert "CLI app" in page.text


def test_keys_are_listed(server: ServerProcess) -> None:
    keys = json.loads(server.run("keys", "list", "--json"))

    published = {key["kid"] for key in httpx.get(f"{server.url}/oauth2/jwks").json()["keys"]}
    assert {key["alg"] for key in keys} == {"RS256", "ES256", "EdDSA"}
    assert {key["kid"] for key in keys} == published


def test_the_doctor_finds_a_healthy_installation(server: ServerProcess) -> None:
    findings = json.loads(server.run("doctor", "--json"))

    assert {finding["name"]: finding["isWell"] for finding in findings} == dict.fromkeys(
        ("secret", "disk", "console", "mail", "database", "schema", "keys"), True
    )


def test_nothing_is_left_to_migrate(server: ServerProcess) -> None:
    assert json.loads(server.run("migrate", "--check", "--json")) == []


def test_settings_are_shown_without_secrets(server: ServerProcess) -> None:
    done = run(server, "config", "show", "--json", AUTHER_SECRET="an-own-secret-of-more-than-32-bytes!")

    shown = json.loads(done.stdout)
    assert shown["AUTHER_SECRET"] == "(set)"
    assert shown["AUTHER_ACCESS_TOKEN_TTL"] == "PT15M"
    assert "an-own-secret" not in done.stdout


def test_every_mistake_of_a_configuration_is_named(server: ServerProcess) -> None:
    done = run(
        server, "config", "show", AUTHER_SECRET="short", AUTHER_PUBLIC_URL="http://id.example.com", AUTHER_PORT="0"
    )

    assert done.returncode == 2
    assert {line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]} == {
        "AUTHER_SECRET",
        "AUTHER_PUBLIC_URL",
        "AUTHER_PORT",
    }


def test_a_port_that_is_taken_is_said(server: ServerProcess, tmp_path: Path) -> None:
    done = run(server, "serve", AUTHER_DATA_DIR=str(tmp_path / "data"))

    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{server.port}" in done.stderr


def test_help_teaches() -> None:
    done = subprocess.run([sys.executable, "-m", "app.cli"], capture_output=True, text=True, timeout=60, check=False)

    shown = done.stdout + done.stderr
    for command in ("serve", "dev", "worker", "migrate", "doctor", "config", "users", "clients", "keys"):
        assert f"│ {command} " in shown
    assert "auther dev" in shown
