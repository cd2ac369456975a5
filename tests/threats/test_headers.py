"""Headers that every answer carries, whatever the route and however it ends."""

from __future__ import annotations

import httpx
import pytest

from app.sessions.types import Session
from tests.oidc.support import Party
from tests.threats.support import DOCUMENTS, PAGES, POSTED

HTML = {"accept": "text/html"}
EVERYWHERE = (*PAGES, *DOCUMENTS, "/oauth2/token", "/oauth2/userinfo", "/", "/admin/", "/livez", "/nowhere")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("path", EVERYWHERE)
async def test_no_answer_can_be_framed_or_sniffed(browser: httpx.AsyncClient, path: str, accept: str) -> None:
    answer = await browser.get(path, headers={"accept": accept})

    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_is_stored(browser: httpx.AsyncClient, session: Session, path: str) -> None:
    answer = await browser.get(path, headers=HTML)

    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", POSTED)
async def test_no_answer_to_a_post_is_stored(browser: httpx.AsyncClient, session: Session, path: str) -> None:
    answer = await browser.post(path, data={"a": "b"})

    assert answer.headers["cache-control"] == "no-store"


async def test_rfc6749_5_1_tokens_are_not_stored(party: Party, session: Session) -> None:
    given = await party.redeem(await party.code())
    refused = await party.redeem("acd_unknown")

    for answer in (given, refused):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"


@pytest.mark.parametrize("path", PAGES)
async def test_a_popup_keeps_its_opener(browser: httpx.AsyncClient, path: str) -> None:
    """Applications that sign in by a popup wait for it: Cross-Origin-Opener-Policy would cut the tie."""
    answer = await browser.get(path, headers=HTML)

    assert "cross-origin-opener-policy" not in answer.headers
    assert "cross-origin-embedder-policy" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_names_the_software_that_serves_it(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers=HTML)

    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize(
    "path", [*PAGES, "/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/device_authorization"]
)
async def test_other_methods_are_refused(browser: httpx.AsyncClient, session: Session, path: str, method: str) -> None:
    answer = await browser.request(method, path)

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/token",
        "/oauth2/revoke",
        "/oauth2/introspect",
        "/oauth2/device_authorization",
        "/oauth2/logout/confirm",
    ],
)
async def test_what_changes_something_is_never_done_by_get(
    browser: httpx.AsyncClient, session: Session, path: str
) -> None:
    assert (await browser.get(path)).status_code == 405
