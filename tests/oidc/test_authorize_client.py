"""Client and redirect URI: what is wrong with them is shown to the user, never sent anywhere."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.types import Session
from tests.oidc.support import CALLBACK, Party, answer_of, make_party
from tests.support import commit, unknown_id


def assert_page(answer: httpx.Response, text: str) -> None:
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert text in answer.text
    assert "location" not in answer.headers


def shown(answer: httpx.Response) -> str:
    """A page, whatever its request id."""
    return re.sub(r"<code>[\w-]+</code>", "", answer.text)


async def count_codes() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM oidc_code"))


@pytest.mark.parametrize(
    "asked",
    [
        "https://app.example.com/callback/",
        "https://app.example.com/Callback",
        "https://app.example.com/callback?x=1",
        "https://app.example.com/callback#fragment",
        "https://app.example.com/callback/../callback",
        "https://app.example.com/callback%2f",
        "https://app.example.com:443/callback",
        "https://APP.example.com/callback",
        "https://app.example.com./callback",
        "https://app.example.com@evil.example/callback",
        "https://user@app.example.com/callback",
        "https://app.example.com.evil.example/callback",
        "http://app.example.com/callback",
        "javascript:alert(1)",
        "data:text/html,hi",
        "//app.example.com/callback",
        "https://app.example.com/callback\\@evil.example",
    ],
)
async def test_rfc9700_4_1_3_a_redirect_uri_that_is_not_equal_to_the_letter_gives_a_page(
    party: Party, session: Session, asked: str
) -> None:
    answer = await party.authorize(redirect_uri=asked)

    assert_page(answer, "not registered for it")
    assert await count_codes() == 0


async def test_rfc6749_3_1_2_3_two_registered_and_none_sent_gives_a_page(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, redirect_uris=(CALLBACK, "https://app.example.com/other"))

    answer = await party.authorize(redirect_uri=None, scope="profile")

    assert_page(answer, "does not say where to send you back to")


async def test_rfc6749_3_1_2_3_the_only_registered_uri_may_be_left_out_of_a_plain_oauth_request(
    party: Party, session: Session
) -> None:
    code = await party.code(redirect_uri=None, scope="profile")
    answer = await party.redeem(code, redirect_uri=None)

    assert answer.status_code == 200
    assert "id_token" not in answer.json()


async def test_oidc_core_3_1_2_1_redirect_uri_is_required_of_an_openid_request(party: Party, session: Session) -> None:
    answer = await party.authorize(redirect_uri=None)

    assert_page(answer, "does not say where to send you back to")


async def test_a_redirect_uri_sent_twice_gives_a_page(party: Party, session: Session) -> None:
    pairs: list[tuple[str, Any]] = [*party.params().items(), ("redirect_uri", CALLBACK)]

    answer = await party.browser.get("/oauth2/authorize", params=pairs)

    assert_page(answer, "does not say where to send you back to")


async def test_unknown_and_disabled_clients_give_the_same_page(party: Party, session: Session) -> None:
    unknown = await party.authorize(client_id=unknown_id("cli"))
    missing = await party.authorize(client_id=None)
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False)))

    disabled = await party.authorize()

    assert_page(disabled, "not known, or it is switched off")
    assert shown(unknown) == shown(disabled) == shown(missing)


async def test_rfc8252_7_3_a_native_app_may_listen_on_any_loopback_port(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, kind=ClientKind.NATIVE, redirect_uris=("http://127.0.0.1/callback",))
    asked = "http://127.0.0.1:51004/callback"

    answer = await party.authorize(redirect_uri=asked)

    code = answer_of(answer, at=asked)["code"]
    assert (await party.redeem(code, redirect_uri=asked)).status_code == 200


async def test_rfc8252_7_1_a_native_app_may_use_a_private_scheme(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, kind=ClientKind.NATIVE, redirect_uris=("com.example.app:/callback",))

    answer = await party.authorize(redirect_uri="com.example.app:/callback")

    assert answer.headers["location"].startswith("com.example.app:/callback?code=acd_")


@pytest.mark.parametrize("query", ["client_id=%ff", "client_id=a%00b", "x" * 17_000, "&".join(["a=1"] * 70)])
async def test_a_request_that_cannot_be_read_gives_a_page(browser: httpx.AsyncClient, query: str) -> None:
    answer = await browser.get(f"/oauth2/authorize?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


async def test_pages_cannot_be_framed_nor_stored(party: Party) -> None:
    answer = await party.authorize(client_id="nobody")

    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
