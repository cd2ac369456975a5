"""Applications hear of a sign-out through the browser (OpenID Connect Front-Channel Logout 1.0)."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.oidc.farewell import MAX_FRAMES
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.support import AFTER_LOGOUT, Party, make_party, sign_in
from tests.support import ISSUER, commit

FRAME = "https://app.example.com/frontchannel?tenant=1"
SIGNED_OUT = "/signin?notice=signed_out"


@pytest.fixture
async def session(browser: httpx.AsyncClient, user: User) -> Session:
    """Ada, signed in with a browser that has been here before."""
    await browser.get("/signin")
    return await sign_in(browser, user)


@pytest.fixture
async def framed(browser: httpx.AsyncClient) -> Party:
    """An application that is told through the browser, and wants to know which session."""
    return await make_party(browser, frontchannel_logout_uri=FRAME, frontchannel_logout_session_required=True)


def frames(answer: httpx.Response) -> list[str]:
    return [html.unescape(src) for src in re.findall(r'<iframe src="([^"]*)"', answer.text)]


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def named(session: Session) -> str:
    return f"{FRAME}&{urlencode({'iss': ISSUER, 'sid': session.id})}"


async def sign_out_here(party: Party) -> httpx.Response:
    """Sign out on our own page, without any client."""
    page = await party.browser.get("/signout")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return await party.browser.post("/signout", data=fields)


async def test_frontchannel_3_the_page_loads_each_application_then_goes_on(framed: Party, session: Session) -> None:
    hint = (await framed.tokens())["id_token"]

    answer = await framed.browser.get(
        "/oauth2/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s 1"}
    )

    assert answer.status_code == 200
    assert frames(answer) == [named(session)]
    assert policy(answer)["frame-src"] == "https://app.example.com"
    assert policy(answer)["frame-ancestors"] == "'none'"
    assert answer.headers["refresh"] == f"3; url={AFTER_LOGOUT}?state=s+1"
    assert f'<a id="continue" href="{AFTER_LOGOUT}?state=s+1">' in answer.text
    assert "<script" not in answer.text
    assert 'auther_session="";' in answer.headers["set-cookie"]


async def test_frontchannel_2_without_the_wish_no_session_is_named(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, frontchannel_logout_uri=FRAME)
    hint = (await party.tokens())["id_token"]

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert frames(answer) == [FRAME]
    assert "refresh" not in answer.headers
    assert 'id="continue"' not in answer.text


async def test_only_those_who_took_part_are_loaded(browser: httpx.AsyncClient, framed: Party, session: Session) -> None:
    other = "https://app.example.com/other"
    await make_party(browser, frontchannel_logout_uri=other)
    party = await make_party(browser)
    await framed.tokens()
    hint = (await party.tokens())["id_token"]

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert frames(answer) == [named(session)]


async def test_without_such_an_application_the_browser_goes_straight_on(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await party.browser.get(
        "/oauth2/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, AFTER_LOGOUT)


async def test_confirming_a_sign_out_tells_them_too(framed: Party, session: Session) -> None:
    await framed.tokens()
    page = await framed.browser.get("/oauth2/logout", params={"ui_locales": "de"})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))

    answer = await framed.browser.post("/oauth2/logout/confirm", data=fields)

    assert frames(answer) == [named(session)]
    assert answer.headers["content-language"] == "de"


async def test_signing_out_on_our_own_page_tells_them(framed: Party, session: Session) -> None:
    await framed.tokens()

    answer = await sign_out_here(framed)
    page = await framed.browser.get(answer.headers["location"])

    assert answer.headers["location"] == f"/oauth2/logout/done/{session.id}"
    assert frames(page) == [named(session)]
    assert page.headers["refresh"] == f"3; url={SIGNED_OUT}"


async def test_nobody_to_tell_leads_to_the_sign_in_page(party: Party, session: Session) -> None:
    await party.tokens()

    assert (await sign_out_here(party)).headers["location"] == SIGNED_OUT


async def test_the_last_page_is_only_for_the_browser_and_the_moment(
    framed: Party, session: Session, user: User
) -> None:
    await framed.tokens()
    place = f"/oauth2/logout/done/{session.id}"
    living = await framed.browser.get(place)

    with clock.frozen() as now:
        await commit(end_session(SYSTEM, session.id))
        mine = await framed.browser.get(place)
        # Another browser, then another time.
        cookie = framed.browser.cookies.get("auther_browser")
        framed.browser.cookies.clear()
        theirs = await framed.browser.get(place)
        framed.browser.cookies.set("auther_browser", cookie or "", domain="localhost.local", path="/")
        now.advance(timedelta(minutes=5))
        late = await framed.browser.get(place)

    assert frames(mine) == [named(session)]
    for answer in (living, theirs, late, await framed.browser.get("/oauth2/logout/done/ses_unknown")):
        assert (answer.status_code, answer.headers["location"]) == (303, SIGNED_OUT)


async def test_the_number_of_frames_is_bounded(browser: httpx.AsyncClient, session: Session) -> None:
    for _ in range(MAX_FRAMES + 2):
        party = await make_party(browser, frontchannel_logout_uri=FRAME)
        hint = (await party.tokens())["id_token"]

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert len(frames(answer)) == MAX_FRAMES


async def test_markup_in_an_address_is_escaped(browser: httpx.AsyncClient, user: User) -> None:
    await sign_in(browser, user)
    party = await make_party(browser, frontchannel_logout_uri="https://app.example.com/out?x='&y=1")
    hint = (await party.tokens())["id_token"]

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert "x=&#39;&amp;y=1" in answer.text
