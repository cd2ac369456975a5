"""A second factor that a request, a client or the platform wants, at the authorization endpoint and for devices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.credentials.service import set_password
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.oidc.access_tokens import find_access_token
from app.oidc.device.approval import let_in, review_device
from app.oidc.errors import DeviceOver
from app.sessions.service import resolve_session
from app.sessions.types import Session
from app.users.types import User
from tests.factors.support import code_of, give_app
from tests.login.support import Page
from tests.oidc.devices import Device, make_device
from tests.oidc.machines import ACCESS_TOKEN_TYPE, USER_ID_TYPE, make_machine
from tests.oidc.support import Party, answer_of, claims_of, make_party, sign_in
from tests.oidc.test_remembered_tokens import hears
from tests.support import as_user, commit, counted_statements, read_everything

__all__ = ["hears"]

PASSWORD = "correct horse battery staple"
SCOPES = ("openid", "profile", "email", "offline_access", "auther:api")
ESSENTIAL = '{"id_token": {"acr": {"essential": true, "values": ["mfa"]}}}'
WISHES: dict[str, dict[str, Any]] = {
    "acr_values": {"params": {"acr_values": "mfa"}},
    "several": {"params": {"acr_values": "phr mfa"}},
    "an essential claim": {"params": {"claims": ESSENTIAL}},
    "the client": {"client": {"require_mfa": True}},
    "the client by default": {"client": {"default_acr_values": ("mfa",)}},
}


async def _party(browser: httpx.AsyncClient, wish: dict[str, Any]) -> Party:
    return await make_party(browser, **wish.get("client", {}))


async def _post(browser: httpx.AsyncClient, page: httpx.Response, form: str, **typed: str) -> httpx.Response:
    chosen = Page(page).forms[form]
    return await browser.post(chosen.action, data={**chosen.fields, **typed})


@pytest.mark.parametrize("name", WISHES)
async def test_a_weak_session_is_sent_to_the_second_factor_and_comes_back_with_it(
    browser: httpx.AsyncClient, user: User, name: str
) -> None:
    wish = WISHES[name]
    party = await _party(browser, wish)
    before = await sign_in(browser, user)
    secret, _ = await give_app(user)

    asked = await party.authorize(**wish.get("params", {}))
    step = await browser.get((await browser.get(asked.headers["location"])).headers["location"])
    entered = await _post(browser, step, "code-form", code=code_of(secret))
    answer = answer_of(await browser.get(entered.headers["location"]))
    claims = claims_of((await party.redeem(answer["code"])).json()["id_token"])

    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])
    assert claims["auth_time"] >= int(before.auth_time.timestamp())
    assert claims["sid"] == before.id


@pytest.mark.parametrize("name", WISHES)
async def test_a_strong_session_passes(browser: httpx.AsyncClient, user: User, name: str) -> None:
    wish = WISHES[name]
    party = await _party(browser, wish)
    await sign_in(browser, user, amr=("hwk", "user", "mfa"), acr="mfa")

    assert "code" in answer_of(await party.authorize(**wish.get("params", {})))


@pytest.mark.parametrize("name", WISHES)
async def test_prompt_none_shows_no_page(browser: httpx.AsyncClient, user: User, name: str) -> None:
    wish = WISHES[name]
    party = await _party(browser, wish)
    await sign_in(browser, user)

    answer = answer_of(await party.authorize(prompt="none", **wish.get("params", {})))

    assert answer["error"] == "login_required"


async def test_who_has_no_factor_enrols_on_the_way(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, require_mfa=True)
    await sign_in(browser, user)

    asked = await party.authorize()
    page = await browser.get((await browser.get(asked.headers["location"])).headers["location"])
    codes = await _post(browser, page, "setup-form", code=code_of(Page(page).texts["secret"]))
    answer = answer_of(await browser.get(Page(codes).links["onward"]))

    assert claims_of((await party.redeem(answer["code"])).json()["id_token"])["acr"] == "mfa"


async def test_from_nothing_the_flow_asks_for_both_at_once(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser)
    await commit(set_password(SYSTEM, user.id, PASSWORD))
    secret, _ = await give_app(user)

    page = await browser.get((await party.authorize(acr_values="mfa")).headers["location"])
    step = await _post(browser, page, "signin-form", identifier="ada", password=PASSWORD)
    entered = await _post(browser, await browser.get(step.headers["location"]), "code-form", code=code_of(secret))

    assert "code" in answer_of(await browser.get(entered.headers["location"]))


async def test_who_waits_for_the_second_factor_is_nobody_at_authorize(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser)
    await commit(set_password(SYSTEM, user.id, PASSWORD))
    await give_app(user)
    first = await party.authorize()
    page = await browser.get(first.headers["location"])
    step = await _post(browser, page, "signin-form", identifier="ada", password=PASSWORD)
    assert step.headers["location"].startswith("/signin/second")

    silent = answer_of(await party.authorize(prompt="none"))
    again = await party.authorize()

    assert silent["error"] == "login_required"
    assert again.headers["location"].startswith("/signin?flow=")


async def test_prompt_login_asks_for_password_and_factor_again(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, require_mfa=True)
    await sign_in(browser, user, amr=("pwd", "otp", "mfa"), acr="mfa")

    page = await browser.get((await party.authorize(prompt="login")).headers["location"])

    assert "signin-form" in Page(page).forms


async def test_where_everybody_needs_a_factor_a_weak_session_is_none(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser)
    await sign_in(browser, user)

    with override(require_mfa=True):
        silent = answer_of(await party.authorize(prompt="none"))

    assert silent["error"] == "login_required"


async def test_refresh_tokens_keep_what_was_proved(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, require_mfa=True)
    await sign_in(browser, user, amr=("pwd", "otp", "mfa"), acr="mfa")
    tokens = await party.tokens(scope="openid offline_access")

    renewed = (await party.refresh(tokens["refresh_token"])).json()

    claims = claims_of(renewed["id_token"])
    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])


@asynccontextmanager
async def _required(party: Party, by: str) -> AsyncIterator[None]:
    """Require a second factor from now on, of everybody or of the client's users."""
    if by == "the platform":
        with override(require_mfa=True):
            yield
        return
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(require_mfa=True)))
    yield


