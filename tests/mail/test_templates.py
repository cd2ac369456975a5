"""Templates: every mail in every locale, safe and self-contained."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app import mail
from app.kit.pages.texts import DEFAULT_LANGUAGE
from app.kit.runtime import override
from app.mail.render import TEMPLATES, render_mail
from app.mail.rules import LOCALES, choose_locale, describe_duration

MAILS = Path(mail.__file__).parent / "templates"
CONTEXT = {
    "url": "https://id.example.com/x?token=vrf_1&n=2",
    "name": "Ada Lovelace",
    "new_email": "ada@new.example.com",
    "device": "Firefox on Linux",
    "ip": "203.0.113.7",
    "time": "23 November 2026, 12:00 UTC",
    "inviter": "Grace Hopper",
    "left": "9",
    "label": "Blue laptop",
    "code": "04812357",
    "provider": "Hooli",
}


class References(HTMLParser):
    """Every address that the HTML makes a mail program open or load."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            if name in {"src", "background", "srcset", "action", "data", "poster"}:
                self.loaded.append(value or "")


def parse(html: str) -> References:
    found = References()
    found.feed(html)
    return found


def _context(template: str) -> dict[str, str]:
    """Everything that the mail can say; an address only if it has a word for where that leads."""
    leads = "{% block action %}" in (MAILS / DEFAULT_LANGUAGE / f"{template}.j2").read_text("utf-8")
    return {name: text for name, text in CONTEXT.items() if name != "url" or leads}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_is_complete_in_every_locale(template: str, locale: str) -> None:
    leads = "url" in _context(template)
    body = render_mail(template, _context(template), locale)

    assert "Auther" in body.subject
    assert "\n" not in body.subject
    assert f'<html lang="{locale}">' in body.html
    for value in [CONTEXT["name"], *(CONTEXT[name] for name in TEMPLATES[template] if name != "url")]:
        assert value in body.text
        assert value in body.html
    assert body.text.count(CONTEXT["url"]) == leads
    assert parse(body.html).links == [CONTEXT["url"]] * (2 * leads)
    assert not re.search(r"\{[{%]|\bNone\b|\n\n\n", body.text)
    assert not re.search(r"\{[{%]|\bNone\b", body.html)


@pytest.mark.parametrize("template", TEMPLATES)
def test_html_loads_nothing_from_anywhere(template: str) -> None:
    html = render_mail(template, _context(template), "en").html
    found = parse(html)

    assert found.loaded == []
    assert not found.tags & {"img", "link", "script", "iframe", "object", "video", "audio", "form", "base"}
    assert "@import" not in html
    assert "url(" not in html


def test_dark_mode_is_respected() -> None:
    html = render_mail("verify_email", CONTEXT, "en").html

    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def test_markup_in_the_context_is_shown_not_obeyed() -> None:
    body = render_mail("verify_email", {**CONTEXT, "name": "<img src=x onerror=alert(1)> & co"}, "en")

    assert "&lt;img src=x onerror=alert(1)&gt; &amp; co" in body.html
    assert parse(body.html).loaded == []
    assert "Hello <img src=x onerror=alert(1)> & co," in body.text


def test_markup_in_the_body_of_a_mail_is_escaped_once() -> None:
    body = render_mail("invitation", {**CONTEXT, "inviter": "Smith & <b>Sons"}, "en")

    assert "Smith &amp; &lt;b&gt;Sons invites you to Auther." in body.html
    assert "Smith & <b>Sons invites you to Auther." in body.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", "data:text/html,x", "//host/x", "ftp://x/y"])
def test_link_must_be_http(url: str) -> None:
    with pytest.raises(LookupError):
        render_mail("verify_email", {"url": url}, "en")


def test_missing_context_and_unknown_template_are_mistakes() -> None:
    with pytest.raises(LookupError, match="needs url"):
        render_mail("verify_email", {"url": ""}, "en")
    with pytest.raises(LookupError, match="unknown mail template"):
        render_mail("../secrets", CONTEXT, "en")


def test_mail_without_name_or_link_still_reads_well() -> None:
    body = render_mail("email_changed", {"new_email": "new@example.com"}, "en")

    assert body.text.startswith("Hello,\n\nThe e-mail address of your account is now new@example.com.")
    assert "If the button" not in body.html
    assert parse(body.html).links == []


def test_plain_text_is_exactly_this() -> None:
    with override(reset_link_ttl=timedelta(minutes=30), public_url="https://id.example.com"):
        body = render_mail("reset_password", {"url": "https://id.example.com/r?token=t", "name": "Ada"}, "en")

    assert body.text == (
        "Hello Ada,\n"
        "\n"
        "Somebody, hopefully you, asked for a new password for your account.\n"
        "\n"
        "Choose a new password:\n"
        "https://id.example.com/r?token=t\n"
        "\n"
        "The link works once and for 30 minutes.\n"
        "\n"
        "If it was not you, ignore this mail: your password stays as it is.\n"
        "\n"
        "-- \n"
        "Sent by Auther at id.example.com. Nobody reads answers to this mail.\n"
        "https://id.example.com\n"
    )


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        (None, "en"), ("", "en"), ("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("en-GB", "en"), ("nl", "en"),
        ("../../etc", "en"), ("fr", "fr"), ("fr-CA", "fr"), ("FR_be", "fr"), ("frr", "en"),
    ],
)  # fmt: skip
def test_nearest_locale_is_taken(wanted: str | None, locale: str) -> None:
    assert choose_locale(wanted) == locale


@pytest.mark.parametrize(
    ("duration", "english", "german", "french"),
    [
        (timedelta(minutes=1), "1 minute", "1 Minute", "1 minute"),
        (timedelta(minutes=30), "30 minutes", "30 Minuten", "30 minutes"),
        (timedelta(hours=1), "60 minutes", "60 Minuten", "60 minutes"),
        (timedelta(minutes=90), "90 minutes", "90 Minuten", "90 minutes"),
        (timedelta(hours=24), "24 hours", "24 Stunden", "24 heures"),
        (timedelta(hours=36), "36 hours", "36 Stunden", "36 heures"),
        (timedelta(days=7), "7 days", "7 Tage", "7 jours"),
        (timedelta(seconds=5), "1 minute", "1 Minute", "1 minute"),
    ],
)
def test_durations_read_naturally(duration: timedelta, english: str, german: str, french: str) -> None:
    said = [describe_duration(duration, locale) for locale in ("en", "de", "fr")]

    assert said == [english, german, french]


@pytest.mark.parametrize(
    "name",
    [
        "Win at https://evil.example",
        "evil.example",
        "www.evil.example",
        "eve@evil.example",
        "x" * 81,
        "a//evil",
        "a\\b",
    ],
)
def test_name_that_advertises_is_left_out(name: str) -> None:
    body = render_mail("invitation", {**CONTEXT, "name": name, "inviter": name}, "en")

    assert name not in body.text
    assert body.text.startswith("Hello,\n\nYou are invited to Auther.")


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "J. R. R. Tolkien", "Seán O'Brien", "李小龍", "Dr. Müller-Lüdenscheidt"]
)
def test_ordinary_name_is_used(name: str) -> None:
    assert render_mail("verify_email", {**CONTEXT, "name": name}, "en").text.startswith(f"Hello {name},\n")
