"""Settings are read from several places, and all that is wrong with them is named at once."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.kit.settings import SettingsProblem, load_settings

GOOD_SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No `.env`, no `auther.toml` but what the test writes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems_of(**explicit: object) -> list[str]:
    with pytest.raises(SettingsProblem) as caught:
        load_settings(**explicit)
    return caught.value.problems


def test_everything_that_is_wrong_is_named_at_once_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "AUTHER_PUBLIC_URL": "http://id.example.com",
        "AUTHER_PORT": "99999",
        "AUTHER_TRUSTED_PROXIES": "10.0.0.1/8",
        "AUTHER_DATABASE_URL": "mysql://root:hunter2@db/auther",
        "AUTHER_SECRET": "short",
        "AUTHER_SECRET_PREVIOUS": f"{GOOD_SECRET},tiny",
        "AUTHER_SIGNUP_POLICY": "domain",
        "AUTHER_SESSION_IDLE_TTL": "a while",
        "AUTHER_SIGNIN_FAILURES_BEFORE_LOCK": "5",
        "AUTHER_ACCESS_TOKEN_TTL": "PT2H",
        "AUTHER_CODE_TTL": "0",
        "AUTHER_SIGNING_ALGORITHMS": "RS256",
        "AUTHER_SMTP_URL": "mail.example.com",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    problems = problems_of()

    secret = "must be at least 32 bytes; make one with: openssl rand -base64 32"
    assert sorted(problems) == [
        "AUTHER_ACCESS_TOKEN_ALG: must be one of AUTHER_SIGNING_ALGORITHMS",
        "AUTHER_ACCESS_TOKEN_TTL: must lie between 5 and 60 minutes",
        "AUTHER_CODE_TTL: must be longer than nothing; write PT15M or 900 (seconds)",
        "AUTHER_DATABASE_URL: must be a postgres:// URL; Auther runs on PostgreSQL only",
        "AUTHER_PORT: Input should be less than or equal to 65535",
        "AUTHER_PUBLIC_URL: must be https unless the host is localhost",
        f"AUTHER_SECRET: {secret}",
        f"AUTHER_SECRET_PREVIOUS (1): {secret}",
        "AUTHER_SESSION_IDLE_TTL: must be a duration such as PT15M, or seconds such as 900",
        "AUTHER_SIGNIN_FAILURES_BEFORE_LOCK: must be larger than AUTHER_SIGNIN_FAILURES_BEFORE_DELAY",
        "AUTHER_SIGNUP_DOMAINS: must name a domain such as example.com when AUTHER_SIGNUP_POLICY is domain",
        "AUTHER_SMTP_URL: must be smtp://user:password@host:587 or smtps://user:password@host",
        "AUTHER_TRUSTED_PROXIES: 10.0.0.1/8 is not a network; write it as 10.0.0.0/8 or fd00::/8",
    ]


def test_a_problem_never_shows_a_secret() -> None:
    text = str(SettingsProblem(problems_of(secret="swordfish", database_url="mysql://root:hunter2@db/x")))

    assert "swordfish" not in text
    assert "hunter2" not in text


@pytest.mark.parametrize(("length", "is_accepted"), [(31, False), (32, True)])
def test_secrets_under_32_bytes_are_refused(length: int, is_accepted: bool) -> None:
    secret = "x" * length

    if is_accepted:
        assert load_settings(secret=secret).root_secrets == (secret,)
    else:
        assert problems_of(secret=secret)[0].startswith("AUTHER_SECRET: must be at least 32 bytes")


def test_secrets_are_measured_in_bytes_not_characters() -> None:
    assert load_settings(secret="ü" * 16).root_secrets == ("ü" * 16,)


def test_former_secrets_come_after_the_current_one() -> None:
    settings = load_settings(secret=GOOD_SECRET, secret_previous=f"{'a' * 32}, {'b' * 32}")

    assert settings.root_secrets == (GOOD_SECRET, "a" * 32, "b" * 32)


def test_secrets_are_not_shown_by_the_settings() -> None:
    settings = load_settings(
        secret=GOOD_SECRET, secret_previous="p" * 32, database_url="postgres://u:hunter2@h/d", smtp_url="smtp://u:pw9@h"
    )

    for secret in (GOOD_SECRET, "p" * 32, "hunter2", "pw9"):
        assert secret not in repr(settings)


def test_asking_for_secrets_before_there_is_one_fails() -> None:
    with pytest.raises(RuntimeError, match="no secret"):
        _ = load_settings().root_secrets


def test_environment_wins_over_dotenv_over_toml_over_default(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_directory / "auther.toml").write_text('port = 1001\nworkers = 2\nproduct_name = "From toml"\n')
    (empty_directory / ".env").write_text("AUTHER_PORT=1002\nAUTHER_WORKERS=3\n")
    monkeypatch.setenv("AUTHER_PORT", "1003")

    settings = load_settings()

    assert (settings.port, settings.workers, settings.product_name, settings.host) == (
        1003,
        3,
        "From toml",
        "127.0.0.1",
    )
    assert load_settings(port=1004).port == 1004


def test_without_a_public_url_the_server_is_where_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().issuer == "http://localhost:8000"

    monkeypatch.setenv("AUTHER_PORT", "8931")

    assert load_settings().issuer == "http://localhost:8931"
    assert load_settings(public_url="http://localhost:9000").issuer == "http://localhost:9000"


def test_a_wrong_port_is_the_only_problem_that_it_makes() -> None:
    assert problems_of(port=0) == ["AUTHER_PORT: Input should be greater than or equal to 1"]


def test_an_empty_variable_counts_as_not_set(empty_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_directory / "auther.toml").write_text("port = 1001\n")
    monkeypatch.setenv("AUTHER_PORT", "")

    assert load_settings().port == 1001


def test_the_toml_file_may_be_elsewhere(empty_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_directory / "other.toml").write_text("port = 1001\n")
    monkeypatch.setenv("AUTHER_CONFIG", "other.toml")

    assert load_settings().port == 1001


def test_a_toml_file_that_was_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHER_CONFIG", "missing.toml")

    assert problems_of() == ["AUTHER_CONFIG: there is no file missing.toml"]


def test_a_misspelt_name_in_the_toml_file_is_a_problem(empty_directory: Path) -> None:
    (empty_directory / "auther.toml").write_text("prot = 1001\nport = 1001\n")

    assert problems_of() == ["auther.toml: there is no setting prot"]


def test_a_toml_file_that_cannot_be_read_is_a_problem(empty_directory: Path) -> None:
    (empty_directory / "auther.toml").write_text("port = = 1\n")

    problems = problems_of()

    assert len(problems) == 1
    assert problems[0].startswith("auther.toml: cannot be read: Invalid value (at line 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("900", 900), ("900.5", 900.5), ("PT15M", 900), ("P1DT1S", 86_401), ("00:15:00", 900), (900, 900)],
)
def test_durations_are_iso_8601_or_seconds(text: object, expected: float) -> None:
    assert load_settings(session_idle_ttl=text).session_idle_ttl == timedelta(seconds=expected)


@pytest.mark.parametrize("text", ["15m", "-PT5M", "PT0S", "-1", "", "1e3"])
def test_durations_that_mean_nothing_are_refused(text: str) -> None:
    assert len(problems_of(session_idle_ttl=text)) == 1


def test_only_the_grace_for_refresh_tokens_may_be_nothing() -> None:
    assert load_settings(refresh_grace="PT0S").refresh_grace == timedelta(0)
    assert problems_of(refresh_grace="-PT1S") == ["AUTHER_REFRESH_GRACE: must not be negative"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://id.example.com/", "https://id.example.com"),
        ("HTTPS://ID.Example.COM", "https://id.example.com"),
        ("https://id.example.com:443", "https://id.example.com"),
        ("https://id.example.com:8443/Auth/", "https://id.example.com:8443/Auth"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://auther.localhost", "http://auther.localhost"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_it(given: str, kept: str) -> None:
    settings = load_settings(public_url=given)

    assert (settings.public_url, settings.issuer) == (kept, kept)
    assert settings.is_https is kept.startswith("https://")


@pytest.mark.parametrize(
    "url",
    [
        "id.example.com",
        "ftp://id.example.com",
        "https://",
        "http://id.example.com",
        "http://localhost.evil.example",
        "https://id.example.com?x=1",
        "https://id.example.com?",
        "https://id.example.com#",
        "https://user@id.example.com",
        "https://:secret@id.example.com",
        "https://id.example.com:99999",
        "https://[::1",
    ],
)
def test_a_public_url_that_cannot_be_an_issuer_is_refused(url: str) -> None:
    assert [problem.split(":")[0] for problem in problems_of(public_url=url)] == ["AUTHER_PUBLIC_URL"]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///x.db",
        "postgres://h/d?sslmode=maybe",
        "postgres://h/d?sslmode=",
        "postgres://h/d?host=/run",
        "postgres://h:99999/d",
    ],
)
def test_a_database_url_with_parts_that_would_be_ignored_is_refused(url: str) -> None:
    assert [problem.split(":")[0] for problem in problems_of(database_url=url)] == ["AUTHER_DATABASE_URL"]


def test_lists_are_comma_separated() -> None:
    settings = load_settings(
        trusted_proxies="10.0.0.0/8, ::1,192.0.2.7",
        signup_domains="example.com , ,example.org",
        signing_algorithms="ES256,RS256,ES256",
    )

    assert settings.trusted_proxies == tuple(map(ip_network, ("10.0.0.0/8", "::1/128", "192.0.2.7/32")))
    assert settings.signup_domains == ("example.com", "example.org")
    assert settings.signing_algorithms == ("ES256", "RS256")
