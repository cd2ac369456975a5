"""An operator gets a token of a user."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service import grant_relation, revoke_relation, super_admin
from app.authz.types import TupleKey
from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.api_keys.support import make_key, relate
from tests.oidc.machines import ACCESS_TOKEN_TYPE, USER_ID_TYPE, Machine, give_document, make_machine
from tests.oidc.support import claims_of, make_party, sign_in
from tests.support import ISSUER, as_user, commit, deciding, make_user, read_everything

SCOPES = ("openid", "email", "offline_access", "auther:api", "read")
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Desk:
    """The support team's application, and an operator who is signed in to it."""

    def __init__(self, machine: Machine, operator: User, session: Session, token: str) -> None:
        self.machine, self.operator, self.session, self.token = machine, operator, session, token

    async def become(self, user_id: str, **form: str | None) -> httpx.Response:
        shown = {"actor_token": self.token, "actor_token_type": ACCESS_TOKEN_TYPE}
        return await self.machine.trade(user_id, subject_token_type=USER_ID_TYPE, **{**shown, **form})


async def make_desk(browser: httpx.AsyncClient, *, scope: str = "openid email auther:api read") -> Desk:
    operator = await make_user("operator@example.com")
    session = await sign_in(browser, operator)
    party = await make_party(
        browser, kind=ClientKind.WEB, scopes=SCOPES, grant_types=("authorization_code", "refresh_token", EXCHANGE)
    )
    token = (await party.tokens(scope=scope))["access_token"]
    return Desk(Machine(party.client, party.secret, browser), operator, session, token)


async def may_impersonate(user: User) -> None:
    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "admin", "user", user.id)))


@pytest.fixture
async def desk(browser: httpx.AsyncClient, user: User) -> Desk:
    desk = await make_desk(browser)
    await may_impersonate(desk.operator)
    return desk


async def assert_denied(desk: Desk, user_id: str, reason: str, **form: str | None) -> None:
    """Refused with one row that says why; nothing else changed."""
    before = {name: rows for name, rows in (await read_everything()).items() if not name.startswith("events_")}
    audited = await db.fetch_value("SELECT count(*) FROM events_audit")

    answer = await desk.become(user_id, **form)

    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied"), answer.text
    after = {name: rows for name, rows in (await read_everything()).items() if not name.startswith("events_")}
    assert after == before
    rows = await db.fetch("SELECT * FROM events_audit ORDER BY seq OFFSET $1", audited)
    assert [(row["action"], row["outcome"], row["reason"]) for row in rows] == [
        ("user.impersonation_refused", "denied", reason)
    ]


async def test_the_token_is_the_users_and_names_the_operator(desk: Desk, user: User) -> None:
    await give_document(desk.machine.client, "user", user.id)

    body = (await desk.become(user.id)).json()

    claims = claims_of(body["access_token"])
    assert claims["sub"] == user.id
    assert claims["act"] == {"sub": desk.operator.id}
    assert claims["impersonator"] == desk.operator.id
    assert claims["permissions"] == {f"{desk.machine.client.id}:document:1": ["read", "share"]}
    assert (claims["aud"], claims["scope"]) == (ISSUER, "openid email read")
    assert not {"sid", "auth_time", "acr", "amr"} & set(claims)
    assert not {"refresh_token", "id_token"} & set(body)


async def test_it_is_told_in_the_trail(desk: Desk, user: User) -> None:
    await desk.become(user.id, scope="read")

    row = await db.fetch_row("SELECT * FROM events_audit WHERE action = 'user.impersonated'")
    assert row is not None
    assert (row["actor_id"], row["target_id"], row["about_user_id"]) == (desk.operator.id, user.id, user.id)
    assert db.load_json(row["after"])["scope"] == "read"


async def test_what_is_done_with_it_is_told_as_the_operators(desk: Desk, user: User) -> None:
    token = (await desk.become(user.id)).json()["access_token"]

    answer = await desk.machine.browser.post(
        "/api/auth/check-permission", json={}, headers={"authorization": f"Bearer {token}"}
    )
    userinfo = await desk.machine.userinfo(token)

    assert answer.status_code == 400  # who asks is known, the question is none
    assert userinfo.json()["sub"] == user.id


async def test_it_never_opens_our_own_api(desk: Desk, user: User) -> None:
    token = (await desk.become(user.id)).json()["access_token"]

    answer = await desk.machine.browser.post(
        "/graphql", json={"query": "{ viewer { user { id } } }"}, headers={"authorization": f"Bearer {token}"}
    )

    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    asked = await desk.become(user.id, scope="auther:api read")
    assert claims_of(asked.json()["access_token"])["scope"] == "read"


