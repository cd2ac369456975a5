"""A code is used once, by who asked for it, within a minute."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.oidc.support import CALLBACK, VERIFIER, Party, make_party
from tests.support import as_user, commit

OTHER_VERIFIER = "x" * 43


async def assert_refused(answer: httpx.Response, error: str = "invalid_grant") -> None:
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant WHERE revoked_at IS NULL") == 0


async def test_rfc6749_5_1_a_code_gives_tokens(party: Party, session: Session) -> None:
    answer = await party.redeem(await party.code())

    assert answer.status_code == 200
    assert set(answer.json()) == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "refresh_token",
        "id_token",
    }
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 900
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


async def test_rfc6749_4_1_2_a_code_used_twice_is_refused_and_revokes_what_it_gave(
    party: Party, session: Session, user: User
) -> None:
    code = await party.code()
    tokens = (await party.redeem(code)).json()

    again = await party.redeem(code)

    await assert_refused(again)
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    audit = await db.fetch("SELECT * FROM events_audit WHERE action = 'oidc.code_reused'")
    assert [(row["outcome"], row["actor_id"], row["about_user_id"]) for row in audit] == [
        ("denied", party.client.id, user.id)
    ]


async def test_a_code_used_again_after_it_expired_still_revokes(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        code = await party.code()
        tokens = (await party.redeem(code)).json()
        stopped.advance(timedelta(minutes=10))

        await party.redeem(code)

        assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_rfc6749_10_5_of_a_hundred_concurrent_redemptions_one_wins_and_loses_its_tokens_to_the_replays(
    party: Party, session: Session
) -> None:
    code = await party.code()

    answers = await asyncio.gather(*(party.redeem(code) for _ in range(100)))

    won = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [answer.json()["error"] for answer in answers if answer.status_code != 200]
    assert len(won) == 1
    assert lost == ["invalid_grant"] * 99
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 1
    assert (await party.refresh(won[0]["refresh_token"])).json()["error"] == "invalid_grant"
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'oidc.code_reused'") == 1


async def test_rfc6749_4_1_3_a_code_of_another_client_is_refused_and_still_works_for_its_own(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser)
    code = await party.code()

    await assert_refused(await other.redeem(code))

    assert (await party.redeem(code)).status_code == 200


@pytest.mark.parametrize("sent", [None, "https://app.example.com/callback/", "https://app.example.com/other"])
async def test_rfc6749_4_1_3_the_redirect_uri_must_be_repeated(
    party: Party, session: Session, sent: str | None
) -> None:
    await assert_refused(await party.redeem(await party.code(), redirect_uri=sent))


async def test_a_code_lives_for_a_minute(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        code, late = await party.code(), await party.code()
        stopped.advance(timedelta(seconds=59))
        in_time = await party.redeem(code)
        stopped.advance(timedelta(seconds=1))

        too_late = await party.redeem(late)

    assert in_time.status_code == 200
    assert too_late.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", [None, OTHER_VERIFIER, VERIFIER.lower(), VERIFIER + "=", "short", "é" * 43])
async def test_rfc7636_4_6_a_challenge_needs_its_verifier(party: Party, session: Session, verifier: str | None) -> None:
    await assert_refused(await party.redeem(await party.code(), code_verifier=verifier))


async def test_rfc9700_4_8_2_a_verifier_without_a_challenge_is_refused(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, require_pkce=False)
    code = await party.code(code_challenge=None, code_challenge_method=None)

    await assert_refused(await party.redeem(code, code_verifier=VERIFIER))


async def test_a_wrong_verifier_does_not_burn_the_code(party: Party, session: Session) -> None:
    code = await party.code()
    await party.redeem(code, code_verifier=OTHER_VERIFIER)

    assert (await party.redeem(code)).status_code == 200


async def test_a_made_up_code_is_refused(party: Party, session: Session) -> None:
    await assert_refused(await party.redeem("acd_" + "A" * 43))


async def test_a_code_ends_with_its_session(party: Party, session: Session, user: User) -> None:
    code = await party.code()
    await commit(end_session(as_user(user), session.id))

    await assert_refused(await party.redeem(code))


async def test_a_code_ends_with_a_ban(party: Party, session: Session, user: User) -> None:
    code = await party.code()
    await commit(ban_user(SYSTEM, user.id, reason=None, until=None))

    await assert_refused(await party.redeem(code))


async def test_a_code_ends_with_its_user(party: Party, session: Session, user: User) -> None:
    code = await party.code()
    await commit(delete_user(SYSTEM, user.id))

    await assert_refused(await party.redeem(code))


async def test_rfc6749_5_2_what_is_missing_is_named(party: Party, session: Session) -> None:
    no_code = await party.post("/oauth2/token", {"grant_type": "authorization_code", "redirect_uri": CALLBACK})
    no_grant_type = await party.post("/oauth2/token", {"code": "acd_x"})

    assert no_code.json() == {"error": "invalid_request", "error_description": "code is missing."}
    assert no_grant_type.json() == {"error": "invalid_request", "error_description": "grant_type is missing."}


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
async def test_rfc6749_5_2_a_grant_type_that_is_not_offered(party: Party, grant_type: str) -> None:
    answer = await party.post("/oauth2/token", {"grant_type": grant_type})

    await assert_refused(answer, "unsupported_grant_type")


async def test_rfc6749_5_2_a_grant_type_that_the_client_lacks(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, grant_types=("authorization_code",))

    answer = await party.refresh("art_x")

    await assert_refused(answer, "unauthorized_client")


async def test_rfc6749_3_2_a_parameter_sent_twice_is_refused(party: Party) -> None:
    assert party.secret is not None
    answer = await party.browser.post(
        "/oauth2/token",
        content="grant_type=authorization_code&code=a&code=b",
        headers={"content-type": "application/x-www-form-urlencoded"},
        auth=(party.client.id, party.secret),
    )

    await assert_refused(answer, "invalid_request")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"grant_type": "authorization_code"}', "application/json"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"code=a%00b", "application/x-www-form-urlencoded"),
        (b"code=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(70)), "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(party: Party, content: bytes, media_type: str) -> None:
    answer = await party.browser.post("/oauth2/token", content=content, headers={"content-type": media_type})

    await assert_refused(answer, "invalid_request")


async def test_rfc6749_2_3_1_secrets_in_the_query_are_refused(party: Party, session: Session) -> None:
    assert party.secret is not None
    code = await party.code()
    query = {"client_id": party.client.id, "client_secret": party.secret}

    answer = await party.browser.post(
        "/oauth2/token", params=query, data={"grant_type": "authorization_code", "code": code}
    )

    await assert_refused(answer, "invalid_request")


async def test_rfc6749_3_2_only_post(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/oauth2/token?grant_type=authorization_code")

    assert answer.status_code == 405
