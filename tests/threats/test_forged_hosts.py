"""Whatever host and scheme a request claims: issuer, links and redirects are those of the settings."""

from __future__ import annotations

import httpx
import pytest

from app.sessions.types import Session
from tests.login.support import Visitor, link_in, make_person, read_mails
from tests.oidc.support import Party, answer_of, claims_of
from tests.support import ISSUER

FORGED = {
    "host": "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "444",
    "x-forwarded-prefix": "/evil",
    "forwarded": "host=evil.example;proto=https",
    "x-original-url": "/admin/",
    "x-rewrite-url": "/admin/",
}


async def test_rfc8414_3_3_the_issuer_is_that_of_the_settings(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/.well-known/openid-configuration", headers=FORGED)

    assert answer.json()["issuer"] == ISSUER
    assert "evil" not in answer.text


async def test_rfc9207_2_iss_and_tokens_name_the_issuer_of_the_settings(party: Party, session: Session) -> None:
    given = answer_of(await party.browser.get("/oauth2/authorize", params=party.params(), headers=FORGED))
    tokens = (await party.redeem(given["code"])).json()

    assert given["iss"] == ISSUER
    assert {claims_of(tokens[name])["iss"] for name in ("access_token", "id_token")} == {ISSUER}


async def test_a_reset_mail_links_to_the_host_of_the_settings(visitor: Visitor) -> None:
    await make_person()
    form = await visitor.get("/password/forgot")
    chosen = form.forms["forgot-form"]

    await visitor.client.post(chosen.action, data={**chosen.fields, "identifier": "ada@example.com"}, headers=FORGED)

    [mail] = await read_mails()
    assert link_in(mail).startswith("/password/reset?token=")
    assert "evil" not in f"{mail.text}{mail.html}{mail.subject}"


@pytest.mark.parametrize("path", ["/signin", "/signup", "/password/forgot", "/admin", "/", "/nowhere"])
async def test_no_page_repeats_the_host(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={**FORGED, "accept": "text/html"})

    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


async def test_a_forged_scheme_does_not_change_the_cookies(visitor: Visitor) -> None:
    answer = await visitor.client.get("/signin", headers=FORGED)

    assert answer.headers["set-cookie"].startswith("auther_browser=")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/signin/", "/oauth2/token/", "/admin", "/static", "/graphql/"])
async def test_a_missing_or_added_slash_never_redirects_to_a_forged_host(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={"host": "evil.example"})

    assert "evil.example" not in answer.headers.get("location", "")
    assert answer.status_code in {303, 404, 405}
