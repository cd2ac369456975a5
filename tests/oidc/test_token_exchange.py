"""A token is traded for another one (RFC 8693)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import TOKEN_EXCHANGE, ClientChanges, ClientKind
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.oidc.trade.types import MAX_ACTORS
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.oidc.machines import ACCESS_TOKEN_TYPE, Machine, give_document, make_machine
from tests.oidc.support import Party, claims_of, make_party
from tests.support import ISSUER, as_user, commit, deciding, read_everything

SCOPES = ("openid", "email", "read", "write")
NOTED = ("events_", "clients_secret")


class Mesh:
    """An application that users sign in to, a service that it calls, and a service behind that one."""

    def __init__(self, app: Party, front: Machine, back: Machine) -> None:
        self.app, self.front, self.back = app, front, back

    async def user_token(self, scope: str = "openid email read offline_access") -> str:
        return str((await self.app.tokens(scope=scope))["access_token"])

    async def traded(self, **form: str | None) -> str:
        """The user's token as the front service has it for the back service."""
        answer = await self.front.trade(await self.user_token(), **{"audience": self.back.client.id, **form})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@pytest.fixture
async def mesh(browser: httpx.AsyncClient, session: Session) -> Mesh:
    front = await make_machine(browser, name="Front", scopes=SCOPES)
    back = await make_machine(browser, name="Back", scopes=SCOPES, token_exchange_clients=(front.client.id,))
    app = await make_party(
        browser, kind=ClientKind.SPA, scopes=(*SCOPES, "offline_access"), allowed_audiences=(front.client.id,)
    )
    return Mesh(app, front, back)


async def assert_refused(machine: Machine, token: str, error: str, **form: str | None) -> None:
    """Refused, and nothing changed but the trail."""
    before = await _read_state()

    answer = await machine.trade(token, **form)

    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text
    assert token not in answer.text
    assert await _read_state() == before


async def _read_state() -> dict[str, str | None]:
    """Everything but the trail, and when a secret was last used."""
    return {name: rows for name, rows in (await read_everything()).items() if not name.startswith(NOTED)}


async def test_rfc8693_2_2_1_the_answer_is_an_access_token_and_says_so(mesh: Mesh) -> None:
    token = await mesh.user_token()

    answer = await mesh.front.trade(token, audience=mesh.back.client.id)

    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(body) == {"access_token", "issued_token_type", "token_type", "expires_in", "scope"}
    assert (body["issued_token_type"], body["token_type"]) == (ACCESS_TOKEN_TYPE, "Bearer")
    assert body["scope"] == "openid email read"
    assert 890 <= body["expires_in"] <= 900


async def test_rfc8693_4_1_the_new_token_names_subject_and_actor(mesh: Mesh, session: Session) -> None:
    claims = claims_of(await mesh.traded())

    assert (claims["sub"], claims["sid"]) == (session.user_id, session.id)
    assert claims["aud"] == [ISSUER, mesh.back.client.id]
    assert claims["client_id"] == mesh.front.client.id
    assert claims["act"] == {"sub": mesh.front.client.id, "sub_type": "client"}
    assert "impersonator" not in claims


