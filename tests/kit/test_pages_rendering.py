"""Pages: their headers, languages, assets, errors."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from string import Formatter

import httpx
import pytest
from starlette.requests import Request

from app.kit.errors import TooMany
from app.kit.pages import choose_language, error_page, page, see_other, texts_for
from app.kit.pages.texts import LANGUAGES

ROOMS = Path(__file__).parents[2] / "app"
SAME_AS_IN_ENGLISH = {
    "de": {"name", "signin_to_after", "passkeys", "passkey_title", "passkey_default", "apps_title", "account_apps"},
    "fr": {"minute_one", "minute_other", "signin_to_after", "sessions_title", "account_sessions", "way_code"},
}
TEMPLATES = [*ROOMS.glob("*/templates/*.html"), *ROOMS.glob("kit/pages/templates/*.html")]


def _request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/x", "headers": raw, "query_string": b"", "state": {}}
    return Request(scope)


def _error_page(**headers: str) -> httpx.Response:
    error = TooMany("kit_rate_limited", "Too many <b>.", retry_after=timedelta(seconds=61.2))
    made = error_page(_request(**headers), error)
    return httpx.Response(made.status_code, headers=made.raw_headers, content=bytes(made.body))


def test_a_page_cannot_be_framed_sniffed_stored_or_scripted() -> None:
    headers = _error_page().headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data: https:; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_form_action_is_widened_by_well_formed_sources_only() -> None:
    sources = (
        "https://app.example",
        "com.example.app:",
        "http://localhost:*",
        "https://x; script-src *",
        "a b",
        "'none'",
    )

    made = page(
        _request(), "kit/error.html", form_action=sources, error=TooMany("x_y", "No."), back="/", request_id=None
    )

    policy = made.headers["content-security-policy"]
    assert "; form-action 'self' https://app.example com.example.app: http://localhost:*; " in policy


def test_an_error_page_says_what_happened_when_to_retry_and_leads_back() -> None:
    answer = _error_page()

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "62")
    assert 'role="alert" id="error">Too many &lt;b&gt;.<' in answer.text
    assert "Try again in 62 seconds." in answer.text
    assert 'id="back" href="/signin"' in answer.text


def test_an_error_page_speaks_the_reader_s_language() -> None:
    answer = _error_page(accept_language="nl, de-AT;q=0.9, en;q=0.1")

    assert answer.headers["content-language"] == "de"
    assert '<html lang="de">' in answer.text
    assert "Zu viele Anfragen. Warte einen Augenblick." in answer.text


@pytest.mark.parametrize(
    ("ui_locales", "header", "language"),
    [
        ((), None, "en"),
        ((), "de", "de"),
        ((), "DE-de", "de"),
        ((), "en;q=0.5, de;q=0.7", "de"),
        ((), "de;q=0, en", "en"),
        ((), "de;q=x, nl", "en"),
        ((), "nl-BE, *", "en"),
        ((), "*", "en"),
        ((), "fr-CA", "fr"),
        ((), "fr_CA", "fr"),
        ((), "de-AT, fr;q=0.9", "de"),
        ((), "nl, fr-CA;q=0.8, de-AT;q=0.9, en;q=0.1", "de"),
        ((), "en;Q=0.1,FR-ca;Q=0.2", "fr"),
        ((), "fr;q=0.000, de;q=0.001", "de"),
        ((), "fr;q=-1, de;q=nan, en;q=0.1", "en"),
        ((), ",;q=1,;,fr", "fr"),
        ((), ", ".join(["nl"] * 20 + ["fr"]), "en"),
        ((), "french", "en"),
        (("de-CH",), "en", "de"),
        (("fr-CA", "de"), "de", "fr"),
        (("nl", "en-GB", "de"), "de", "en"),
        (("nl",), "de", "de"),
    ],
)
def test_the_language_is_the_first_asked_for_that_we_speak(
    ui_locales: tuple[str, ...], header: str | None, language: str
) -> None:
    assert choose_language(ui_locales, header) == language


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1 second"),
        (timedelta(seconds=1.2), "2 seconds"),
        (timedelta(seconds=91), "2 minutes"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_length_of_time_is_rounded_up(length: timedelta, words: str) -> None:
    assert texts_for("en").duration(length) == words


def test_every_text_that_a_template_names_exists() -> None:
    english = texts_for("en")
    named = {name for file in TEMPLATES for name in re.findall(r'\bt\("([a-z_.]+)"[,)]', file.read_text("utf-8"))}

    assert len(named) > 50
    assert [name for name in sorted(named) if name not in english] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_has_every_text_with_the_same_placeholders(language: str) -> None:
    english, other = texts_for("en").entries, texts_for(language).entries
    read = Formatter().parse

    def placeholders(text: str) -> set[str]:
        return {name for _, name, _, _ in read(text) if name}

    same = {name.partition(".")[2] for name in english if other[name] == english[name]}
    assert [name for name in english if placeholders(english[name]) != placeholders(other[name])] == []
    assert same <= SAME_AS_IN_ENGLISH[language]


def test_a_redirect_after_a_post_is_a_get() -> None:
    response = see_other("/admin/")

    assert (response.status_code, response.headers["location"]) == (303, "/admin/")


async def test_an_asset_is_cached_for_good_under_its_version(browser: httpx.AsyncClient) -> None:
    url = re.search(r'href="(/static/pages\.css\?v=[0-9a-f]+)"', _error_page().text)
    assert url is not None

    answer = await browser.get(url[1])
    again = await browser.get(url[1], headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])


async def test_an_asset_without_its_version_is_cached_shortly(browser: httpx.AsyncClient) -> None:
    for url in ("/static/pages.css", "/static/pages.css?v=000000000000"):
        assert (await browser.get(url)).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("name", ["none.css", "../cookies.py", "..%2fcookies.py", "%2e%2e/cookies.py", ""])
async def test_what_is_no_asset_is_not_found(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/static/{name}")).status_code == 404
