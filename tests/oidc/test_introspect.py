"""What a token is worth right now (RFC 7662)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock
from app.kit.actor import SYSTEM
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.machines import ASSERTION_TYPE, Machine, make_machine, make_signer
from tests.oidc.support import Party, claims_of, make_party
from tests.support import ISSUER, as_user, commit, counted_statements

INACTIVE = {"active": False}


@pytest.fixture
async def service(browser: httpx.AsyncClient) -> Machine:
    """A resource server."""
    return await make_machine(browser, name="Service")


@pytest.fixture
async def reading(browser: httpx.AsyncClient, service: Machine) -> Party:
    """An application whose tokens are for the service."""
    return await make_party(browser, allowed_audiences=(service.client.id,))


async def introspect(party: Party, token: str, **form: str | None) -> dict[str, Any]:
    answer = await party.post("/oauth2/introspect", {"token": token, **form})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return dict(answer.json())


async def test_rfc7662_2_2_a_live_access_token_is_described(party: Party, session: Session) -> None:
    token = (await party.tokens(scope="openid email"))["access_token"]

    body = await introspect(party, token)

    assert body == {"active": True, "token_type": "Bearer", **claims_of(token)}
    assert (body["sub"], body["client_id"], body["scope"]) == (session.user_id, party.client.id, "openid email")
    assert (body["iss"], body["aud"]) == (ISSUER, ISSUER)


async def test_rfc7662_2_2_a_refresh_token_is_described_to_its_client(party: Party, session: Session) -> None:
    token = (await party.tokens(scope="openid offline_access"))["refresh_token"]

    body = await introspect(party, token, token_type_hint="access_token")

    assert (body["active"], body["sub"], body["client_id"]) == (True, session.user_id, party.client.id)
    assert (body["scope"], body["sid"]) == ("openid offline_access", session.id)
    assert body["exp"] - body["iat"] == 14 * 86_400
    assert "token_type" not in body
    assert (await party.refresh(token)).status_code == 200


async def test_a_refresh_token_that_gives_nothing_any_more_is_inactive(
    party: Party, session: Session, user: User
) -> None:
    tokens = await party.tokens(scope="openid")
    renewed = (await party.refresh(tokens["refresh_token"])).json()["refresh_token"]

    assert await introspect(party, tokens["refresh_token"]) == INACTIVE
    assert (await introspect(party, renewed))["active"] is True
    assert await introspect(party, renewed[:-1] + ("A" if renewed[-1] != "A" else "B")) == INACTIVE
    with clock.frozen() as now:
        now.advance(timedelta(days=15))
        assert await introspect(party, renewed) == INACTIVE
    await commit(end_session(as_user(user), session.id))
    assert await introspect(party, renewed) == INACTIVE


async def test_rfc7662_2_1_without_a_client_nothing_is_told(
    browser: httpx.AsyncClient, party: Party, public_party: Party, session: Session
) -> None:
    token = (await public_party.tokens())["access_token"]

    bare = await browser.post("/oauth2/introspect", data={"token": token})
    public = await public_party.post("/oauth2/introspect", {"token": token})
    wrong = await party.post("/oauth2/introspect", {"token": token}, auth=(party.client.id, "wrong"))

    for answer in (bare, public, wrong):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"] == 'Basic realm="auther"'


async def test_rfc7662_4_another_clients_tokens_are_inactive(party: Party, service: Machine, session: Session) -> None:
    tokens = await party.tokens(scope="openid offline_access")

    assert await introspect(service, tokens["access_token"]) == INACTIVE
    assert await introspect(service, tokens["refresh_token"]) == INACTIVE


async def test_a_service_sees_access_tokens_that_are_meant_for_it(
    reading: Party, service: Machine, session: Session
) -> None:
    tokens = await reading.tokens(scope="openid offline_access")

    assert (await introspect(service, tokens["access_token"]))["sub"] == session.user_id
    assert await introspect(service, tokens["refresh_token"]) == INACTIVE
    await commit(update_client(SYSTEM, reading.client.id, ClientChanges(allowed_audiences=())))
    assert await introspect(service, tokens["access_token"]) == INACTIVE


async def test_a_service_sees_tokens_with_it_as_audience(browser: httpx.AsyncClient, service: Machine) -> None:
    caller = await make_machine(browser, allowed_audiences=(service.client.id,))
    token = await caller.token(audience=service.client.id)
    await commit(update_client(SYSTEM, caller.client.id, ClientChanges(allowed_audiences=())))

    body = await introspect(service, token)

    assert (body["active"], body["sub"], body["sub_type"]) == (True, caller.client.id, "client")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "art_nothing", "x" * 10_000, "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_inactive(party: Party, token: str) -> None:
    assert await introspect(party, token) == INACTIVE


async def test_codes_and_id_tokens_are_inactive(party: Party, session: Session) -> None:
    assert await introspect(party, await party.code()) == INACTIVE
    assert await introspect(party, (await party.tokens())["id_token"]) == INACTIVE


async def test_a_token_is_asked_for(party: Party) -> None:
    answer = await party.post("/oauth2/introspect", {})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_an_expired_access_token_is_inactive(party: Party, session: Session) -> None:
    with clock.frozen() as now:
        token = (await party.tokens())["access_token"]
        now.advance(timedelta(minutes=15))

        assert await introspect(party, token) == INACTIVE


async def test_a_key_proves_the_client_here_too(browser: httpx.AsyncClient) -> None:
    signer = await make_signer(browser)
    token = (await signer.prove(signer.assertion())).json()["access_token"]
    form = {"token": token, "client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion()}

    answer = await signer.post("/oauth2/introspect", form, headers={})

    assert answer.json()["active"] is True


async def test_an_introspection_takes_one_statement(party: Party, service: Machine, session: Session) -> None:
    tokens = await party.tokens(scope="openid offline_access")
    own = await service.token()
    for client, token in ((party, tokens["access_token"]), (party, tokens["refresh_token"]), (service, own)):
        with counted_statements() as statements:
            assert (await introspect(client, token))["active"] is True
        assert len(statements) == 1, statements
