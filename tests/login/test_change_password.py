"""Replacing an initial password before anything else, and changing one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.credentials.service import adopt_password, check_password, prepare_password, require_password_change
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.service import find_flow, resolve_session
from app.users.service import ban_user
from app.users.types import User
from tests.factors.support import code_of, give_app
from tests.login.support import OTHER_PASSWORD, PASSWORD, Page, Visitor, failures, make_person, read_mails
from tests.support import commit, read_audit

CHANGE = "/password/change"


@pytest.fixture
async def newcomer() -> User:
    """Somebody whose password was chosen by an operator."""
    user = await make_person()
    await commit(require_password_change(user.id))
    return user


async def _arrive(visitor: Visitor, url: str = "/signin") -> Page:
    return await visitor.follow(await visitor.sign_in("ada", url=url))


async def test_an_initial_password_opens_only_its_replacement(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)
    elsewhere = await visitor.get("/signin")

    assert page.title == "Choose your own password – Auther"
    assert set(page.forms["change-form"].fields) == {"csrf", "password"}
    assert "signin-form" in elsewhere.forms
    assert visitor.session_token is None
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 0


async def test_the_session_begins_after_the_change_and_the_flow_goes_on(visitor: Visitor, newcomer: User) -> None:
    flow = await visitor.begin_flow()
    page = await _arrive(visitor, f"/signin?flow={flow.id}")
    waiting = await find_flow(flow.id, visitor.browser_id)

    done = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)
    finished = await find_flow(flow.id, visitor.browser_id)
    resolved = await resolve_session(visitor.session_token or "")

    assert waiting is not None
    assert waiting.session_id is None
    assert (done.status, done.response.headers["location"]) == (303, "/oauth2/authorize/flw_x")
    assert resolved is not None
    assert finished is not None
    assert finished.session_id == resolved.session.id
    check = await check_password(newcomer.id, OTHER_PASSWORD)
    assert (check.is_correct, check.must_change) == (True, False)
    assert "auther_pending" not in visitor.client.cookies


async def test_the_same_password_again_is_refused(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)

    answer = await visitor.submit(page, "change-form", password=PASSWORD)

    assert answer.status == 400
    assert answer.texts["password-error"] == "Choose a password other than the present one."
    assert (await check_password(newcomer.id, PASSWORD)).must_change


async def test_a_weak_replacement_is_refused_and_may_be_mended(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)

    weak = await visitor.submit(page, "change-form", password="password1")
    done = await visitor.submit(weak, "change-form", password=OTHER_PASSWORD)

    assert (weak.status, done.status) == (400, 303)


async def test_the_half_way_state_is_bound_to_its_browser(visitor: Visitor, stranger: Visitor, newcomer: User) -> None:
    await _arrive(visitor)
    await stranger.get("/signin")
    note = visitor.client.cookies["auther_pending"]
    stranger.client.cookies.set("auther_pending", note, domain="localhost.local", path="/")

    page = await stranger.get(CHANGE)

    assert (page.status, page.response.headers["location"]) == (303, "/signin")


@pytest.mark.parametrize(
    "change", [lambda note: note[:-2] + "AA", lambda note: "e30." + note, lambda note: "x" * 2_000]
)
async def test_a_forged_half_way_state_is_refused(visitor: Visitor, newcomer: User, change: object) -> None:
    await _arrive(visitor)
    assert callable(change)
    forged = change(visitor.client.cookies["auther_pending"])
    visitor.client.cookies.delete("auther_pending")
    visitor.client.cookies.set("auther_pending", forged, domain="localhost.local", path="/")

    assert (await visitor.get(CHANGE)).status == 303


async def test_the_half_way_state_ends_after_ten_minutes(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)

    with clock.frozen(clock.now() + timedelta(minutes=10)):
        answer = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)

    assert (answer.status, answer.response.headers["location"]) == (303, "/signin")
    assert not (await check_password(newcomer.id, OTHER_PASSWORD)).is_correct


async def test_the_half_way_state_ends_with_any_change_of_the_password(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)
    await commit(adopt_password(SYSTEM, newcomer.id, await prepare_password("set by somebody else 8")))

    answer = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)
    same = await visitor.submit(page, "change-form", password="set by somebody else 8")

    assert answer.response.headers["location"] == same.response.headers["location"] == "/signin"
    assert (await check_password(newcomer.id, "set by somebody else 8")).is_correct
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 0


async def test_a_user_banned_half_way_does_not_get_in(visitor: Visitor, newcomer: User) -> None:
    page = await _arrive(visitor)
    await commit(ban_user(SYSTEM, newcomer.id, reason="Left"))

    answer = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)
    again = await visitor.sign_in("ada")

    assert (answer.status, answer.alert) == (403, "This account is suspended. Reason: Left")
    assert (again.status, again.alert) == (403, "This account is suspended. Reason: Left")
    assert (await check_password(newcomer.id, PASSWORD)).must_change


async def test_nobody_changes_a_password_without_being_signed_in(visitor: Visitor) -> None:
    page = await visitor.get(CHANGE)

    assert (page.status, page.response.headers["location"]) == (303, "/signin")


async def test_one_s_own_password_is_changed_with_the_present_one(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    await stranger.sign_in("ada")
    before = [visitor.session_token or "", stranger.session_token or ""]
    page = await visitor.get(CHANGE)

    done = await visitor.submit(page, "change-form", current=PASSWORD, password=OTHER_PASSWORD)

    assert set(page.forms["change-form"].fields) == {"csrf", "current", "password", "username"}
    assert (done.status, done.response.headers["location"]) == (303, "/admin/")
    assert [await resolve_session(token) for token in before] == [None, None]
    assert await resolve_session(visitor.session_token or "") is not None
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_who_changes_their_password_gets_a_mail_in_their_language(visitor: Visitor) -> None:
    user = await make_person(locale="fr")
    await visitor.sign_in("ada")
    page = await visitor.get(CHANGE)
    before = await read_mails()

    await visitor.submit(page, "change-form", current="wrong", password=OTHER_PASSWORD)
    refused = await read_mails()
    await visitor.submit(page, "change-form", current=PASSWORD, password=OTHER_PASSWORD)
    told = await read_mails()

    assert refused == before
    (mail,) = told[: len(told) - len(before)]
    assert (mail.to, mail.template, mail.locale) == (user.email, "password_changed", "fr")
    assert "http://localhost:8000/account/security" in (mail.text or "")


async def test_a_wrong_present_password_counts_as_a_guess(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    page = await visitor.get(CHANGE)

    with clock.frozen():
        statuses = [
            (await visitor.submit(page, "change-form", current="wrong", password=OTHER_PASSWORD)).status
            for _ in range(6)
        ]

    assert statuses == [400] * 5 + [429]
    assert await failures() == [(user.id, "wrong_password")] * 5 + [(user.id, "credentials_slow_down")]
    assert (await check_password(user.id, PASSWORD)).is_correct


async def test_the_present_password_is_no_new_one(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")

    answer = await visitor.submit(await visitor.get(CHANGE), "change-form", current=PASSWORD, password=PASSWORD)

    assert answer.texts["password-error"] == "Choose a password other than the present one."


async def test_a_session_without_the_factor_does_not_change_a_protected_account_s_password(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    page, token = await visitor.get(CHANGE), visitor.session_token
    await give_app(user)
    mails, trail = await read_mails(), await read_audit()

    answer = await visitor.submit(page, "change-form", current=PASSWORD, password=OTHER_PASSWORD)

    assert answer.status == 303
    assert answer.response.headers["location"].startswith("/signin?flow=")
    assert (await check_password(user.id, PASSWORD)).is_correct
    assert await resolve_session(token or "") is not None
    assert (await read_mails(), await read_audit()) == (mails, trail)


async def test_such_a_session_comes_back_to_the_form_with_the_factor(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    secret, _ = await give_app(user)

    asked = await visitor.get(f"{CHANGE}?next=/account/security")
    step = await visitor.follow(await visitor.follow(asked))
    proved = await visitor.submit(step, "code-form", code=code_of(secret))
    page = await visitor.follow(proved)
    done = await visitor.submit(page, "change-form", current=PASSWORD, password=OTHER_PASSWORD)

    assert proved.response.headers["location"] == f"{CHANGE}?next=%2Faccount%2Fsecurity"
    assert done.response.headers["location"] == "/signin/second?next=%2Faccount%2Fsecurity"
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct
