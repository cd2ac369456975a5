"""What a client with pairwise subjects calls a session: no two sectors can tell that they share one."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import db
from app.kit.actor import SYSTEM
from app.oidc.hints import read_id_token_hint
from app.oidc.subjects import find_sector, forget_pairwise_key, sid_for
from app.sessions.types import Session
from tests.oidc.machines import make_machine
from tests.oidc.support import Party, claims_of, make_party
from tests.oidc.test_pairwise import API, make_hidden, tokens_of
from tests.support import commit

FRAME = "https://app.example.com/frontchannel"


@pytest.fixture(autouse=True)
def nothing_held(database: None) -> None:
    forget_pairwise_key()


@pytest.fixture
async def hidden(browser: httpx.AsyncClient) -> Party:
    """A confidential application with pairwise subjects."""
    return await make_party(browser, subject_type="pairwise", scopes=API)


async def is_over(session: Session) -> bool:
    return bool(await db.fetch_value("SELECT ended_at IS NOT NULL FROM sessions_session WHERE id = $1", session.id))


async def test_whatever_the_client_sees_names_the_session_by_one_sid(hidden: Party, session: Session) -> None:
    given = await tokens_of(hidden, scope="openid offline_access")
    again = (await hidden.refresh(given["refresh_token"])).json()

    seen = {
        "ID token": claims_of(given["id_token"]),
        "access token": claims_of(given["access_token"]),
        "introspection": (await hidden.post("/oauth2/introspect", {"token": again["access_token"]})).json(),
        "refresh token": (await hidden.post("/oauth2/introspect", {"token": again["refresh_token"]})).json(),
        "ID token after a refresh": claims_of(again["id_token"]),
    }

    sid = await sid_for(hidden.client, session.id)
    assert {name: claims["sid"] for name, claims in seen.items()} == dict.fromkeys(seen, sid)
    kept = await db.fetch_value("SELECT session_id FROM oidc_grant WHERE client_id = $1", hidden.client.id)
    assert kept == session.id
    assert session.id not in orjson.dumps(seen).decode()


async def test_two_sectors_share_no_sid_and_one_sector_does(browser: httpx.AsyncClient, session: Session) -> None:
    first, twin = await make_hidden(browser, "one.example.com"), await make_hidden(browser, "one.example.com")
    other, public = await make_hidden(browser, "two.example.com"), await make_party(browser)

    sids = [claims_of((await tokens_of(each))["id_token"])["sid"] for each in (first, twin, other, public)]

    assert sids[0] == sids[1]
    assert len(set(sids)) == 3
    assert sids[3] == session.id


async def test_a_sid_stands_for_no_user_and_a_subject_for_no_session(hidden: Party) -> None:
    sector = await find_sector(hidden.client)
    assert sector is not None

    sid, subject = sector.sid_of("one"), sector.subject_of("one")

    assert (sector.session_of(sid), sector.user_of(subject)) == ("one", "one")
    assert (sector.user_of(sid), sector.session_of(subject)) == (None, None)


async def test_frontchannel_3_the_frame_names_the_session_as_its_client_does(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(
        browser, subject_type="pairwise", frontchannel_logout_uri=FRAME, frontchannel_logout_session_required=True
    )
    hint = (await party.tokens())["id_token"]

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    [frame] = re.findall(r'<iframe src="([^"]*)"', answer.text)
    assert parse_qs(urlsplit(html.unescape(frame)).query)["sid"] == [claims_of(hint)["sid"]]
    assert session.id not in frame


async def test_rp_initiated_logout_a_hint_names_the_session_by_its_sid(hidden: Party, session: Session) -> None:
    token = (await tokens_of(hidden))["id_token"]

    hint = await read_id_token_hint(token)

    assert hint is not None
    assert (hint.subject, hint.session_id) == (session.user_id, session.id)


async def test_a_hint_from_before_its_client_was_pairwise_still_names_the_session(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser)
    token = (await party.tokens())["id_token"]
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(subject_type="pairwise")))

    hint = await read_id_token_hint(token)

    assert hint is not None
    assert hint.session_id == session.id


async def test_rfc8693_an_exchanged_token_names_the_session_as_its_own_client_does(
    browser: httpx.AsyncClient, session: Session
) -> None:
    backend, open_one = await make_machine(browser, subject_type="pairwise"), await make_machine(browser)
    audiences = (backend.client.id, open_one.client.id)
    front = await make_hidden(browser, "front.example.com", allowed_audiences=audiences)
    given = (await tokens_of(front))["access_token"]

    traded = claims_of((await backend.trade(given)).json()["access_token"])
    seen = await backend.introspect(given)
    shown = claims_of((await open_one.trade(given)).json()["access_token"])

    assert traded["sid"] == seen["sid"] == await sid_for(backend.client, session.id)
    assert claims_of(given)["sid"] not in {traded["sid"], session.id}
    assert shown["sid"] == session.id
    assert session.id not in orjson.dumps([traded, seen]).decode()


async def test_a_token_from_before_its_client_was_pairwise_tells_another_one_no_id(
    browser: httpx.AsyncClient, session: Session
) -> None:
    backend = await make_machine(browser, subject_type="pairwise")
    front = await make_party(browser, allowed_audiences=(backend.client.id,))
    given = (await front.tokens())["access_token"]
    await commit(update_client(SYSTEM, front.client.id, ClientChanges(subject_type="pairwise")))

    seen = await backend.introspect(given)

    assert seen["sid"] == await sid_for(backend.client, session.id) != session.id


async def test_logging_out_with_a_refreshed_id_token_does_not_ask(hidden: Party, session: Session) -> None:
    given = await tokens_of(hidden, scope="openid offline_access")
    hint = (await hidden.refresh(given["refresh_token"])).json()["id_token"]

    answer = await hidden.browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert 'id="confirm"' not in answer.text
    assert await is_over(session)
