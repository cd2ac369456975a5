"""Signing in with a name and a password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.pages.static import static_url
from app.sessions.service import resolve_session
from app.users.service import ban_user, find_user
from tests.login.support import PASSWORD, Visitor, failures, make_person
from tests.support import commit


async def _sessions() -> int:
    count: int = await db.fetch_value("SELECT count(*) FROM sessions_session WHERE ended_at IS NULL")
    return count


async def test_the_form_has_the_names_that_clients_and_password_managers_rely_on(visitor: Visitor) -> None:
    page = await visitor.get("/signin")

    assert page.status == 200
    assert set(page.forms["signin-form"].fields) == {"csrf", "identifier", "password", "passkeys", "credential"}
    for mark in (
        'id="identifier" name="identifier" type="text"',
        'autocomplete="username webauthn"',
        'id="password" name="password" type="password"',
        'autocomplete="current-password"',
        '<button id="submit" type="submit"',
        '<label for="identifier">',
        '<label for="password">',
        '<html lang="en">',
    ):
        assert mark in page.html


async def test_a_page_works_without_script_and_is_small(visitor: Visitor) -> None:
    page = await visitor.get("/signin")

    assert re.findall(r"<script.*?>", page.html) == [f'<script src="{static_url("passkeys.js")}" defer>']
    assert "style=" not in page.html
    assert " on" not in page.html.replace(" one", "")
    assert len(page.html) < 30_000


@pytest.mark.parametrize("login", ["ada@example.com", "ADA@Example.com", "ada", "ADA", " ada@example.com "])
async def test_e_mail_and_username_sign_in_whatever_their_case(visitor: Visitor, login: str) -> None:
    user = await make_person()

    page = await visitor.sign_in(login)

    assert (page.status, page.response.headers["location"]) == (303, "/admin/")
    resolved = await resolve_session(visitor.session_token or "")
    assert resolved is not None
    assert resolved.user.id == user.id
    assert (resolved.session.amr, resolved.session.acr) == (("pwd",), "pwd")
    assert resolved.session.browser_id == visitor.browser_id
    assert resolved.session.device == "Firefox on Linux"
    assert resolved.session.ip == "198.51.100.1"


async def test_the_session_cookie_is_http_only_and_the_sign_in_is_noted(visitor: Visitor) -> None:
    user = await make_person()

    with clock.frozen() as frozen:
        page = await visitor.sign_in("ada")
        at = clock.now()
        frozen.advance(timedelta(seconds=5))

    cookies = page.response.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("auther_session="))
    assert session.endswith("; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax")
    found = await find_user(user.id)
    assert found is not None
    assert found.last_sign_in_at == at


@pytest.mark.parametrize(
    ("next_", "target"),
    [
        ("/admin/users?search=a%26b", "/admin/users?search=a%26b"),
        ("//evil.example", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("https://evil.example", "/admin/"),
        ("/%2Fevil.example", "/admin/"),
    ],
)
async def test_sign_in_goes_on_to_a_path_of_this_host_only(visitor: Visitor, next_: str, target: str) -> None:
    await make_person()
    url = str(visitor.client.build_request("GET", "/signin", params={"next": next_}).url)

    page = await visitor.sign_in("ada", url=url)

    assert page.response.headers["location"] == target


async def test_a_wrong_password_says_so_keeps_the_name_and_leaves_a_trace(visitor: Visitor) -> None:
    user = await make_person()

    page = await visitor.sign_in("ada@example.com", "wrong")

    assert (page.status, page.alert) == (400, "That name or password is not right.")
    assert page.title.startswith("Error: ")
    assert 'role="alert" id="form-error"' in page.html
    assert page.html.count('aria-describedby="form-error" aria-invalid="true"') == 2
    assert page.forms["signin-form"].fields["identifier"] == "ada@example.com"
    assert page.forms["signin-form"].fields["password"] == ""
    assert (visitor.session_token, await _sessions()) == (None, 0)
    assert await failures() == [(user.id, "wrong_password")]


async def test_the_typed_name_is_escaped(visitor: Visitor) -> None:
    page = await visitor.sign_in('"><script>alert(1)</script>', "wrong")

    assert "<script>" not in page.html
    assert page.forms["signin-form"].fields["identifier"] == '"><script>alert(1)</script>'


async def test_each_sign_in_gives_a_new_session_and_ends_the_one_before(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    first = visitor.session_token or ""

    await visitor.sign_in("ada", url="/signin?other=1")

    assert visitor.session_token != first
    assert await resolve_session(first) is None
    assert await _sessions() == 1


async def test_a_planted_session_is_never_adopted(visitor: Visitor) -> None:
    await make_person()
    visitor.client.cookies.set("auther_session", "ast_" + "A" * 43, domain="localhost.local", path="/")

    await visitor.sign_in("ada")

    assert visitor.session_token != "ast_" + "A" * 43
    assert await _sessions() == 1


@pytest.mark.parametrize("token", ["", "x", "ast_" + "A" * 43, "ü", "a" * 4_000])
async def test_a_stale_cookie_never_loops(visitor: Visitor, token: str) -> None:
    raw = b"auther_session=" + token.encode()

    response = await visitor.client.get("/signin", headers=[(b"cookie", raw)])

    assert response.status_code == 200
    assert 'id="signin-form"' in response.text


async def test_an_ended_session_opens_the_form(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    await db.execute("UPDATE sessions_session SET ended_at = now()")

    page = await visitor.get("/signin")

    assert "signin-form" in page.forms


async def test_a_suspended_user_learns_it_with_the_right_password_only(visitor: Visitor) -> None:
    user = await make_person()
    until = clock.now() + timedelta(days=3)
    await commit(ban_user(SYSTEM, user.id, reason="Spam & <b>scam</b>", until=until))

    wrong, right = await visitor.sign_in("ada", "wrong"), await visitor.sign_in("ada")

    assert wrong.alert == "That name or password is not right."
    assert right.status == 403
    assert right.alert == (f"This account is suspended. Reason: Spam & <b>scam</b> Until: {until:%Y-%m-%d %H:%M} UTC")
    assert "<b>" not in right.html
    assert (visitor.session_token, await _sessions()) == (None, 0)


async def test_a_suspension_that_is_over_lets_in(visitor: Visitor) -> None:
    user = await make_person()
    await commit(ban_user(SYSTEM, user.id, reason=None, until=clock.now() + timedelta(days=3)))

    with clock.frozen(clock.now() + timedelta(days=4)):
        assert (await visitor.sign_in("ada")).status == 303


async def test_an_unverified_address_may_sign_in(visitor: Visitor) -> None:
    await make_person(email_verified=False)

    assert (await visitor.sign_in("ada")).status == 303


@pytest.mark.parametrize("password", ["", " " + PASSWORD, PASSWORD + " ", PASSWORD.upper()])
async def test_a_password_is_not_trimmed_or_folded(visitor: Visitor, password: str) -> None:
    await make_person()

    assert (await visitor.sign_in("ada", password)).status == 400


async def test_a_password_of_a_megabyte_is_refused(visitor: Visitor) -> None:
    await make_person()

    page = await visitor.sign_in("ada", "x" * 1_000_000)
    long = await visitor.sign_in("ada", "x" * 1_025)

    assert (page.status, page.texts["error"]) == (400, "What was sent is too large.")
    assert (long.status, long.forms["signin-form"].fields["identifier"]) == (400, "ada")
    assert "A password has at most 1024 characters." in long.html


async def test_a_form_of_another_browser_is_refused(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    form = (await stranger.get("/signin")).forms["signin-form"]
    await visitor.get("/signin")

    response = await visitor.client.post("/signin", data={**form.fields, "identifier": "ada", "password": PASSWORD})

    assert response.status_code == 403
    assert visitor.session_token is None


async def test_the_page_speaks_the_reader_s_language(visitor: Visitor) -> None:
    visitor.client.headers["accept-language"] = "de-DE,de;q=0.9"

    german, english = await visitor.get("/signin"), await visitor.get("/signin?ui_locales=nl+en")
    wrong = await visitor.sign_in("ada", "wrong")

    assert (german.title, english.title) == ("Anmelden – Auther", "Sign in – Auther")
    assert wrong.alert == "Name oder Passwort stimmt nicht."