async def test_a_plain_user_may_not(browser: httpx.AsyncClient, user: User) -> None:
    await assert_denied(await make_desk(browser), user.id, "oidc_impersonation_not_permitted")


async def test_an_operator_with_every_other_permission_may_not(browser: httpx.AsyncClient, user: User) -> None:
    desk = await make_desk(browser)
    for kind in ("groups", "clients", "sessions", "keys"):
        await commit(grant_relation(SYSTEM, TupleKey(kind, "*", "admin", "user", desk.operator.id)))

    await assert_denied(desk, user.id, "oidc_impersonation_not_permitted")


async def test_without_the_scope_of_the_api_the_operators_rights_do_not_count(
    browser: httpx.AsyncClient, user: User
) -> None:
    desk = await make_desk(browser, scope="openid email")
    await may_impersonate(desk.operator)

    await assert_denied(desk, user.id, "oidc_impersonation_scope_missing")


async def test_nobody_stronger_can_be_impersonated(desk: Desk, user: User) -> None:
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    await assert_denied(desk, user.id, "oidc_impersonation_of_stronger")


async def test_one_right_that_the_operator_lacks_is_enough(desk: Desk, user: User) -> None:
    await commit(grant_relation(SYSTEM, TupleKey("keys", "*", "admin", "user", user.id)))

    await assert_denied(desk, user.id, "oidc_impersonation_of_stronger")


async def test_an_equal_can_be_impersonated(desk: Desk, user: User) -> None:
    await may_impersonate(user)

    assert (await desk.become(user.id)).status_code == 200


async def test_oneself_and_banned_users_cannot_be_impersonated(desk: Desk, user: User) -> None:
    await assert_denied(desk, desk.operator.id, "oidc_impersonation_not_possible")
    with deciding(usr_operator={"users.ban"}):
        await commit(ban_user(as_user("usr_operator"), user.id, reason="test"))
    await assert_denied(desk, user.id, "oidc_impersonation_not_possible")


async def test_who_is_impersonated_impersonates_nobody(desk: Desk, user: User) -> None:
    await may_impersonate(user)
    token = (await desk.become(user.id)).json()["access_token"]
    third = await make_user("third@example.com")

    await assert_denied(desk, third.id, "oidc_impersonation_scope_missing", actor_token=token)


@pytest.mark.parametrize(
    "form",
    [
        {"actor_token": None, "actor_token_type": None},
        {"actor_token_type": None},
        {"actor_token": "nonsense"},
        {"subject_token": None},
        {"subject_token": "usr_unknown"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
    ],
)
async def test_requests_that_mean_nothing_are_refused(desk: Desk, user: User, form: dict[str, Any]) -> None:
    answer = await desk.become(user.id, **form)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_that_another_client_got_does_not_make_an_operator(
    browser: httpx.AsyncClient, desk: Desk, user: User
) -> None:
    other = await make_machine(browser, scopes=SCOPES)

    answer = await other.trade(
        user.id, subject_token_type=USER_ID_TYPE, actor_token=desk.token, actor_token_type=ACCESS_TOKEN_TYPE
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_the_target_has_to_opt_in_here_too(browser: httpx.AsyncClient, desk: Desk, user: User) -> None:
    target = await make_machine(browser)
    assert (await desk.become(user.id, audience=target.client.id)).json()["error"] == "invalid_target"

    opened = ClientChanges(token_exchange_clients=(desk.machine.client.id,))
    await commit(update_client(SYSTEM, target.client.id, opened))

    answer = await desk.become(user.id, audience=target.client.id)
    assert claims_of(answer.json()["access_token"])["aud"] == [ISSUER, target.client.id]


async def test_it_ends_with_the_operators_session(desk: Desk, user: User) -> None:
    token = (await desk.become(user.id)).json()["access_token"]
    assert (await desk.machine.userinfo(token)).status_code == 200

    await commit(end_session(as_user(desk.operator), desk.session.id))

    assert (await desk.machine.userinfo(token)).status_code == 401
    assert (await desk.become(user.id)).json()["error"] == "invalid_request"


async def test_it_ends_with_the_users_ban_and_with_revocation(desk: Desk, user: User) -> None:
    banned, revoked = [(await desk.become(user.id)).json()["access_token"] for _ in range(2)]

    await desk.machine.post("/oauth2/revoke", {"token": revoked})
    assert (await desk.machine.userinfo(revoked)).status_code == 401
    assert (await desk.machine.userinfo(banned)).status_code == 200

    with deciding(usr_operator={"users.ban"}):
        await commit(ban_user(as_user("usr_operator"), user.id, reason="test"))
    assert (await desk.machine.userinfo(banned)).status_code == 401


async def test_a_machine_with_the_permission_may_impersonate(browser: httpx.AsyncClient, user: User) -> None:
    machine = await make_machine(browser, scopes=("auther:api", "openid"))
    token = await machine.token()
    form = {"subject_token_type": USER_ID_TYPE, "actor_token": token, "actor_token_type": ACCESS_TOKEN_TYPE}
    assert (await machine.trade(user.id, **form)).json()["error"] == "access_denied"

    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "admin", "client", machine.client.id)))
    answer = await machine.trade(user.id, **form)

    claims = claims_of(answer.json()["access_token"])
    assert claims["act"] == {"sub": machine.client.id, "sub_type": "client"}
    assert (await machine.userinfo(answer.json()["access_token"])).json() == {
        "sub": user.id, "act": claims["act"], "impersonator": machine.client.id,
    }  # fmt: skip
    await commit(update_client(SYSTEM, machine.client.id, ClientChanges(is_enabled=False)))
    assert (await machine.userinfo(answer.json()["access_token"])).status_code == 401


