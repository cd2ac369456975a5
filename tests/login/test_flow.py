"""Signing in for the sake of an application."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.service import find_flow, resolve_session
from tests.login.support import PASSWORD, Visitor, make_person
from tests.support import commit


async def _finished_by(flow_id: str, visitor: Visitor) -> str | None:
    flow = await find_flow(flow_id, visitor.browser_id)
    assert flow is not None
    return flow.session_id


async def _session_id(visitor: Visitor) -> str:
    resolved = await resolve_session(visitor.session_token or "")
    assert resolved is not None
    return resolved.session.id


async def test_a_sign_in_finishes_the_flow_and_returns_to_it(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow(client_name="Diary <1>", login_hint="ada@example.com")
    page = await visitor.get(f"/signin?flow={flow.id}")

    done = await visitor.submit(page, "signin-form", password=PASSWORD)

    assert page.texts["client"] == "Diary <1>"
    assert page.forms["signin-form"].fields["identifier"] == "ada@example.com"
    assert page.forms["signin-form"].action == f"/signin?flow={flow.id}"
    assert (done.status, done.response.headers["location"]) == (303, "/oauth2/authorize/flw_x")
    assert await _finished_by(flow.id, visitor) == await _session_id(visitor)


async def test_the_flow_is_kept_over_a_wrong_password(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow(client_name="Diary")

    wrong = await visitor.sign_in("ada", "wrong", url=f"/signin?flow={flow.id}")
    done = await visitor.submit(wrong, "signin-form", password=PASSWORD)

    assert wrong.texts["client"] == "Diary"
    assert wrong.links["forgot"] == f"/password/forgot?flow={flow.id}"
    assert done.response.headers["location"] == "/oauth2/authorize/flw_x"


async def test_who_is_signed_in_already_goes_on_with_one_click(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    before = visitor.session_token
    flow = await visitor.begin_flow(client_name="Diary")

    page = await visitor.get(f"/signin?flow={flow.id}")
    done = await visitor.submit(page, "continue-form")

    assert (page.texts["account-name"], page.texts["account-email"]) == ("Ada Lovelace", "ada@example.com")
    assert page.texts["continue"] == "Continue as Ada Lovelace"
    assert done.response.headers["location"] == "/oauth2/authorize/flw_x"
    assert visitor.session_token == before
    assert await _finished_by(flow.id, visitor) == await _session_id(visitor)


async def test_another_account_may_be_used_and_replaces_the_session(visitor: Visitor) -> None:
    await make_person()
    await make_person("bob@example.com", name="Bob")
    await visitor.sign_in("ada")
    before = visitor.session_token or ""
    flow = await visitor.begin_flow()

    page = await visitor.get(f"/signin?flow={flow.id}")
    form = await visitor.get(page.links["other"])
    done = await visitor.submit(form, "signin-form", identifier="bob", password=PASSWORD)

    assert form.forms["signin-form"].fields["identifier"] == ""
    assert done.status == 303
    assert await resolve_session(before) is None
    assert await _finished_by(flow.id, visitor) == await _session_id(visitor)


@pytest.mark.parametrize("wish", ["must_reauthenticate", "min_auth_time"])
async def test_an_old_session_does_not_do_where_a_fresh_proof_is_wanted(visitor: Visitor, wish: str) -> None:
    await make_person()
    await visitor.sign_in("ada")
    before = (visitor.session_token, await _session_id(visitor))
    wishes = {"must_reauthenticate": True, "min_auth_time": clock.now() + timedelta(seconds=1)}

    with clock.frozen(clock.now() + timedelta(minutes=1)):
        flow = await visitor.begin_flow(**{wish: wishes[wish]})
        page = await visitor.get(f"/signin?flow={flow.id}")
        forced = await visitor.submit(page, "signin-form", action="continue")
        done = await visitor.submit(page, "signin-form", password=PASSWORD)

    assert page.title == "Confirm it is you – Auther"
    assert page.forms["signin-form"].fields["identifier"] == "ada@example.com"
    assert (forced.status, forced.alert) == (410, "You are no longer signed in here. Sign in to continue.")
    assert done.status == 303
    assert visitor.session_token != before[0]
    assert await resolve_session(before[0] or "") is None
    assert await _session_id(visitor) == before[1]
    assert await _finished_by(flow.id, visitor) == before[1]


async def test_continuing_without_a_session_asks_for_the_password(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    flow = await visitor.begin_flow()
    page = await visitor.get(f"/signin?flow={flow.id}")
    await db.execute("UPDATE sessions_session SET ended_at = now()")

    answer = await visitor.submit(page, "continue-form")

    assert (answer.status, answer.alert) == (410, "You are no longer signed in here. Sign in to continue.")
    assert await _finished_by(flow.id, visitor) is None


async def test_a_flow_cannot_be_completed_in_another_browser(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow()
    own = await stranger.get("/signin")

    shown = await stranger.get(f"/signin?flow={flow.id}")
    own.forms["signin-form"].action = f"/signin?flow={flow.id}"
    posted = await stranger.submit(own, "signin-form", identifier="ada", password=PASSWORD)

    assert shown.status == posted.status == 410
    assert shown.texts["error"].startswith("This sign-in took too long, or was begun in another browser.")
    assert shown.links["back"] == "/signin"
    assert (stranger.session_token, await _finished_by(flow.id, visitor)) == (None, None)


@pytest.mark.parametrize("flow_id", ["flw_" + "0" * 26, "flw_x", "%00", "%F0%9F%99%82", "ses_" + "0" * 26])
async def test_an_unknown_flow_gives_a_friendly_page(visitor: Visitor, flow_id: str) -> None:
    page = await visitor.get(f"/signin?flow={flow_id}")

    assert (page.status, page.links["back"]) == (410, "/signin")


async def test_an_expired_flow_gives_a_friendly_page(visitor: Visitor) -> None:
    flow = await visitor.begin_flow()

    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert (await visitor.get(f"/signin?flow={flow.id}")).status == 410


async def test_the_form_may_lead_to_where_the_client_is_registered(visitor: Visitor) -> None:
    new = NewClient(name="Diary", kind=ClientKind.WEB, redirect_uris=("https://diary.example/cb",))
    created = await commit(create_client(SYSTEM, new))
    flow = await visitor.begin_flow(client_id=created.client.id)

    page = await visitor.get(f"/signin?flow={flow.id}")
    plain = await visitor.get("/signin")

    assert "form-action 'self' https://diary.example;" in page.response.headers["content-security-policy"]
    assert "form-action 'self';" in plain.response.headers["content-security-policy"]


async def test_the_client_s_languages_win(visitor: Visitor) -> None:
    flow = await visitor.begin_flow(ui_locales="nl de en")

    assert (await visitor.get(f"/signin?flow={flow.id}")).title == "Anmelden – Auther"


async def test_a_flow_that_wants_a_new_account_opens_sign_up_with_a_way_back(visitor: Visitor) -> None:
    flow = await visitor.begin_flow(is_sign_up=True)

    page = await visitor.follow(await visitor.get(f"/signin?flow={flow.id}"))
    back = await visitor.get(page.links["signin"])

    assert str(page.response.url).endswith(f"/signup?flow={flow.id}")
    assert "signin-form" in back.forms
