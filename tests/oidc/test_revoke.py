"""Token revocation (RFC 7009)."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.kit import clock, db
from app.sessions.types import Session
from tests.oidc.support import Party, make_party


async def revoke(party: Party, token: str | None, **more: str) -> httpx.Response:
    return await party.post("/oauth2/revoke", {"token": token, **more})


async def test_rfc7009_2_1_a_refresh_token_takes_its_family_and_access_tokens_with_it(
    party: Party, session: Session
) -> None:
    tokens = await party.tokens()

    answer = await revoke(party, tokens["refresh_token"])

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_an_access_token_goes_alone(party: Party, session: Session) -> None:
    tokens = await party.tokens()

    assert (await revoke(party, tokens["access_token"], token_type_hint="access_token")).status_code == 200

    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    renewed = (await party.refresh(tokens["refresh_token"])).json()
    assert (await party.userinfo(renewed["access_token"])).status_code == 200


async def test_rfc7009_2_1_a_wrong_hint_does_not_matter(party: Party, session: Session) -> None:
    tokens = await party.tokens()

    await revoke(party, tokens["refresh_token"], token_type_hint="access_token")

    assert (await party.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_spent_refresh_token_revokes_its_family(party: Party, session: Session) -> None:
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()

    await revoke(party, first["refresh_token"])

    assert (await party.refresh(second["refresh_token"])).status_code == 400


async def test_rfc7009_2_2_unknown_tokens_are_as_good_as_revoked(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        tokens = await party.tokens()
        stopped.advance(timedelta(hours=1))
        for token in ("nonsense", "art_" + "a" * 112, tokens["access_token"], tokens["id_token"]):
            assert (await revoke(party, token)).status_code == 200

    assert await db.fetch_value("SELECT count(*) FROM oidc_revoked_token") == 0


async def test_rfc7009_2_1_a_token_of_another_client_is_refused_and_stays(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser)
    tokens = await party.tokens()

    for token in (tokens["access_token"], tokens["refresh_token"]):
        answer = await revoke(other, token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_made_up_token_of_a_known_family_revokes_nothing(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    assert (await revoke(party, token[:30] + "A" * 86)).status_code == 200

    assert (await party.refresh(token)).status_code == 200


async def test_rfc7009_2_1_the_client_must_authenticate(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    answer = await party.post("/oauth2/revoke", {"token": token}, auth=(party.client.id, "wrong"))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await party.refresh(token)).status_code == 200


async def test_a_public_client_revokes_its_own(public_party: Party, session: Session) -> None:
    token = (await public_party.tokens())["refresh_token"]

    assert (await revoke(public_party, token)).status_code == 200

    assert (await public_party.refresh(token)).status_code == 400


async def test_rfc7009_2_1_a_request_without_token_is_refused(party: Party) -> None:
    answer = await revoke(party, None)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_revoking_twice_is_fine(party: Party, session: Session) -> None:
    tokens = await party.tokens()

    for token in (tokens["access_token"], tokens["access_token"], tokens["refresh_token"], tokens["refresh_token"]):
        assert (await revoke(party, token)).status_code == 200
