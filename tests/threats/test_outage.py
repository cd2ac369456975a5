"""PostgreSQL does not answer: each surface says so in its own way, nothing is half done, and it recovers."""

from __future__ import annotations

import httpx
import pytest

from app.clients.service import forget_clients
from app.sessions.types import Session
from tests.oidc.support import CALLBACK, VERIFIER, Party, answer_of
from tests.threats.support import PAGES, Outage

HTML = {"accept": "text/html"}
ORIGIN = "https://app.example.com"
OUTAGE = {
    "error": "temporarily_unavailable",
    "error_description": "The database does not answer now. Try again soon.",
}


@pytest.mark.parametrize("path", [*PAGES, "/admin/", "/nowhere"])
async def test_who_is_signed_in_gets_a_page_with_503(
    browser: httpx.AsyncClient, session: Session, outage: Outage, path: str
) -> None:
    async with outage():
        answer = await browser.get(path, headers=HTML)

    assert answer.status_code == 503
    assert "The database does not answer now. Try again soon." in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-request-id"] in answer.text


async def test_a_program_with_a_cookie_gets_json_with_503(
    browser: httpx.AsyncClient, session: Session, outage: Outage
) -> None:
    async with outage():
        answer = await browser.get("/oauth2/authorize")

    assert (answer.status_code, answer.json()["error"]) == (503, "kit_database_unavailable")


async def test_a_session_is_still_there_afterwards(
    browser: httpx.AsyncClient, session: Session, party: Party, outage: Outage
) -> None:
    async with outage():
        assert (await party.authorize()).status_code == 503

    assert "code" in answer_of(await party.authorize())


async def test_rfc6749_5_2_the_token_endpoint_says_so_and_no_code_is_lost(
    party: Party, session: Session, outage: Outage
) -> None:
    code = await party.code()

    async with outage():
        answer = await party.redeem(code)

    assert (answer.status_code, answer.json()) == (503, OUTAGE)
    assert answer.headers["cache-control"] == "no-store"
    assert (await party.redeem(code)).status_code == 200


async def test_a_refresh_token_is_not_lost(party: Party, session: Session, outage: Outage) -> None:
    token = (await party.tokens())["refresh_token"]

    async with outage():
        answer = await party.refresh(token)

    assert (answer.status_code, answer.json()) == (503, OUTAGE)
    assert (await party.refresh(token)).status_code == 200


async def test_a_token_that_could_not_be_revoked_is_not_reported_as_revoked(
    party: Party, session: Session, outage: Outage
) -> None:
    token = (await party.tokens())["refresh_token"]

    async with outage():
        answer = await party.post("/oauth2/revoke", {"token": token})

    assert (answer.status_code, answer.json()) == (503, OUTAGE)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_good_access_token_is_not_called_invalid(party: Party, session: Session, outage: Outage) -> None:
    token = (await party.tokens())["access_token"]

    async with outage():
        answer = await party.userinfo(token)

    assert (answer.status_code, answer.json()) == (503, OUTAGE)
    assert "www-authenticate" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_browser_applications_can_read_that_there_is_an_outage(
    public_party: Party, session: Session, outage: Outage
) -> None:
    code = await public_party.code()
    form = {"client_id": public_party.client.id, "grant_type": "authorization_code", "code": code}
    form |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    forget_clients()

    async with outage():
        answer = await public_party.browser.post("/oauth2/token", data=form, headers={"origin": ORIGIN})

    assert (answer.status_code, answer.json()) == (503, OUTAGE)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_preflight_opens_nothing_while_nobody_can_say_who_is_registered(
    public_party: Party, outage: Outage
) -> None:
    forget_clients()
    asked = {"origin": ORIGIN, "access-control-request-method": "POST"}

    async with outage():
        answer = await public_party.browser.options("/oauth2/userinfo", headers=asked)

    assert answer.status_code == 503
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
async def test_a_cookie_that_comes_along_changes_nothing_for_programs(
    party: Party, session: Session, outage: Outage, path: str
) -> None:
    async with outage():
        answer = await party.browser.post(path, data={"client_id": party.client.id})

    assert (answer.status_code, answer.json()) == (503, OUTAGE)


async def test_keys_and_metadata_are_served_without_the_database(
    party: Party, session: Session, outage: Outage
) -> None:
    await party.tokens()

    async with outage():
        keys = await party.browser.get("/oauth2/jwks")
        metadata = await party.browser.get("/.well-known/openid-configuration")
        alive = await party.browser.get("/livez")
        ready = await party.browser.get("/readyz")

    assert [keys.status_code, metadata.status_code, alive.status_code, ready.status_code] == [200, 200, 200, 503]
    assert ready.json()["checks"]["database"] is False
