"""What applications get while an operator acts as a user: tokens that say so, and end with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.authz.service import revoke_relation
from app.authz.types import TupleKey
from app.clients.types import ClientKind
from app.impersonation.rules import DEFAULT_TTL
from app.impersonation.service import sweep_acting
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.oidc.consents import grant_consent
from app.oidc.service import find_access_token
from app.oidc.subjects import subject_for
from app.sessions.service import end_session
from app.users.types import User
from tests.impersonation.support import LONGEST, Desk
from tests.oidc.conftest import keys as keys
from tests.oidc.support import AFTER_LOGOUT, Party, answer_of, claims_of, make_party
from tests.support import as_user, commit, read_everything

REFRESH = ("authorization_code", "refresh_token")
SCOPES = ("openid", "profile", "email", "offline_access", "auther:api", "read")


@pytest.fixture
async def party(desk: Desk) -> Party:
    return await make_party(desk.visitor.client, grant_types=REFRESH, scopes=SCOPES)


async def tokens_of(party: Party, **changes: str | None) -> dict[str, Any]:
    return await party.tokens(scope="openid email read", **changes)


async def test_access_and_id_token_are_the_users_and_name_the_operator(desk: Desk, user: User, party: Party) -> None:
    own = await desk.session()
    await desk.begin(user)
    session = await desk.session()

    tokens = await tokens_of(party)

    for name in ("access_token", "id_token"):
        claims = claims_of(tokens[name])
        assert (claims["sub"], claims["sid"]) == (user.id, session.id)
        assert claims["act"] == {"sub": desk.operator.id}
        assert claims["impersonator"] == desk.operator.id
        assert (claims["acr"], claims["amr"]) == (own.acr, list(own.amr))
        assert claims["auth_time"] == int(own.auth_time.timestamp())


async def test_tokens_of_people_themselves_name_nobody(desk: Desk, user: User, party: Party) -> None:
    tokens = await tokens_of(party)

    for name in ("access_token", "id_token"):
        assert not {"act", "impersonator"} & set(claims_of(tokens[name]))


async def test_userinfo_and_introspection_say_the_same(desk: Desk, user: User, party: Party) -> None:
    await desk.begin(user)
    tokens = await tokens_of(party)

    userinfo = (await party.userinfo(tokens["access_token"])).json()
    access, refresh = [
        (await party.post("/oauth2/introspect", {"token": tokens[name]})).json()
        for name in ("access_token", "refresh_token")
    ]

    assert (userinfo["sub"], userinfo["email"]) == (user.id, "jane@example.com")
    for told in (userinfo, access, refresh):
        assert (told["act"], told["impersonator"]) == ({"sub": desk.operator.id}, desk.operator.id)


async def test_whoever_reads_the_token_knows_the_operator(desk: Desk, user: User, party: Party) -> None:
    await desk.begin(user)

    access = await find_access_token((await tokens_of(party))["access_token"])

    assert access is not None
    assert (access.user.id, access.impersonator_id) == (user.id, desk.operator.id)


async def test_the_operator_is_named_pairwise_to_who_knows_users_so(desk: Desk, user: User) -> None:
    party = await make_party(desk.visitor.client, grant_types=REFRESH, subject_type="pairwise")
    await desk.begin(user)

    claims = claims_of((await party.tokens(scope="openid"))["id_token"])

    named = await subject_for(party.client, desk.operator.id)
    assert named != desk.operator.id
    assert (claims["sub"], claims["impersonator"]) == (await subject_for(party.client, user.id), named)
    assert claims["act"] == {"sub": named}


async def test_nothing_lives_longer_than_the_session(desk: Desk, user: User) -> None:
    party = await make_party(desk.visitor.client, grant_types=REFRESH, scopes=SCOPES, access_token_ttl_seconds=3600)
    with clock.frozen() as time:
        await desk.begin(user, ttlSeconds=600)
        end = int((await desk.session()).expires_at.timestamp())
        time.advance(timedelta(minutes=4))

        tokens = await tokens_of(party)
        refreshed = (await party.refresh(tokens["refresh_token"])).json()

        for each in (tokens, refreshed):
            assert each["expires_in"] == 360
            assert claims_of(each["access_token"])["exp"] == claims_of(each["id_token"])["exp"] == end
        ends = await db.fetch("SELECT expires_at, refresh_expires_at FROM oidc_grant")
        assert {int(moment.timestamp()) for row in ends for moment in row} == {end}
        time.advance(timedelta(minutes=6))
        assert (await party.refresh(refreshed["refresh_token"])).json()["error"] == "invalid_grant"
        assert (await party.userinfo(refreshed["access_token"])).status_code == 401


async def test_no_offline_access_and_nothing_of_our_own_api(desk: Desk, user: User, party: Party) -> None:
    await desk.begin(user)

    tokens = await party.tokens(scope="openid offline_access auther:api read")

    assert tokens["scope"] == "openid read"
    answer = await desk.visitor.client.post(
        "/graphql",
        json={"query": "{ viewer { user { id } } }"},
        headers={"authorization": f"Bearer {tokens['access_token']}", "accept": "application/json"},
    )
    assert answer.json()["errors"][0]["extensions"]["reason"] == "graph_scope_missing"
    refused = answer_of(await party.authorize(scope="auther:api"))
    assert refused["error"] == "invalid_scope"


async def test_families_end_with_it(desk: Desk, user: User, party: Party) -> None:
    await desk.begin(user)
    tokens = await tokens_of(party)

    await desk.visitor.submit(await desk.visitor.get("/impersonation/stop"), "stop-form")

    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_families_end_with_the_operators_session(desk: Desk, user: User, party: Party) -> None:
    await desk.begin(user)
    tokens = await tokens_of(party)

    await commit(end_session(as_user(desk.operator), (await desk.session()).parent_id or ""))

    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_codes_and_refreshes_of_an_operator_who_may_not_any_more_give_nothing(
    desk: Desk, user: User, party: Party
) -> None:
    await desk.begin(user)
    tokens, code = await tokens_of(party), await party.code(scope="openid")

    await commit(revoke_relation(SYSTEM, TupleKey("users", "*", "admin", "user", desk.operator.id)))

    assert (await party.redeem(code)).json()["error"] == "invalid_grant"
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    await commit(sweep_acting())
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_what_ran_out_gives_no_code(desk: Desk, user: User, party: Party) -> None:
    with clock.frozen() as time:
        await desk.begin(user)
        time.advance(DEFAULT_TTL)

        silent = answer_of(await party.authorize(prompt="none"))
        shown = await party.authorize()

    assert silent["error"] == "login_required"
    assert shown.headers["location"].startswith("/signin?flow=")


@pytest.mark.parametrize(
    "wishes",
    [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}, {"acr_values": "mfa"}],
    ids=["login", "select_account", "max_age", "mfa"],
)
async def test_the_operator_cannot_sign_in_for_the_user(
    desk: Desk, user: User, party: Party, wishes: dict[str, str]
) -> None:
    with clock.frozen() as time:
        await desk.begin(user, ttlSeconds=LONGEST)
        time.advance(timedelta(seconds=5))

        answer = answer_of(await party.authorize(**wishes))

    assert answer["error"] == "login_required"


async def test_the_operator_cannot_agree_for_the_user(desk: Desk, user: User) -> None:
    party = await make_party(desk.visitor.client, is_first_party=False, kind=ClientKind.WEB)
    await desk.begin(user)
    await desk.viewer()
    before = await read_everything()

    refused = [answer_of(await party.authorize(**wishes))["error"] for wishes in ({}, {"prompt": "consent"})]

    assert refused == ["consent_required"] * 2
    assert await read_everything() == before
    await commit(grant_consent(SYSTEM, user.id, party.client.id, ("openid", "profile", "email")))
    assert "code" in answer_of(await party.authorize())


async def test_signing_out_by_the_applications_wish_leaves_the_operator_signed_in(
    desk: Desk, user: User, party: Party
) -> None:
    await desk.begin(user)
    tokens = await tokens_of(party)

    answer = await desk.visitor.client.get(
        "/oauth2/logout", params={"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, AFTER_LOGOUT)
    assert desk.acting_token is None
    assert await desk.who() == desk.operator.id
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_so_does_a_logout_just_after_acting_was_over(desk: Desk, user: User, party: Party) -> None:
    with clock.frozen() as now:
        await desk.begin(user)
        tokens = await tokens_of(party)
        now.advance(timedelta(seconds=LONGEST))

        await desk.visitor.client.get("/oauth2/logout", params={"id_token_hint": tokens["id_token"]})

        assert desk.acting_token is None
        assert await desk.who() == desk.operator.id