@pytest.mark.parametrize("by", ["the platform", "the client"])
@pytest.mark.parametrize("scope", ["openid auther:api", "openid offline_access auther:api"], ids=["short", "offline"])
async def test_what_a_weak_session_got_is_worth_nothing_once_a_factor_is_required(
    browser: httpx.AsyncClient, user: User, by: str, scope: str
) -> None:
    party = await make_party(browser, scopes=SCOPES)
    await sign_in(browser, user)
    tokens = await party.tokens(scope=scope)
    assert (await _uses(party, tokens)) == (200, 200, True, True)

    async with _required(party, by):
        before = await read_everything()
        uses = await _uses(party, tokens)
        refreshed = await party.refresh(tokens["refresh_token"])

    assert uses == (401, 401, False, False)
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")
    assert await read_everything() == before


async def test_it_counts_again_once_the_rule_is_gone(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, scopes=SCOPES)
    await sign_in(browser, user)
    tokens = await party.tokens(scope="openid auther:api")

    with override(require_mfa=True):
        assert (await party.refresh(tokens["refresh_token"])).status_code == 400

    assert (await _uses(party, tokens)) == (200, 200, True, True)
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("by", ["the platform", "the client"])
async def test_what_a_strong_session_got_goes_on(browser: httpx.AsyncClient, user: User, by: str) -> None:
    party = await make_party(browser, scopes=SCOPES)
    await sign_in(browser, user, amr=("pwd", "otp", "mfa"), acr="mfa")
    tokens = await party.tokens(scope="openid offline_access auther:api")

    async with _required(party, by):
        assert (await _uses(party, tokens)) == (200, 200, True, True)
        assert (await party.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("by", ["the platform", "the client"])
async def test_a_remembered_token_obeys_the_rule_as_well(browser: httpx.AsyncClient, user: User, by: str) -> None:
    party = await make_party(browser, scopes=SCOPES)
    await sign_in(browser, user)
    token = (await party.tokens())["access_token"]
    await find_access_token(token)
    with counted_statements() as statements:
        assert await find_access_token(token) is not None
    assert statements == []

    async with _required(party, by):
        assert await find_access_token(token) is None


@pytest.mark.parametrize("by", ["the platform", "the client"])
async def test_a_code_of_a_weak_session_is_not_redeemed_once_a_factor_is_required(
    browser: httpx.AsyncClient, user: User, by: str
) -> None:
    party = await make_party(browser)
    await sign_in(browser, user)
    code = await party.code()

    async with _required(party, by):
        answer = await party.redeem(code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 0


async def test_a_client_that_acts_as_a_user_is_no_person_with_factors(browser: httpx.AsyncClient, user: User) -> None:
    machine = await make_machine(browser, scopes=("auther:api", "openid"))
    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "admin", "client", machine.client.id)))
    shown = {"actor_token": await machine.token(), "actor_token_type": ACCESS_TOKEN_TYPE}
    body = (await machine.trade(user.id, subject_token_type=USER_ID_TYPE, scope="openid", **shown)).json()

    with override(require_mfa=True):
        answer = await machine.userinfo(body["access_token"])

    assert (answer.status_code, answer.json()["sub"]) == (200, user.id)


async def _uses(party: Party, tokens: dict[str, Any]) -> tuple[int, int, bool, bool]:
    """What the tokens are worth: statuses of userinfo and GraphQL, and whether introspection finds them active."""
    userinfo = await party.userinfo(tokens["access_token"])
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    transport = party.browser._transport
    async with httpx.AsyncClient(transport=transport, base_url=party.browser.base_url) as machine:
        asked = await machine.post("/graphql", json={"query": "{ viewer { user { id } } }"}, headers=bearer)
    described = [
        (await party.post("/oauth2/introspect", {"token": tokens[name]})).json()["active"]
        for name in ("access_token", "refresh_token")
    ]
    return userinfo.status_code, asked.status_code, described[0], described[1]


@pytest.fixture
async def device(browser: httpx.AsyncClient, session: Session) -> Device:
    made = await make_device(browser, require_mfa=True)
    await made.begin(scope="openid")
    return made


async def test_a_device_of_such_a_client_is_let_in_after_the_factor(device: Device, user: User) -> None:
    secret, _ = await give_app(user)
    browser = device.browser
    question = (await device.type_code()).headers["location"]

    asked = await browser.get(question)
    step = await browser.get((await browser.get(asked.headers["location"])).headers["location"])
    back = await _post(browser, step, "code-form", code=code_of(secret))
    decided = await device.decide(back.headers["location"], "allow")

    assert back.headers["location"] == question
    assert decided.headers["location"] == "/device/done?decision=allowed"


async def test_a_device_is_not_let_in_around_the_question(device: Device, session: Session) -> None:
    device_id = (await device.type_code()).headers["location"].rpartition("/")[2]
    resolved = await resolve_session(device.browser.cookies["auther_session"])
    assert resolved is not None

    with pytest.raises(DeviceOver):
        await commit(let_in(await review_device(device_id, resolved), as_user(resolved.user)))

    assert await device.heard() == "authorization_pending"
