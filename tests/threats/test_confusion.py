"""One person's half-finished business in another person's hands; somebody else's tokens and browsers."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from app.clients.types import ClientKind
from app.credentials.service import check_password, new_link, require_password_change
from app.credentials.types import LinkPurpose
from app.kit import db
from app.sessions.types import Session
from app.users.types import User
from tests.login.support import OTHER_PASSWORD, PASSWORD, Visitor, link_in, make_person, read_mails
from tests.oidc.support import Party, answer_of, make_party, sign_in
from tests.support import ISSUER, commit, make_user


async def test_who_signs_in_next_does_not_inherit_a_half_way_state(visitor: Visitor) -> None:
    ada = await make_person()
    bob = await make_person("bob@example.com")
    await commit(require_password_change(ada.id))
    await visitor.sign_in("ada@example.com")
    assert visitor.client.cookies.get("auther_pending")

    await visitor.sign_in("bob@example.com")
    page = await visitor.get("/password/change")
    refused = await visitor.submit(page, "change-form", password=OTHER_PASSWORD, current="not bob's")

    assert not visitor.client.cookies.get("auther_pending")
    assert "current" in page.forms["change-form"].fields
    assert refused.status == 400
    for user in (ada, bob):
        assert (await check_password(user.id, PASSWORD)).is_correct


async def test_a_session_cookie_of_before_the_sign_in_opens_nothing_after_it(
    visitor: Visitor, stranger: Visitor
) -> None:
    """Fixation, also by a cookie that a neighbour planted beside ours."""
    await make_person()
    await visitor.sign_in("ada@example.com")
    before = visitor.session_token
    await visitor.sign_in("ada@example.com", url="/signin?other=1")

    planted = await stranger.client.get("/signin", headers={"cookie": f"auther_session={before}"})

    assert visitor.session_token != before
    assert "ada@example.com" not in planted.text


async def test_a_sign_in_cannot_be_posted_with_the_form_of_another_browser(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    form = (await stranger.get("/signin")).forms["signin-form"]

    data = {**form.fields, "identifier": "ada@example.com", "password": PASSWORD}
    answer = await visitor.client.post("/signin", data=data)

    assert answer.status_code == 403
    assert visitor.session_token is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/signin", "/signup", "/password/forgot", "/password/change", "/signout"])
async def test_no_form_works_when_it_was_sent_from_elsewhere(visitor: Visitor, path: str, site: str) -> None:
    await make_person()
    page = await visitor.get("/signin")

    data = {**page.forms["signin-form"].fields, "identifier": "ada@example.com", "password": PASSWORD}
    answer = await visitor.client.post(path, data=data, headers={"sec-fetch-site": site})

    assert answer.status_code == 403


async def test_a_consent_of_another_request_does_not_count(third_party: Party, session: Session, user: User) -> None:
    """The form of one request, posted to another."""
    browser = third_party.browser
    other = await make_party(browser, name="Other", is_first_party=False)
    seen = (await third_party.authorize()).headers["location"]
    unseen = (await other.authorize(scope="openid email")).headers["location"]
    page = await browser.get(seen)
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]

    answer = await browser.post(unseen, data={"csrf": csrf, "user": user.id, "decision": "allow"})

    assert answer.status_code == 403
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0


@pytest.mark.parametrize("kind", ["interaction", "consent", "flow"])
async def test_nothing_that_waits_goes_on_in_another_browser(
    third_party: Party, app: Starlette, kind: str, user: User
) -> None:
    browser = third_party.browser
    flow = (await third_party.authorize()).headers["location"]
    waiting = await db.fetch_value("SELECT id FROM oidc_interaction")
    path = {"interaction": f"/oauth2/authorize/{waiting}", "consent": f"/oauth2/consent/{waiting}", "flow": flow}[kind]

    async with httpx.AsyncClient(transport=browser._transport, base_url=ISSUER) as thief:
        await thief.get("/signin")
        await sign_in(thief, user)
        answer = await thief.get(path, headers={"accept": "text/html"})

    assert answer.status_code in {400, 410}
    assert "location" not in answer.headers
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_rfc9700_4_5_a_code_injected_into_another_browser_fails_at_pkce(party: Party, session: Session) -> None:
    """The thief's client instance has a verifier of its own."""
    stolen = await party.code()

    answer = await party.redeem(stolen, code_verifier="a" * 43)

    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("purpose", [purpose for purpose in LinkPurpose if purpose is not LinkPurpose.SIGN_UP])
async def test_a_link_from_a_mail_is_no_token(party: Party, session: Session, user: User, purpose: LinkPurpose) -> None:
    token = await commit(new_link(purpose, user.id, user.email))

    answers = [
        await party.userinfo(token),
        await party.refresh(token),
        await party.redeem(token),
        await party.browser.get("/signin", headers={"cookie": f"auther_session={token}"}),
    ]

    assert [answer.status_code for answer in answers] == [401, 400, 400, 200]
    assert user.email not in answers[3].text


async def test_no_token_is_a_session(party: Party, session: Session, user: User) -> None:
    tokens = await party.tokens()

    for token in (tokens["access_token"], tokens["id_token"], tokens["refresh_token"], await party.code(), session.id):
        answer = await party.browser.get("/signin", headers={"cookie": f"auther_session={token}"})
        assert user.email not in answer.text


async def test_a_session_token_is_no_bearer_token(party: Party, session: Session) -> None:
    token = party.browser.cookies["auther_session"]

    assert (await party.userinfo(token)).status_code == 401


async def test_scopes_that_a_public_client_was_not_given_do_not_come_by_refreshing(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, kind=ClientKind.SPA, scopes=("openid", "profile", "email"))
    tokens = await party.tokens(scope="openid")

    for scope in ("openid email", "email", "openid openid email", "openid\temail", "openid offline_access", "OPENID"):
        answer = await party.refresh(tokens["refresh_token"], scope=scope)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_a_reset_by_one_user_leaves_another_signed_in_and_unchanged(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    bob = await make_user("bob@example.com")
    await stranger.submit(await stranger.get("/password/forgot"), "forgot-form", identifier="ada@example.com")
    link = link_in((await read_mails())[0])

    page = await stranger.get(f"{link}&user={bob.id}&email=bob@example.com")
    done = await stranger.submit(page, "choose-form", password=OTHER_PASSWORD, username="bob@example.com")

    assert done.status == 303
    assert await db.fetch_value("SELECT count(*) FROM credentials_password WHERE user_id = $1", bob.id) == 0


async def test_prompt_none_answers_no_client_for_another_users_hint(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    eve = await make_user("eve@example.com")
    await sign_in(party.browser, eve)

    answer = answer_of(await party.authorize(prompt="none", id_token_hint=hint))

    assert answer["error"] == "login_required"
    assert answer["iss"] == ISSUER
