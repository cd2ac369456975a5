"""RP-initiated logout."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.support import AFTER_LOGOUT, Party, answer_of, claims_of, make_party, sign_in
from tests.support import commit, make_user, read_audit


async def is_over(session: Session) -> bool:
    return bool(await db.fetch_value("SELECT ended_at IS NOT NULL FROM sessions_session WHERE id = $1", session.id))


async def logout(party: Party, **params: str) -> httpx.Response:
    return await party.browser.get("/oauth2/logout", params=params)


async def confirm(browser: httpx.AsyncClient, html: str) -> httpx.Response:
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    return await browser.post("/oauth2/logout/confirm", data=fields)


def assert_asks(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert 'id="confirm"' in answer.text
    assert "location" not in answer.headers


async def test_a_valid_hint_signs_out_and_leads_back(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="s 1")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=s+1"
    assert 'auther_session="";' in answer.headers["set-cookie"]
    assert await is_over(session)


async def test_without_state_nothing_is_added(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert answer.headers["location"] == AFTER_LOGOUT


async def test_logging_out_ends_the_refresh_tokens(party: Party, session: Session) -> None:
    tokens = await party.tokens()

    await logout(party, id_token_hint=tokens["id_token"])

    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_without_an_address_our_own_page_says_so(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await logout(party, id_token_hint=hint, state="only-state")

    assert answer.status_code == 200
    assert "You are signed out" in answer.text
    assert await is_over(session)


async def test_logout_by_get_from_elsewhere_asks_first(party: Party, session: Session) -> None:
    answer = await logout(party)

    assert_asks(answer)
    assert not await is_over(session)


async def test_confirming_signs_out(party: Party, session: Session) -> None:
    page = await logout(party)

    answer = await confirm(party.browser, page.text)

    assert "You are signed out" in answer.text
    assert await is_over(session)


async def test_confirming_needs_the_csrf_field(party: Party, session: Session) -> None:
    answer = await party.browser.post("/oauth2/logout/confirm", data={"state": "x"})

    assert answer.status_code == 403
    assert not await is_over(session)


async def test_a_known_client_without_hint_is_led_back_after_confirming(party: Party, session: Session) -> None:
    page = await logout(party, client_id=party.client.id, post_logout_redirect_uri=AFTER_LOGOUT, state="x")
    assert_asks(page)
    assert "Notes asks to end your session" in page.text

    answer = await confirm(party.browser, page.text)

    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=x"
    assert await is_over(session)


@pytest.mark.parametrize(
    "target",
    [
        "https://app.example.com/bye?x=1",
        "https://app.example.com/bye/",
        "https://app.example.com/BYE",
        "https://evil.example/",
        "javascript:alert(1)",
    ],
)
async def test_an_unregistered_target_asks_and_is_never_followed(party: Party, session: Session, target: str) -> None:
    hint = (await party.tokens())["id_token"]

    page = await logout(party, id_token_hint=hint, post_logout_redirect_uri=target)
    assert_asks(page)
    assert not await is_over(session)

    answer = await confirm(party.browser, page.text)
    assert "You are signed out" in answer.text
    assert "location" not in answer.headers


async def test_a_bad_hint_asks_and_leads_nowhere(party: Party, session: Session) -> None:
    page = await logout(party, id_token_hint="a.b.c", client_id=party.client.id, post_logout_redirect_uri=AFTER_LOGOUT)

    assert_asks(page)
    assert AFTER_LOGOUT not in page.text


async def test_a_changed_hint_asks(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    assert_asks(await logout(party, id_token_hint=hint[:-12] + "AAAA" + hint[-8:]))


async def test_an_access_token_is_no_hint(party: Party, session: Session) -> None:
    assert_asks(await logout(party, id_token_hint=(await party.tokens())["access_token"]))


async def test_client_id_and_hint_must_agree(browser: httpx.AsyncClient, party: Party, session: Session) -> None:
    other = await make_party(browser)
    hint = (await party.tokens())["id_token"]

    answer = await logout(party, id_token_hint=hint, client_id=other.client.id, post_logout_redirect_uri=AFTER_LOGOUT)

    assert_asks(answer)
    assert not await is_over(session)


async def test_a_hint_for_another_user_asks(browser: httpx.AsyncClient, party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    theirs = await sign_in(browser, await make_user("grace@example.com"))

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert_asks(answer)
    assert not await is_over(theirs)


async def test_a_hint_of_a_session_that_is_over_does_not_end_a_later_one(
    browser: httpx.AsyncClient, party: Party, session: Session, user: User
) -> None:
    old = (await party.tokens())["id_token"]
    await commit(end_session(SYSTEM, session.id))
    later = await sign_in(browser, user)

    page = await logout(party, id_token_hint=old, post_logout_redirect_uri=AFTER_LOGOUT, state="s")

    assert_asks(page)
    assert not await is_over(later)
    answer = await confirm(browser, page.text)
    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=s"
    assert await is_over(later)


async def test_a_refreshed_hint_signs_out_without_asking(party: Party, session: Session) -> None:
    given = await party.tokens(scope="openid offline_access")
    hint = (await party.refresh(given["refresh_token"])).json()["id_token"]

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert answer.headers["location"] == AFTER_LOGOUT
    assert await is_over(session)


async def test_a_parameter_sent_twice_asks(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await party.browser.get("/oauth2/logout", params=[("id_token_hint", hint), ("id_token_hint", hint)])

    assert_asks(answer)


async def test_a_disabled_client_is_not_followed(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False)))

    assert_asks(await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT))


async def test_a_post_goes_on_as_a_get(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    answer = await party.browser.post("/oauth2/logout", data={"id_token_hint": hint, "state": "x"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/oauth2/logout?id_token_hint=")
    assert "You are signed out" in (await party.browser.get(answer.headers["location"])).text


async def test_who_is_signed_out_already_is_led_back(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    party.browser.cookies.delete("auther_session")

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert answer.headers["location"] == AFTER_LOGOUT


async def test_who_is_signed_out_already_has_nothing_to_confirm(party: Party) -> None:
    answer = await logout(party)

    assert "You are signed out" in answer.text


async def test_rp_initiated_2_an_expired_hint_is_a_hint(party: Party, session: Session) -> None:
    with clock.frozen() as now:
        hint = (await party.tokens())["id_token"]
        now.advance(timedelta(hours=2))
        assert claims_of(hint)["exp"] < clock.timestamp()

        answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert answer.headers["location"] == AFTER_LOGOUT
    assert await is_over(session)


async def test_a_hint_with_a_pairwise_subject_is_understood(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, subject_type="pairwise")
    hint = (await party.tokens())["id_token"]

    answer = await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert claims_of(hint)["sub"] != session.user_id
    assert answer.headers["location"] == AFTER_LOGOUT
    assert await is_over(session)


async def test_rp_initiated_2_a_login_name_alone_signs_nobody_out(party: Party, session: Session) -> None:
    answer = await logout(
        party, client_id=party.client.id, logout_hint="ada@example.com", post_logout_redirect_uri=AFTER_LOGOUT
    )

    assert_asks(answer)
    assert not await is_over(session)


async def test_rp_initiated_2_the_language_is_kept_through_the_question(party: Party, session: Session) -> None:
    page = await logout(party, ui_locales="xx de")

    answer = await confirm(party.browser, page.text)

    assert page.headers["content-language"] == answer.headers["content-language"] == "de"
    assert "Du bist abgemeldet" in answer.text


async def test_rp_initiated_2_1_a_post_may_have_everything(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    form = {
        "id_token_hint": hint,
        "logout_hint": "ada@example.com",
        "client_id": party.client.id,
        "post_logout_redirect_uri": AFTER_LOGOUT,
        "state": "s",
        "ui_locales": "de",
    }

    answer = await party.browser.post("/oauth2/logout", data=form)
    answer = await party.browser.get(answer.headers["location"])

    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=s"
    assert await is_over(session)


async def test_after_signing_out_no_silent_sign_in(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]
    await logout(party, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)

    assert answer_of(await party.authorize(prompt="none"))["error"] == "login_required"


async def test_signing_out_ends_what_offline_access_gave_too(party: Party, session: Session) -> None:
    tokens = await party.tokens(scope="openid offline_access")

    await logout(party, id_token_hint=tokens["id_token"])

    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_signing_out_leaves_a_trace(party: Party, session: Session) -> None:
    hint = (await party.tokens())["id_token"]

    await logout(party, id_token_hint=hint)

    [event] = [event for event in await read_audit() if event.action == "session.deleted"]
    assert (event.target_id, event.actor_id) == (session.id, session.user_id)
