"""Who sees account pages at all."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from app.kit import clock, db
from app.kit.runtime import override
from app.sessions.service import begin_session
from tests.account.support import APPS, DATA, DELETE, EMAIL, PROFILE, SESSIONS, post, sign_in_ada
from tests.api_keys.support import make_key
from tests.factors.support import give_app
from tests.login.support import Page, Visitor, make_person
from tests.support import as_user, commit, read_everything
from tests.threats.support import call

PAGES = (PROFILE, EMAIL, SESSIONS, APPS, DATA, DELETE, "/account/keys/key_x/delete")
NAVIGATED = {PROFILE: "profile", "/account/security": "security", SESSIONS: "sessions", APPS: "apps", DATA: "data"}
CONFIRM = f"{EMAIL}/confirm?token=alk_x"
POSTS = (
    PROFILE, EMAIL, f"{EMAIL}/withdraw", f"{EMAIL}/verification", CONFIRM, f"{SESSIONS}/end", f"{SESSIONS}/ses_x/end",
    f"{APPS}/withdraw?id=cli_x", "/account/keys/key_x/disable", "/account/keys/key_x/enable",
    "/account/keys/key_x/delete", f"{DATA}/export", DELETE,
)  # fmt: skip


async def test_the_short_address_leads_to_the_profile(visitor: Visitor) -> None:
    page = await visitor.get("/account")

    assert (page.status, page.response.headers["location"]) == (303, PROFILE)


@pytest.mark.parametrize("path", [*PAGES, CONFIRM])
async def test_who_is_not_signed_in_does_that_first_and_comes_back(visitor: Visitor, path: str) -> None:
    await make_person()

    page = await visitor.get(path)
    entered = await visitor.submit(
        await visitor.follow(page), "signin-form", identifier="ada", password="correct horse battery staple"
    )

    assert (page.status, page.response.headers["location"]) == (303, f"/signin?next={quote(path)}")
    assert entered.response.headers["location"] == path


@pytest.mark.parametrize("path", PAGES)
async def test_who_has_only_typed_a_password_sees_nothing_while_a_factor_is_missing(
    visitor: Visitor, path: str
) -> None:
    user = await make_person()
    await give_app(user)
    assert (await visitor.sign_in("ada")).response.headers["location"].startswith("/signin/second")

    page = await visitor.get(path)

    assert (page.status, page.response.headers["location"]) == (303, f"/signin?next={path}")


async def test_a_session_from_before_a_factor_was_required_sees_nothing(visitor: Visitor) -> None:
    await sign_in_ada(visitor)

    with override(require_mfa=True):
        page = await visitor.get(PROFILE)

    assert page.response.headers["location"] == f"/signin?next={PROFILE}"


@pytest.mark.parametrize("path", POSTS)
async def test_a_post_without_our_form_changes_nothing(visitor: Visitor, path: str) -> None:
    await sign_in_ada(visitor)
    before = await read_everything()

    answer = await visitor.client.post(path, data={"action": "all", "confirm": "ada@example.com"})

    assert answer.status_code == 403
    assert await read_everything() == before


@pytest.mark.parametrize(("path", "name"), NAVIGATED.items())
async def test_the_navigation_marks_where_one_is(visitor: Visitor, path: str, name: str) -> None:
    await sign_in_ada(visitor)

    page = await visitor.get(path)

    assert page.html.count("aria-current") == 1
    assert f'<a id="nav-{name}" href="{path}" aria-current="page">' in page.html
    assert page.response.headers["cache-control"] == "no-store"


async def test_pages_below_a_part_of_the_account_mark_that_part(visitor: Visitor) -> None:
    await sign_in_ada(visitor)

    page = await visitor.get(EMAIL)

    assert f'<a id="nav-profile" href="{PROFILE}" aria-current="true">' in page.html


@pytest.mark.parametrize(
    ("query", "back"),
    [("a=%FF&b=%00", f"{EMAIL}?a=%FF&b=%00"), ("a=" * 1_500, EMAIL)],
    ids=["encoded", "long"],
)
async def test_a_query_comes_back_if_it_is_one(visitor: Visitor, query: str, back: str) -> None:
    with clock.frozen() as frozen:
        await sign_in_ada(visitor)
        frozen.advance(timedelta(minutes=11))

        asked = await visitor.client.get(httpx.URL(EMAIL).copy_with(query=query.encode()))
        page = Page(await visitor.client.get(asked.headers["location"]))
        entered = await visitor.submit(page, "signin-form", password="correct horse battery staple")

    assert asked.status_code == 303
    assert entered.response.headers["location"] == back


@pytest.mark.parametrize("path", NAVIGATED)
async def test_a_query_that_is_no_text_makes_no_fault(visitor: Visitor, path: str) -> None:
    await sign_in_ada(visitor)

    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.client.cookies.jar)
    transport = visitor.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    headers = {"host": b"localhost:8000", "cookie": cookies.encode()}
    status = await call(transport.app, "GET", path, query=b"a=/\xff", headers=headers)

    assert status == 200


async def test_somebody_else_s_things_are_as_unknown_as_what_never_was(visitor: Visitor) -> None:
    await sign_in_ada(visitor)
    other = await make_person("bob@example.com")
    foreign = await commit(
        begin_session(as_user(other), other, amr=("pwd",), acr="pwd", browser_id="another")
    )  # fmt: skip
    key = (await make_key(other)).key
    sessions, apps = await visitor.get(SESSIONS), await visitor.get(APPS)
    counts = (
        "SELECT (SELECT count(*) FROM sessions_session WHERE ended_at IS NULL), (SELECT count(*) FROM api_keys_key)"
    )

    answers = [
        await post(visitor, f"{SESSIONS}/{foreign.session.id}/end"),
        await post(visitor, f"{SESSIONS}/ses_unknown/end"),
        await post(visitor, f"/account/keys/{key.id}/delete"),
        await post(visitor, "/account/keys/key_unknown/delete"),
    ]

    assert [answer.status for answer in answers] == [404, 404, 404, 404]
    assert [answer.texts["error"] for answer in answers[::2]] == [answer.texts["error"] for answer in answers[1::2]]
    assert foreign.session.id not in sessions.html
    assert key.name not in apps.html
    assert tuple(await db.fetch_row(counts) or ()) == (2, 1)