async def test_it_ends_when_the_operator_loses_the_right(desk: Desk, user: User) -> None:
    token = (await desk.become(user.id)).json()["access_token"]
    traded = (await desk.machine.trade(token)).json()["access_token"]
    right = TupleKey("users", "*", "admin", "user", desk.operator.id)
    assert [(await desk.machine.userinfo(each)).status_code for each in (token, traded)] == [200, 200]

    await commit(revoke_relation(SYSTEM, right))

    for each in (token, traded):
        assert (await desk.machine.userinfo(each)).status_code == 401
        assert await desk.machine.introspect(each) == {"active": False}
        assert (await desk.machine.trade(each)).json()["error"] == "invalid_request"
    await commit(grant_relation(SYSTEM, right))
    assert (await desk.machine.userinfo(token)).status_code == 200


async def test_it_ends_when_the_user_becomes_stronger(desk: Desk, user: User) -> None:
    token = (await desk.become(user.id)).json()["access_token"]
    assert (await desk.machine.userinfo(token)).status_code == 200

    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    assert (await desk.machine.userinfo(token)).status_code == 401


async def test_a_machine_that_loses_the_right_acts_as_nobody_any_more(browser: httpx.AsyncClient, user: User) -> None:
    machine, right = await make_acting_machine(browser)
    shown = {"actor_token": await machine.token(), "actor_token_type": ACCESS_TOKEN_TYPE}
    answer = await machine.trade(user.id, subject_token_type=USER_ID_TYPE, **shown)
    token = answer.json()["access_token"]
    assert (await machine.userinfo(token)).status_code == 200

    await commit(revoke_relation(SYSTEM, right))

    assert (await machine.userinfo(token)).status_code == 401
    assert await machine.introspect(token) == {"active": False}


async def test_a_machine_that_acts_through_another_client_ends_with_itself(
    browser: httpx.AsyncClient, user: User
) -> None:
    machine, _ = await make_acting_machine(browser)
    front = await make_machine(browser, scopes=("auther:api", "openid"))
    await commit(update_client(SYSTEM, machine.client.id, ClientChanges(allowed_audiences=(front.client.id,))))
    through = (await front.trade(await machine.token())).json()["access_token"]
    shown = {"actor_token": through, "actor_token_type": ACCESS_TOKEN_TYPE}
    token = (await front.trade(user.id, subject_token_type=USER_ID_TYPE, **shown)).json()["access_token"]
    assert claims_of(token)["impersonator"] == machine.client.id
    assert (await front.userinfo(token)).status_code == 200

    await commit(update_client(SYSTEM, machine.client.id, ClientChanges(is_enabled=False)))

    assert (await front.userinfo(token)).status_code == 401


async def test_an_api_key_acts_as_nobody(desk: Desk, user: User) -> None:
    key = await make_key(desk.operator, scopes=("auther:api",))
    await relate("users:*", "admin", key.key.id, "apikey")
    form = {"subject_token_type": "urn:auther:params:oauth:token-type:api-key"}
    token = (await desk.machine.trade(str(key.secret), **form)).json()["access_token"]

    await assert_denied(desk, user.id, "oidc_impersonation_not_possible", actor_token=token)


async def make_acting_machine(browser: httpx.AsyncClient) -> tuple[Machine, TupleKey]:
    """A machine that may impersonate, and the right that lets it."""
    machine = await make_machine(browser, scopes=("auther:api", "openid"))
    right = TupleKey("users", "*", "admin", "client", machine.client.id)
    await commit(grant_relation(SYSTEM, right))
    return machine, right
