"""Which passwords are refused, and why."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from app.credentials.errors import InvalidPassword, PasswordGuessable, PasswordRefused, PasswordTooLong
from app.credentials.rules import REASON_WORDS, domain_words, find_problems, guessing_reasons, identity_words
from app.credentials.service import prepare_password
from app.kit.pages import texts_for
from app.kit.runtime import override

ADA = ("ada.lovelace@example.com", "ada", "Ada Lovelace")


def _codes(password: str, *, min_length: int = 8) -> list[str]:
    return [problem.code for problem in find_problems(password, identity=ADA, min_length=min_length)]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Zx9#kLm2",
        " лошадь батарея ",
        "🙂🙃🫠🦊🐙🌵🍄🛸",
        "s3cret-passw0rd",
        "k" * 90 + "end 7 vT!",
        "Zx9#kLm2" + "k" * 90,
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    assert _codes(password) == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password", "common_password"),
        ("Passw0rd!", "like_common_password"),
        ("12345678", "common_password"),
        ("abcdefgh", "sequence"),
        ("aaaaaaaa", "repeated_characters"),
        ("abcabcabc", "repeated_characters"),
        ("Sommer2026", "like_common_password"),
        ("13.05.1984", "date"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(password: str, reason: str) -> None:
    problems = find_problems(password, identity=ADA, min_length=8)

    assert [problem.code for problem in problems] == ["credentials_password_guessable"]
    assert isinstance(problems[0], PasswordGuessable)
    assert problems[0].reasons == (reason, "add_words")
    assert problems[0].message == f"This password is easy to guess. {REASON_WORDS[reason]} {REASON_WORDS['add_words']}"


@pytest.mark.parametrize("password", ["Auther2026!", "localhost99", "L0vel4ce1815", "ecalevol1815", "example2026"])
def test_a_password_of_names_that_only_we_know_is_refused_with_that_reason(password: str) -> None:
    [problem] = find_problems(password, identity=ADA, service=("Auther", "localhost"), min_length=8)

    assert isinstance(problem, PasswordGuessable)
    assert problem.reasons == ("own_words", "add_words")


def test_the_name_of_the_service_may_occur_in_a_good_password() -> None:
    assert find_problems("auther horse battery 31", identity=ADA, service=("Auther", "localhost"), min_length=8) == []


async def test_the_service_s_own_names_are_those_of_the_settings() -> None:
    with override(product_name="Blumenmarkt", public_url="https://zimtstern.example"):
        for password in ("Blumenmarkt77", "zimtstern2026"):
            with pytest.raises(PasswordRefused, match="the name of this service"):
                await prepare_password(password)


@pytest.mark.parametrize("password", ["ADA.lovelace@example.com!", "x-Lovelace-9fK2!q", "my name is ada lovelace 77"])
def test_a_password_with_the_user_s_own_names_is_refused(password: str) -> None:
    assert "credentials_password_contains_identity" in _codes(password)


def test_a_short_name_may_occur_in_a_password() -> None:
    assert _codes("granada canada 71 x!") == []


def test_identity_is_split_into_the_parts_that_people_use() -> None:
    assert identity_words(["Ada.Love-lace@Example.com", ""]) == [
        "ada.love-lace@example.com",
        "ada.love-lace",
        "ada",
        "love",
        "lace",
    ]


def test_the_domain_of_an_address_is_known_too() -> None:
    assert domain_words(["Ada@Mail.Example.co.uk", "ada", "", "a@"]) == ["mail", "example", "co"]


def test_a_short_password_is_refused_by_the_length_in_force() -> None:
    assert _codes("Zx9#kLm") == ["credentials_password_too_short"]
    assert _codes("Zx9#kLm2vT", min_length=12) == ["credentials_password_too_short"]


async def test_all_that_is_wrong_is_reported_at_once_and_nothing_of_the_password_is_told() -> None:
    with pytest.raises(PasswordRefused) as caught:
        await prepare_password("lovelace", *ADA)

    problems = caught.value.problems
    assert [problem.code for problem in problems] == [
        "credentials_password_contains_identity",
        "credentials_password_guessable",
    ]
    assert all(isinstance(problem, InvalidPassword) and problem.field == ("password",) for problem in problems)
    assert "lovelace" not in repr(problems)


async def test_the_length_in_settings_counts_characters() -> None:
    with override(password_min_length=12), pytest.raises(PasswordRefused) as caught:
        await prepare_password("ü" * 5 + "vT9#kq")

    assert caught.value.message == "A password has at least 12 characters."


async def test_a_password_over_1024_characters_is_refused() -> None:
    assert (await prepare_password("aé🙂7 " * 204 + "zzzz")).phc.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    with pytest.raises(PasswordTooLong):
        await prepare_password("aé🙂7 " * 205)


def test_a_hostile_password_is_judged_quickly() -> None:
    started = time.process_time()

    guessing_reasons("4@8({[<369&#!1/|0$5+7%2" * 44, [])

    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_reason_can_be_said_on_a_page(language: str) -> None:
    assert [name for name in REASON_WORDS if f"login.reason_{name}" not in texts_for(language)] == []


@pytest.mark.parametrize(
    "problem",
    [
        InvalidPassword(code, "in English", most=1, least=1)
        for code in (
            "credentials_password_too_long",
            "credentials_password_too_short",
            "credentials_password_not_text",
            "credentials_password_contains_identity",
            "credentials_password_breached",
        )
    ],
    ids=lambda problem: problem.code,
)
def test_every_refusal_is_translated(problem: InvalidPassword) -> None:
    said = {texts_for(language).error(problem.code, problem.message, **problem.values) for language in ("de", "fr")}

    assert len(said | {"in English"}) == 3


async def test_a_password_is_judged_where_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    judges: list[threading.Thread] = []

    def judge(*args: Any, **options: Any) -> list[Any]:
        judges.append(threading.current_thread())
        return find_problems(*args, **options)

    monkeypatch.setattr("app.credentials.rules.find_problems", judge)
    await prepare_password("a quite good one 88")

    assert len(judges) == 1
    assert judges[0] is not threading.current_thread()
