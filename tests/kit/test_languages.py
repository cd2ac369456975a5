"""Every language says everything, with the same values, in its own typography."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, meta

from app.kit.pages.texts import DEFAULT_LANGUAGE, LANGUAGES
from app.mail.render import OPTIONAL, TEMPLATES

APP = Path(__file__).parents[2] / "app"
FOLDERS = {"kit": APP / "kit/pages/locales"} | {folder.parent.name: folder for folder in sorted(APP.glob("*/locales"))}
MAILS = APP / "mail/templates"
TRANSLATIONS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
# What every mail is given besides its context.
ALWAYS = {"product", "host", "layout", "valid_for"}
ERROR = re.compile(rf"error_({'|'.join(FOLDERS)})_")
MARKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{\w+\}|https?://\S+")


def catalog(room: str, language: str) -> dict[str, str]:
    """The texts of a room; a room whose English is all in its errors has no file for it."""
    file = FOLDERS[room] / f"{language}.json"
    texts: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return texts


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def variables(language: str, mail: str) -> set[str]:
    return meta.find_undeclared_variables(Environment().parse((MAILS / language / f"{mail}.j2").read_text("utf-8")))


def blocks(language: str, mail: str) -> set[str]:
    return set(re.findall(r"\{% block (\w+) %\}", (MAILS / language / f"{mail}.j2").read_text("utf-8")))


def words(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language, of pages and mails, and where it stands; placeholders are a letter."""
    for room in FOLDERS:
        for name, text in catalog(room, language).items():
            yield f"{room}.{name}", MARKS.sub("x", text)
    for file in sorted((MAILS / language).glob("*.j2")):
        text = re.sub(r"\{%.*?%\}", "", file.read_text("utf-8"))
        yield f"mail.{file.stem}", MARKS.sub("x", text)


def test_there_are_three_languages() -> None:
    assert LANGUAGES == ("en", "de", "fr")
    assert {file.stem for folder in FOLDERS.values() for file in folder.iterdir()} == set(LANGUAGES)
    assert {folder.name for folder in MAILS.iterdir() if folder.is_dir()} == set(LANGUAGES)


@pytest.mark.parametrize("room", FOLDERS)
def test_every_language_of_a_room_has_the_same_texts(room: str) -> None:
    first, *others = TRANSLATIONS
    expected = catalog(room, first)

    for language in others:
        assert list(set(catalog(room, language)) ^ set(expected)) == [], language
    assert [name for name in catalog(room, DEFAULT_LANGUAGE) if name not in expected] == []
    # English has the words of an error in the error itself.
    own = [name for name in expected if name not in catalog(room, DEFAULT_LANGUAGE)]
    assert [name for name in own if not name.startswith(f"error_{room}_")] == []


@pytest.mark.parametrize("room", FOLDERS)
def test_every_language_of_a_room_has_the_same_placeholders(room: str) -> None:
    catalogs = [catalog(room, language) for language in LANGUAGES]

    for name in catalogs[1]:
        found = [placeholders(texts[name]) for texts in catalogs if name in texts]
        assert all(each == found[0] for each in found), name
    assert [name for texts in catalogs for name, text in texts.items() if not text and name != "signin_to_after"] == []


def test_every_translated_error_is_one_of_ours() -> None:
    source = "".join(file.read_text("utf-8") for file in sorted(APP.glob("*/**/*.py")))
    # The protocol's own are put together where they are raised: `oidc_` and the error's name.
    names = [*re.findall(r'"([a-z_]+)"', source), *(f"oidc_{name}" for name in re.findall(r'"([a-z_]+)"', source))]
    codes = [name.removeprefix("error_") for room in FOLDERS for name in catalog(room, "de") if ERROR.match(name)]

    assert len(codes) > 50
    assert sorted({*codes} - {*names}) == []


@pytest.mark.parametrize("mail", ["base", *TEMPLATES])
def test_a_mail_says_the_same_in_every_language(mail: str) -> None:
    expected = variables(DEFAULT_LANGUAGE, mail)

    assert expected <= {*TEMPLATES.get(mail, ()), *OPTIONAL, *ALWAYS}
    for language in TRANSLATIONS:
        assert variables(language, mail) == expected, language
        assert blocks(language, mail) == blocks(DEFAULT_LANGUAGE, mail), language


def test_every_mail_file_is_one_that_is_sent() -> None:
    for language in LANGUAGES:
        assert {file.stem for file in (MAILS / language).glob("*.j2")} == {"base", *TEMPLATES}, language


def test_french_has_its_spaces_and_apostrophes() -> None:
    wrong = {
        place: found.group()
        for place, text in words("fr")
        if (found := re.search(r"(?<!\u202f)[:;?!»]|«(?!\u202f)|'|\"|[^\S \n\u202f]|\u202f(?![:;?!»\w])", text))
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("fr", r"(?i)\b(tu|te|toi|ton|ta|tes|passkey|login|courriel|code de secours|déconnection)\b"),
        ("de", r"\b(Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihres|Ihnen|Email|Login|Kennwort)\b|\b(wenn|falls|können|haben) Sie\b"),
    ],
)
def test_a_language_addresses_its_reader_in_one_way_and_with_one_word_for_one_thing(
    language: str, pattern: str
) -> None:
    used = {place: found.group() for place, text in words(language) if (found := re.search(pattern, text))}

    assert used == {}
