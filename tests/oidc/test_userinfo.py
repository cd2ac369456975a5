"""The userinfo endpoint."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock
from app.kit.actor import SYSTEM
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user, unban_user, update_user
from app.users.types import User, UserChanges
from tests.oidc.support import Party
from tests.support import as_user, commit


def assert_challenge(answer: httpx.Response, status: int, error: str | None) -> None:
    assert answer.status_code == status
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="auther"')
    assert (f'error="{error}"' in challenge) if error else ("error=" not in challenge)
    assert answer.headers["cache-control"] == "no-store"


async def test_oidc_core_5_3_2_claims_of_the_scopes(party: Party, session: Session, user: User) -> None:
    answer = await party.userinfo((await party.tokens(scope="openid profile email"))["access_token"])

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "sub": user.id,
        "name": "Ada Lovelace",
        "preferred_username": "ada",
        "updated_at": int(user.updated_at.timestamp()),
        "email": "ada@example.com",
        "email_verified": True,
    }


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid profile", {"sub", "name", "preferred_username", "updated_at"}),
        ("email openid", {"sub", "email", "email_verified"}),
    ],
)
async def test_oidc_core_5_4_only_what_the_scope_carries(
    party: Party, session: Session, scope: str, names: set[str]
) -> None:
    answer = await party.userinfo((await party.tokens(scope=scope))["access_token"])

    assert set(answer.json()) == names


async def test_claims_are_those_of_the_moment(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens())["access_token"]
    await commit(update_user(SYSTEM, user.id, UserChanges(name="Countess", locale="de", zoneinfo="Europe/Berlin")))

    claims = (await party.userinfo(token)).json()

    assert (claims["name"], claims["locale"], claims["zoneinfo"]) == ("Countess", "de", "Europe/Berlin")


async def test_rfc6750_2_1_post_with_the_header(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    answer = await party.browser.post("/oauth2/userinfo", headers={"authorization": f"bearer {token}"})

    assert answer.status_code == 200


async def test_rfc6750_2_2_post_with_the_body(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    answer = await party.browser.post("/oauth2/userinfo", data={"access_token": token})

    assert answer.status_code == 200


async def test_rfc6750_2_3_a_token_in_the_query_is_not_looked_at(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    assert_challenge(await party.browser.get("/oauth2/userinfo", params={"access_token": token}), 401, None)


async def test_rfc6750_2_two_tokens_are_refused(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    answer = await party.browser.post(
        "/oauth2/userinfo", data={"access_token": token}, headers={"authorization": f"Bearer {token}"}
    )

    assert_challenge(answer, 400, "invalid_request")


async def test_rfc6750_3_1_no_token_gets_a_challenge_without_a_code(browser: httpx.AsyncClient) -> None:
    assert_challenge(await browser.get("/oauth2/userinfo"), 401, None)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "abc"])
async def test_malformed_headers_are_refused(browser: httpx.AsyncClient, header: str) -> None:
    answer = await browser.get("/oauth2/userinfo", headers={"authorization": header})

    assert_challenge(answer, 400, "invalid_request")


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 100_000, "é"])
async def test_rfc6750_3_1_nonsense_is_an_invalid_token(browser: httpx.AsyncClient, token: str) -> None:
    answer = await browser.get("/oauth2/userinfo", headers={b"authorization": b"Bearer " + token.encode()})

    assert_challenge(answer, 401, "invalid_token")


async def test_an_id_token_is_refused(party: Party, session: Session) -> None:
    assert_challenge(await party.userinfo((await party.tokens())["id_token"]), 401, "invalid_token")


async def test_a_refresh_token_is_refused(party: Party, session: Session) -> None:
    assert_challenge(await party.userinfo((await party.tokens())["refresh_token"]), 401, "invalid_token")


async def test_a_changed_token_is_refused(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]
    changed = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]

    assert_challenge(await party.userinfo(changed), 401, "invalid_token")


async def test_an_expired_token_is_refused(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        token = (await party.tokens())["access_token"]
        stopped.advance(timedelta(minutes=14))
        in_time = await party.userinfo(token)
        stopped.advance(timedelta(minutes=3))

        late = await party.userinfo(token)

    assert in_time.status_code == 200
    assert_challenge(late, 401, "invalid_token")


async def test_the_end_of_the_session_ends_access(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens())["access_token"]

    await commit(end_session(as_user(user), session.id))

    assert_challenge(await party.userinfo(token), 401, "invalid_token")


async def test_a_ban_ends_access_for_good(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens())["access_token"]
    await commit(ban_user(SYSTEM, user.id, reason=None, until=None))

    assert_challenge(await party.userinfo(token), 401, "invalid_token")

    await commit(unban_user(SYSTEM, user.id))
    assert_challenge(await party.userinfo(token), 401, "invalid_token")


async def test_a_client_that_is_switched_off_gets_nothing(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    await commit(update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False)))

    assert_challenge(await party.userinfo(token), 401, "invalid_token")


async def test_a_deleted_user_has_no_claims(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens())["access_token"]

    await commit(delete_user(SYSTEM, user.id))

    assert_challenge(await party.userinfo(token), 401, "invalid_token")


async def test_rfc6750_3_1_a_token_without_openid_has_an_insufficient_scope(party: Party, session: Session) -> None:
    token = (await party.tokens(scope="profile"))["access_token"]

    assert_challenge(await party.userinfo(token), 403, "insufficient_scope")


async def test_rfc6750_2_2_a_get_brings_no_token_in_its_body(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    answer = await party.browser.request("GET", "/oauth2/userinfo", data={"access_token": token})

    assert_challenge(answer, 401, None)
