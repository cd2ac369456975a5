"""From an application through the hosted sign-in and consent pages and back, as a browser without script does it."""

from __future__ import annotations

import re
from html import unescape

import httpx

from app.credentials.service import set_password
from app.kit.actor import SYSTEM
from app.users.types import User
from tests.oidc.support import Party, answer_of, claims_of
from tests.support import commit

PASSWORD = "correct horse battery staple"


async def submit(browser: httpx.AsyncClient, page: httpx.Response, **typed: str) -> httpx.Response:
    """Fill in the page's form and send it."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    url = page.url.join(unescape(action[1])) if action else page.url
    return await browser.post(url, data={**{name: unescape(value) for name, value in fields}, **typed})


async def test_sign_in_consent_tokens_and_silent_renewal(
    browser: httpx.AsyncClient, third_party: Party, user: User
) -> None:
    await commit(set_password(SYSTEM, user.id, PASSWORD))
    sign_in = await browser.get((await third_party.authorize()).headers["location"])
    assert "form-action 'self' https://app.example.com;" in sign_in.headers["content-security-policy"]

    entered = await submit(browser, sign_in, identifier="ada@example.com", password=PASSWORD)
    assert entered.headers["location"].startswith("/oauth2/authorize/int_")
    consent = await browser.get((await browser.get(entered.headers["location"])).headers["location"])
    allowed = await submit(browser, consent, decision="allow")
    answer = answer_of(await browser.get(allowed.headers["location"]))

    tokens = (await third_party.redeem(answer["code"])).json()
    assert claims_of(tokens["id_token"])["sub"] == user.id
    assert "code" in answer_of(await third_party.authorize(prompt="none"))


async def test_prompt_login_through_the_pages(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    await commit(set_password(SYSTEM, user.id, PASSWORD))
    first = await browser.get((await party.authorize()).headers["location"])
    await submit(browser, first, identifier="ada@example.com", password=PASSWORD)

    again = await browser.get((await party.authorize(prompt="login")).headers["location"])
    assert 'type="password"' in again.text
    entered = await submit(browser, again, identifier="ada@example.com", password=PASSWORD)

    assert "code" in answer_of(await browser.get(entered.headers["location"]))