async def test_rfc8693_4_1_a_chain_of_services_is_nested(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    last = await make_machine(browser, scopes=SCOPES, token_exchange_clients=(mesh.back.client.id,))

    answer = await mesh.back.trade(await mesh.traded(), audience=last.client.id)

    front, back = mesh.front.client.id, mesh.back.client.id
    nested = {"sub": back, "sub_type": "client", "act": {"sub": front, "sub_type": "client"}}
    assert claims_of(answer.json()["access_token"])["act"] == nested


async def test_a_chain_has_an_end(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    one = await make_machine(browser, allowed_audiences=(), scopes=SCOPES)
    two = await make_machine(browser, scopes=SCOPES, token_exchange_clients=(one.client.id,))
    await commit(update_client(SYSTEM, one.client.id, ClientChanges(token_exchange_clients=(two.client.id,))))
    token, machines = await one.token(), (one, two)
    for n in range(MAX_ACTORS + 1):
        answer = await machines[n % 2].trade(token, audience=machines[(n + 1) % 2].client.id)
        assert answer.status_code == 200, answer.text
        token = str(answer.json()["access_token"])

    final = await machines[(MAX_ACTORS + 1) % 2].trade(token, audience=machines[MAX_ACTORS % 2].client.id)

    assert (final.status_code, final.json()["error"]) == (400, "invalid_request")


async def test_rfc8693_1_1_with_an_actor_token_the_actor_acts(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    robot = await mesh.front.token()

    delegated = claims_of(await mesh.traded(actor_token=robot, actor_token_type=ACCESS_TOKEN_TYPE))

    assert delegated["act"] == {"sub": mesh.front.client.id, "sub_type": "client"}


async def test_rfc8693_1_1_a_user_may_act_for_another_one(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    """Both came to the same application, which holds both tokens."""
    desk = await make_party(
        browser, kind=ClientKind.WEB, scopes=SCOPES,
        grant_types=("authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"),
    )  # fmt: skip
    machine = Machine(desk.client, desk.secret, browser)
    token = (await desk.tokens(scope="openid read"))["access_token"]
    subject = claims_of(token)["sub"]

    answer = await machine.trade(token, actor_token=token, actor_token_type=ACCESS_TOKEN_TYPE)

    assert claims_of(answer.json()["access_token"])["act"] == {"sub": subject}


async def test_the_permissions_are_those_of_the_subject_in_the_target(mesh: Mesh, session: Session) -> None:
    await give_document(mesh.back.client, "user", session.user_id, "viewer")

    claims = claims_of(await mesh.traded())

    assert claims["permissions"] == {f"{mesh.back.client.id}:document:1": ["read"]}


async def test_the_back_service_can_ask_the_live_check_with_it(mesh: Mesh, session: Session) -> None:
    await give_document(mesh.back.client, "user", session.user_id)
    asked = {"entityType": f"{mesh.back.client.id}:document", "entityId": "1", "permission": "share"}

    answer = await mesh.front.browser.post(
        "/api/auth/check-permission", json=asked, headers={"authorization": f"Bearer {await mesh.traded()}"}
    )

    assert (answer.json()["allowed"], answer.json()["subjectId"]) == (True, session.user_id)


async def test_a_client_narrows_its_own_token_without_anybody_acting(browser: httpx.AsyncClient) -> None:
    machine = await make_machine(browser, scopes=SCOPES)

    answer = await machine.trade(await machine.token(), scope="read")

    claims = claims_of(answer.json()["access_token"])
    assert (claims["scope"], claims["sub"], claims["sub_type"]) == ("read", machine.client.id, "client")
    assert "act" not in claims


async def test_the_scope_is_never_wider(mesh: Mesh) -> None:
    token = await mesh.user_token()
    back = mesh.back.client.id

    narrowed = await mesh.front.trade(token, audience=back, scope="read")

    assert narrowed.json()["scope"] == "read"
    for scope in ("write", "read write", "offline_access", "profile", 'bad "'):
        await assert_refused(mesh.front, token, "invalid_scope", audience=back, scope=scope)
    await assert_refused(mesh.front, str(narrowed.json()["access_token"]), "invalid_scope", scope="email")


async def test_claims_that_the_user_gave_one_application_stay_there(mesh: Mesh, session: Session) -> None:
    tokens = await mesh.app.tokens(scope="openid read", claims='{"userinfo": {"email": null}}')
    traded = await mesh.front.trade(tokens["access_token"], audience=mesh.back.client.id)

    assert "email" in (await mesh.app.userinfo(tokens["access_token"])).json()
    assert (await mesh.app.userinfo(traded.json()["access_token"])).json() == {"sub": session.user_id}


async def test_the_life_is_never_longer(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    await commit(update_client(SYSTEM, mesh.front.client.id, ClientChanges(access_token_ttl_seconds=3_600)))
    with clock.frozen() as now:
        token = await mesh.user_token()
        now.advance(timedelta(minutes=10))

        answer = await mesh.front.trade(token, audience=mesh.back.client.id)

    assert answer.json()["expires_in"] == 300
    assert claims_of(answer.json()["access_token"])["exp"] == claims_of(token)["exp"]


async def test_the_target_has_to_opt_in(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    token = await mesh.user_token()
    closed = await make_machine(browser)

    for audience in (closed.client.id, "nobody"):
        await assert_refused(mesh.front, token, "invalid_target", audience=audience)
    await assert_refused(mesh.front, token, "invalid_target", resource="https://back.example.com")
    await commit(update_client(SYSTEM, mesh.back.client.id, ClientChanges(is_enabled=False)))
    await assert_refused(mesh.front, token, "invalid_target", audience=mesh.back.client.id)


async def test_only_a_recipient_that_the_application_lists_may_trade_its_tokens(
    browser: httpx.AsyncClient, mesh: Mesh
) -> None:
    thief = await make_machine(browser, scopes=SCOPES)
    await commit(update_client(SYSTEM, mesh.back.client.id, ClientChanges(token_exchange_clients=(thief.client.id,))))

    for token in (await mesh.user_token(), await mesh.front.token()):
        await assert_refused(thief, token, "invalid_request", audience=mesh.back.client.id)


@pytest.mark.parametrize(
    "form",
    [
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"subject_token_type": "access_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"actor_token_type": ACCESS_TOKEN_TYPE},
        {"actor_token": "no-token"},
        {"actor_token": "no-token", "actor_token_type": ACCESS_TOKEN_TYPE},
    ],
)
async def test_rfc8693_2_1_requests_that_mean_nothing_are_refused(mesh: Mesh, form: dict[str, str | None]) -> None:
    await assert_refused(mesh.front, await mesh.user_token(), "invalid_request", **form)


async def test_other_tokens_than_access_tokens_are_refused(mesh: Mesh) -> None:
    tokens = await mesh.app.tokens(scope="openid read offline_access")

    for token in (tokens["id_token"], tokens["refresh_token"], "nonsense", tokens["access_token"][:-2]):
        await assert_refused(mesh.front, token, "invalid_request")


async def test_an_actor_token_of_another_client_is_refused(mesh: Mesh) -> None:
    form = {"actor_token": await mesh.back.token(), "actor_token_type": ACCESS_TOKEN_TYPE}

    await assert_refused(mesh.front, await mesh.user_token(), "invalid_request", **form)


async def test_a_client_without_the_grant_type_is_refused(mesh: Mesh, party: Party) -> None:
    other = Machine(party.client, party.secret, party.browser)

    await assert_refused(other, await mesh.user_token(), "unauthorized_client")


async def test_an_expired_or_revoked_token_is_refused(mesh: Mesh) -> None:
    with clock.frozen() as now:
        revoked, expired = await mesh.user_token(), await mesh.user_token()
        assert (await mesh.app.post("/oauth2/revoke", {"token": revoked})).status_code == 200
        await assert_refused(mesh.front, revoked, "invalid_request")
        now.advance(timedelta(minutes=16))
        await assert_refused(mesh.front, expired, "invalid_request")


async def end_the_session(mesh: Mesh, session: Session) -> None:
    await commit(end_session(as_user(session.user_id), session.id))


async def ban_the_user(mesh: Mesh, session: Session) -> None:
    with deciding(usr_operator={"users.ban"}):
        await commit(ban_user(as_user("usr_operator"), session.user_id, reason="test"))


async def disable_the_application(mesh: Mesh, session: Session) -> None:
    await commit(update_client(SYSTEM, mesh.app.client.id, ClientChanges(is_enabled=False)))


async def disable_the_service(mesh: Mesh, session: Session) -> None:
    await commit(update_client(SYSTEM, mesh.front.client.id, ClientChanges(is_enabled=False)))


@pytest.mark.parametrize("end", [end_the_session, ban_the_user, disable_the_application, disable_the_service])
async def test_an_exchanged_token_dies_with_what_it_hangs_from(
    mesh: Mesh, session: Session, end: Callable[[Mesh, Session], Any]
) -> None:
    token = await mesh.traded()
    assert (await mesh.back.introspect(token))["active"] is True

    await end(mesh, session)

    assert await mesh.back.introspect(token) == {"active": False}
    assert (await mesh.app.userinfo(token)).status_code == 401


async def test_revoking_the_grant_kills_what_was_traded(mesh: Mesh) -> None:
    tokens = await mesh.app.tokens(scope="openid read offline_access")
    traded = (await mesh.front.trade(tokens["access_token"])).json()["access_token"]

    await mesh.app.post("/oauth2/revoke", {"token": tokens["refresh_token"]})

    assert (await mesh.app.userinfo(traded)).status_code == 401


async def test_an_exchanged_token_of_a_client_dies_with_either_client(browser: httpx.AsyncClient, mesh: Mesh) -> None:
    own = (await mesh.front.trade(await mesh.front.token(), audience=mesh.back.client.id)).json()["access_token"]
    assert (await mesh.back.introspect(own))["active"] is True

    await disable_the_service(mesh, None)  # type: ignore[arg-type]

    assert await mesh.back.introspect(own) == {"active": False}


async def test_a_refusal_leaves_one_row_in_the_trail(mesh: Mesh) -> None:
    token = await mesh.user_token()
    before = await db.fetch_value("SELECT count(*) FROM events_audit")

    await mesh.front.trade(token, audience="nobody")

    rows = await db.fetch("SELECT * FROM events_audit ORDER BY seq OFFSET $1", before)
    assert [(row["outcome"], row["actor_id"], row["reason"]) for row in rows] == [
        ("denied", mesh.front.client.id, "oidc_invalid_target")
    ]


async def test_a_user_cannot_be_reached_by_name_alone(mesh: Mesh, user: User) -> None:
    await assert_refused(mesh.front, user.id, "invalid_request")


async def test_rfc8693_2_1_several_audiences_may_be_named(mesh: Mesh, browser: httpx.AsyncClient) -> None:
    third = await make_machine(browser, name="Third", token_exchange_clients=(mesh.front.client.id,))
    stranger = await make_machine(browser, name="Stranger")
    names = [mesh.back.client.id, third.client.id, mesh.front.client.id]
    token = await mesh.user_token()

    answer = await trade_for(mesh.front, token, *names, mesh.back.client.id)
    refused = [
        await trade_for(mesh.front, token, mesh.back.client.id, stranger.client.id),
        await trade_for(mesh.front, token, *(f"cli_{number}" for number in range(6))),
    ]

    assert claims_of(answer.json()["access_token"])["aud"] == [ISSUER, *names]
    for each in (mesh.back, third, mesh.front):
        assert (await each.introspect(answer.json()["access_token"]))["active"] is True
    assert [(each.status_code, each.json()["error"]) for each in refused] == [(400, "invalid_target")] * 2


@pytest.mark.parametrize("form", [{}, {"subject_token": ["a", "b"]}, {"scope": ["read", "read"]}], ids=str)
async def test_rfc6749_3_2_nothing_else_may_come_twice(mesh: Mesh, form: dict[str, Any]) -> None:
    token, twice = await mesh.user_token(), [mesh.front.client.id, mesh.back.client.id]
    other = {"grant_type": "client_credentials"} if not form else {}

    answer = await mesh.front.trade(token, **{"audience": twice, **form, **other})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("by", ["audience", "resource"])
async def test_a_token_for_another_client_opens_no_api_of_ours(
    browser: httpx.AsyncClient, session: Session, by: str
) -> None:
    app = await make_party(browser, scopes=("openid", "auther:api"), grant_types=("authorization_code", TOKEN_EXCHANGE))
    changes = {"resource_uris": ("https://back.example.com",), "token_exchange_clients": (app.client.id,)}
    back = await make_machine(browser, name="Back", **changes)
    trader = Machine(app.client, app.secret, browser)
    token = (await app.tokens(scope="openid auther:api"))["access_token"]
    named = back.client.id if by == "audience" else "https://back.example.com"

    other = (await trader.trade(token, **{by: named})).json()
    own = (await trader.trade(token, audience=app.client.id)).json()
    ours = (await trade_for(trader, token, back.client.id, ISSUER)).json()

    assert other["scope"] == claims_of(other["access_token"])["scope"] == "openid"
    assert own["scope"] == "openid auther:api"
    assert ours["scope"] == "openid auther:api"
    assert claims_of(ours["access_token"])["aud"] == [ISSUER, back.client.id]


async def trade_for(machine: Machine, token: str, *audiences: str) -> httpx.Response:
    """Exchange a token for one with all of these as audience."""
    form: dict[str, Any] = {"audience": list(audiences)}
    return await machine.trade(token, **form)
