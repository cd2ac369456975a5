"""A scope that operators took from a client goes on in nothing that the client gets from then on."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.types import Session
from tests.oidc.devices import make_device
from tests.oidc.support import Party, claims_of, make_party
from tests.support import commit

WIDE = ("openid", "email", "offline_access", "auther:api")
WANTED = " ".join(WIDE)
API = "{ viewer { user { id } } }"


@pytest.fixture
async def wide(browser: httpx.AsyncClient) -> Party:
    return await make_party(browser, scopes=WIDE)


async def take(party: Party, *left: str) -> None:
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(scopes=left)))


async def test_a_refresh_gives_what_the_client_may_still_have(wide: Party, session: Session) -> None:
    token = (await wide.tokens(scope=WANTED))["refresh_token"]
    await take(wide, "openid", "email", "offline_access")

    body = (await wide.refresh(token)).json()

    assert body["scope"] == "openid email offline_access"
    assert claims_of(body["access_token"])["scope"] == "openid email offline_access"
    wide.browser.cookies.clear()
    bearer = {"authorization": f"Bearer {body['access_token']}"}
    refused = (await wide.browser.post("/graphql", json={"query": API}, headers=bearer)).json()
    assert refused["errors"][0]["extensions"]["reason"] == "graph_scope_missing"


async def test_what_is_asked_for_in_a_refresh_is_narrowed_as_well(wide: Party, session: Session) -> None:
    token = (await wide.tokens(scope=WANTED))["refresh_token"]
    await take(wide, "openid", "email", "offline_access")

    some = await wide.refresh(token, scope="openid auther:api")
    none = await wide.refresh(some.json()["refresh_token"], scope="auther:api")
    wider = await wide.refresh(some.json()["refresh_token"], scope="openid profile")

    assert some.json()["scope"] == "openid"
    for answer in (none, wider):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_where_nothing_is_left_the_refresh_is_refused_and_spends_nothing(wide: Party, session: Session) -> None:
    token = (await wide.tokens(scope="openid email"))["refresh_token"]
    await take(wide, "profile")

    refused = await wide.refresh(token)
    await take(wide, *WIDE)
    again = await wide.refresh(token)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert again.json()["scope"] == "openid email"


async def test_a_code_gives_what_the_client_may_still_have(wide: Party, session: Session) -> None:
    some, none = await wide.code(scope=WANTED), await wide.code(scope="email auther:api")
    await take(wide, "openid")

    body = (await wide.redeem(some)).json()
    refused = await wide.redeem(none)

    assert body["scope"] == "openid"
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 1


async def test_a_third_party_that_may_not_go_offline_any_more_gets_no_refresh_token(
    browser: httpx.AsyncClient, session: Session
) -> None:
    device = await make_device(browser, is_first_party=False, scopes=("openid", "offline_access"))
    await device.begin(scope="openid offline_access")
    await device.let_in()
    await take(device, "openid")

    body = (await device.poll()).json()

    assert body["scope"] == "openid"
    assert "refresh_token" not in body


async def test_a_family_ends_with_its_session_once_the_client_may_not_go_offline(wide: Party, session: Session) -> None:
    token = (await wide.tokens(scope="openid offline_access"))["refresh_token"]
    await db.execute("UPDATE sessions_session SET expires_at = $1", clock.now() - timedelta(seconds=1))
    described = (await wide.post("/oauth2/introspect", {"token": token})).json()

    await take(wide, "openid")

    assert described["active"] is True
    assert (await wide.post("/oauth2/introspect", {"token": token})).json() == {"active": False}
    assert (await wide.refresh(token)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_is_described_by_what_it_would_give(wide: Party, session: Session) -> None:
    token = (await wide.tokens(scope="email auther:api"))["refresh_token"]

    await take(wide, "email")
    some = (await wide.post("/oauth2/introspect", {"token": token})).json()
    await take(wide, "openid")
    none = (await wide.post("/oauth2/introspect", {"token": token})).json()

    assert (some["active"], some["scope"]) == (True, "email")
    assert none == {"active": False}
