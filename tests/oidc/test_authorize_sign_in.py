"""Who has to be signed in, how lately, and as whom."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import find_flow, finish_flow
from app.sessions.types import Flow, Session
from app.users.service import ban_user
from app.users.types import User
from tests.oidc.requesting import push
from tests.oidc.support import Party, answer_of, browser_id, claims_of, complete_flow, make_party, sign_in
from tests.support import commit, make_user


async def flow_of(browser: httpx.AsyncClient, answer: httpx.Response) -> Flow:
    assert answer.status_code == 303
    path, _, flow_id = answer.headers["location"].partition("?flow=")
    assert path == "/signin"
    flow = await find_flow(flow_id, browser_id(browser))
    assert flow is not None
    return flow


async def test_without_a_session_the_browser_goes_to_the_sign_in_pages(
    browser: httpx.AsyncClient, party: Party
) -> None:
    answer = await party.authorize(login_hint="ada@example.com", ui_locales="de en")

    flow = await flow_of(browser, answer)
    assert flow.client_id == party.client.id
    assert flow.client_name == "Notes"
    assert flow.login_hint == "ada@example.com"
    assert flow.ui_locales == "de en"
    assert flow.return_to.startswith("/oauth2/authorize/int_")
    assert not flow.must_reauthenticate


async def test_after_the_sign_in_the_client_gets_its_code(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    path = await complete_flow(browser, await party.authorize(), user)

    answer = answer_of(await browser.get(path))

    tokens = (await party.redeem(answer["code"])).json()
    assert answer["state"] == "state-1"
    assert claims_of(tokens["id_token"])["sub"] == user.id
    assert claims_of(tokens["id_token"])["nonce"] == "nonce-1"


async def test_a_request_is_answered_once(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    path = await complete_flow(browser, await party.authorize(), user)
    await browser.get(path)

    again = await browser.get(path)

    assert again.status_code == 400
    assert "cannot go on here" in again.text
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_a_request_cannot_be_completed_in_another_browser(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    path = await complete_flow(browser, await party.authorize(), user)
    session_cookie = browser.cookies["auther_session"]
    async with httpx.AsyncClient(transport=browser._transport, base_url=browser.base_url) as other:
        other.cookies.set("auther_session", session_cookie, domain="localhost.local", path="/")

        answer = await other.get(path)

    assert answer.status_code == 400
    assert "cannot go on here" in answer.text
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_a_request_waits_for_an_hour(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    with clock.frozen() as stopped:
        path = await complete_flow(browser, await party.authorize(), user)
        stopped.advance(timedelta(hours=1))

        answer = await browser.get(path)

    assert answer.status_code == 400


async def test_oidc_core_3_1_2_6_prompt_none_without_session_is_login_required(party: Party) -> None:
    answer = answer_of(await party.authorize(prompt="none"))

    assert answer["error"] == "login_required"


async def test_prompt_none_with_a_session_gives_a_code(party: Party, session: Session) -> None:
    assert "code" in answer_of(await party.authorize(prompt="none"))


async def test_prompt_login_needs_a_fresh_sign_in(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    with clock.frozen() as stopped:
        first = await sign_in(browser, user)
        stopped.advance(timedelta(minutes=5))
        answer = await party.authorize(prompt="login")
        assert (await flow_of(browser, answer)).must_reauthenticate
        stopped.advance(timedelta(seconds=30))

        path = await complete_flow(browser, answer, user)
        tokens = (await party.redeem(answer_of(await browser.get(path))["code"])).json()

        assert claims_of(tokens["id_token"])["auth_time"] == int(first.auth_time.timestamp()) + 330


async def test_prompt_login_is_not_satisfied_by_coming_back_without_a_sign_in(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    flow = await flow_of(browser, await party.authorize(prompt="login"))

    answer = await browser.get(flow.return_to)

    assert answer.headers["location"].startswith("/signin?flow=")


@pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "60"}])
async def test_an_old_session_that_answers_the_flow_is_not_a_fresh_sign_in(
    browser: httpx.AsyncClient, party: Party, user: User, wish: dict[str, str]
) -> None:
    with clock.frozen() as stopped:
        session = await sign_in(browser, user)
        stopped.advance(timedelta(minutes=5))
        flow = await flow_of(browser, await party.authorize(**wish))
        await commit(finish_flow(flow.id, session.id))

        answer = await browser.get(flow.return_to)

    assert answer.headers["location"].startswith("/signin?flow=")


async def test_oidc_core_3_1_2_1_max_age_zero_needs_a_fresh_sign_in(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    with clock.frozen() as stopped:
        first = await sign_in(browser, user)
        stopped.advance(timedelta(seconds=2))
        answer = await party.authorize(max_age="0")
        flow = await flow_of(browser, answer)
        assert flow.must_reauthenticate
        assert flow.min_auth_time == clock.now()

        path = await complete_flow(browser, answer, user)
        stopped.advance(timedelta(seconds=2))
        tokens = (await party.redeem(answer_of(await browser.get(path))["code"])).json()

    assert claims_of(tokens["id_token"])["auth_time"] == int(first.auth_time.timestamp()) + 2


async def test_max_age_longer_than_the_session_is_satisfied(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    with clock.frozen() as stopped:
        await sign_in(browser, user)
        stopped.advance(timedelta(seconds=10))

        assert "code" in answer_of(await party.authorize(max_age="10"))
        assert "flow=" in (await party.authorize(max_age="9")).headers["location"]


async def test_prompt_none_with_a_session_older_than_max_age_is_login_required(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    with clock.frozen() as stopped:
        await sign_in(browser, user)
        stopped.advance(timedelta(seconds=10))

        answer = answer_of(await party.authorize(max_age="5", prompt="none"))

    assert answer["error"] == "login_required"


async def test_prompt_select_account_lets_the_user_choose_and_may_keep_the_session(
    browser: httpx.AsyncClient, party: Party, user: User, session: Session
) -> None:
    flow = await flow_of(browser, await party.authorize(prompt="select_account"))
    assert flow.must_choose_account
    assert not flow.must_reauthenticate
    assert (await browser.get(flow.return_to)).headers["location"].startswith("/signin?flow=")

    flow = await flow_of(browser, await party.authorize(prompt="select_account"))
    await commit(finish_flow(flow.id, session.id))

    assert "code" in answer_of(await browser.get(flow.return_to))


@pytest.mark.parametrize("policy", ["open", "domain"])
async def test_prompt_create_begins_a_sign_up_where_one_may(
    browser: httpx.AsyncClient, party: Party, policy: str
) -> None:
    with override(signup_policy=policy, signup_domains=("example.com",)):
        flow = await flow_of(browser, await party.authorize(prompt="create"))
        advertised = (await browser.get("/.well-known/openid-configuration")).json()["prompt_values_supported"]

    assert flow.is_sign_up is True
    assert "create" in advertised


@pytest.mark.parametrize("policy", ["invite", "closed"])
async def test_initiating_user_registration_4_1_create_is_refused_where_nobody_may_sign_up(
    browser: httpx.AsyncClient, party: Party, session: Session, policy: str
) -> None:
    with override(signup_policy=policy):
        answers = [answer_of(await party.authorize(prompt=prompt)) for prompt in ("create", "create login")]
        pushed = await push(party, prompt="create")
        advertised = (await browser.get("/.well-known/openid-configuration")).json()["prompt_values_supported"]

    assert [each["error"] for each in answers] == ["invalid_request", "invalid_request"]
    assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_request")
    assert "create" not in advertised
    assert await db.fetch_value("SELECT count(*) FROM oidc_interaction") == 0


async def test_prompt_create_leads_to_the_page_for_it(browser: httpx.AsyncClient, party: Party) -> None:
    with override(signup_policy="open"):
        page = await browser.get((await party.authorize(prompt="create")).headers["location"])

    assert page.status_code == 303
    assert page.headers["location"].startswith("/signup?flow=flw_")


async def test_a_session_that_another_user_completed_counts_for_that_user_only(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    answer = await party.authorize(prompt="login")
    path = await complete_flow(browser, answer, user)
    other = await make_user("grace@example.com")
    await sign_in(browser, other)

    answer = await browser.get(path)

    assert answer.headers["location"].startswith("/signin?flow=")


async def test_a_banned_user_is_signed_out(party: Party, session: Session, user: User) -> None:
    await commit(ban_user(SYSTEM, user.id, reason=None, until=None))

    answer = answer_of(await party.authorize(prompt="none"))

    assert answer["error"] == "login_required"


async def test_oidc_core_3_1_2_1_id_token_hint_of_the_signed_in_user_passes_even_when_expired(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    with clock.frozen() as stopped:
        await sign_in(browser, user)
        hint = (await party.tokens())["id_token"]
        stopped.advance(timedelta(hours=2))

        answer = answer_of(await party.authorize(prompt="none", id_token_hint=hint))

    assert "code" in answer


async def test_id_token_hint_of_another_user_is_no_silent_switch(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    hint = (await party.tokens())["id_token"]
    other = await make_user("grace@example.com")
    await sign_in(browser, other)

    silent = answer_of(await party.authorize(prompt="none", id_token_hint=hint))
    shown = await party.authorize(id_token_hint=hint)
    came_back = await browser.get(await complete_flow(browser, shown, other))

    assert silent["error"] == "login_required"
    assert answer_of(came_back)["error"] == "login_required"


@pytest.mark.parametrize("changed", ["signature", "client"])
async def test_a_forged_or_foreign_id_token_hint_is_refused(
    browser: httpx.AsyncClient, party: Party, session: Session, changed: str
) -> None:
    other = await make_party(browser)
    hint = (await other.tokens())["id_token"]
    if changed == "signature":
        hint = (await party.tokens())["id_token"]
        hint = hint[:-10] + ("A" if hint[-10] != "A" else "B") + hint[-9:]

    answer = answer_of(await party.authorize(prompt="none", id_token_hint=hint))

    assert answer["error"] == "invalid_request"


async def test_an_access_token_is_no_id_token_hint(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]

    answer = answer_of(await party.authorize(id_token_hint=token))

    assert answer["error"] == "invalid_request"


@pytest.mark.parametrize(
    "wish",
    [
        {"acr_values": "mfa pwd"},
        {"acr_values": "pwd"},
        {"acr_values": "urn:mace:incommon:iap:silver"},
        {"claims": '{"id_token": {"acr": {"values": ["mfa"]}}}'},
    ],
)
async def test_a_strength_that_a_password_has_needs_nothing_more(
    party: Party, session: Session, wish: dict[str, str]
) -> None:
    assert "code" in answer_of(await party.authorize(**wish))


@pytest.mark.parametrize("value", ['"values": ["phr"]', '"value": "phr"'])
async def test_unmet_authentication_requirements(party: Party, session: Session, value: str) -> None:
    """Nothing that we have would make it true."""
    claims = f'{{"id_token": {{"acr": {{"essential": true, {value}}}}}}}'

    assert answer_of(await party.authorize(claims=claims))["error"] == "unmet_authentication_requirements"


async def test_browsers_get_their_cookie_with_the_first_request(browser: httpx.AsyncClient, party: Party) -> None:
    await party.authorize()

    assert "auther_browser" in browser.cookies
