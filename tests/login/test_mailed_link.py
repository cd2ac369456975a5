"""The link in the mail: harmless to open, good in the browser that asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.credentials.service import adopt_password, prepare_password
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.sessions.service import resolve_session
from app.users.service import ban_user, update_user
from app.users.types import UserChanges
from tests.login.mailed import OVER, code_in, receive, wrong_of
from tests.login.support import OTHER_PASSWORD, Page, Visitor, failures, link_in, make_person
from tests.support import commit, read_everything


async def _open(visitor: Visitor) -> tuple[Page, str]:
    """The page of a link that this browser asked for, and its address."""
    _, mail = await receive(visitor)
    return await visitor.get(link_in(mail)), link_in(mail)


async def test_the_button_signs_in_the_browser_that_asked(visitor: Visitor) -> None:
    user = await make_person()
    page, _ = await _open(visitor)

    answer = await visitor.submit(page, "link-form")

    resolved = await resolve_session(visitor.session_token or "")
    assert page.texts["email"] == "ada@example.com"
    assert (answer.status, answer.response.headers["location"]) == (303, "/admin/")
    assert resolved is not None
    assert (resolved.user.id, resolved.session.amr, resolved.session.acr) == (user.id, ("otp",), "pwd")


async def test_a_mail_scanner_s_get_of_a_link_consumes_nothing(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    waiting, mail = await receive(visitor)
    before = await read_everything()

    scans = [(await stranger.get(link_in(mail))).status for _ in range(3)]
    scans.append((await stranger.client.head(link_in(mail))).status_code)
    after = await read_everything()
    entered = await visitor.submit(waiting, "code-form", code=code_in(mail))

    assert scans == [200] * 4
    assert after == before
    assert (entered.status, stranger.session_token) == (303, None)


async def test_a_get_in_the_browser_that_asked_signs_nobody_in(visitor: Visitor) -> None:
    await make_person()
    _, link = await _open(visitor)

    again = await visitor.get(link)

    assert (again.status, "link-form" in again.forms, visitor.session_token) == (200, True, None)


async def test_another_browser_is_sent_back_to_the_one_that_asked_and_told_nothing_else(
    visitor: Visitor, stranger: Visitor
) -> None:
    """Neither does a click of the owner sign in who started it, nor is the owner signed in to what they did not ask."""
    await make_person()
    waiting, mail = await receive(visitor)

    page = await stranger.get(link_in(mail))
    still = await visitor.get("/signin/email/code")

    assert page.status == 200
    assert page.forms == {}
    assert page.texts["elsewhere"].startswith("You asked for this mail in another browser")
    assert "ada" not in page.html
    assert code_in(mail) not in page.html
    assert page.links["again"] == "/signin/email"
    assert (stranger.session_token, visitor.session_token, "code-form" in still.forms) == (None, None, True)
    assert (await visitor.submit(waiting, "code-form", code=code_in(mail))).status == 303


async def test_a_post_in_another_browser_signs_nobody_in(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await receive(stranger)
    own, _ = await _open(stranger)
    page, link = await _open(visitor)
    own.forms["link-form"].action = link

    answer = await stranger.submit(own, "link-form")

    assert (answer.status, stranger.session_token, visitor.session_token) == (410, None, None)
    assert answer.texts["elsewhere"].startswith("You asked for this mail in another browser")
    assert await failures() == [(None, "mailed_link_elsewhere")]
    assert (await visitor.submit(page, "link-form")).status == 303


async def test_a_post_without_its_token_is_refused(visitor: Visitor) -> None:
    await make_person()
    _, link = await _open(visitor)

    bare = await visitor.client.post(link, data={"passkeys": ""})

    assert (bare.status_code, visitor.session_token) == (403, None)


async def test_a_link_works_once_and_not_after_its_code(visitor: Visitor) -> None:
    await make_person()
    page, link = await _open(visitor)
    await visitor.submit(page, "link-form")
    again = await visitor.submit(page, "link-form")
    waiting, mail = await receive(visitor, url="/signin?other=1")
    await visitor.submit(waiting, "code-form", code=code_in(mail))
    after_code = await visitor.get(link_in(mail))

    assert (again.status, again.links["again"]) == (410, "/signin/email")
    assert again.texts["error"] == OVER
    assert (after_code.status, (await visitor.get(link)).status) == (410, 410)


async def test_of_many_posts_at_once_one_signs_in(visitor: Visitor) -> None:
    await make_person()
    page, _ = await _open(visitor)

    answers = await asyncio.gather(*(visitor.submit(page, "link-form") for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [303] + [410] * 7
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 1


@pytest.mark.parametrize("change", ["password", "email", "ban", "time", "guesses", "a newer one"])
async def test_a_link_dies(visitor: Visitor, change: str) -> None:
    user = await make_person()
    waiting, mail = await receive(visitor)
    page = await visitor.get(link_in(mail))
    now = clock.now()
    if change == "password":
        await commit(adopt_password(SYSTEM, user.id, await prepare_password(OTHER_PASSWORD)))
    elif change == "email":
        await commit(update_user(SYSTEM, user.id, UserChanges(email="new@example.com")))
    elif change == "ban":
        await commit(ban_user(SYSTEM, user.id))
    elif change == "guesses":
        for _ in range(5):
            await visitor.submit(waiting, "code-form", code=wrong_of(code_in(mail)))
    elif change == "a newer one":
        await receive(visitor)
    else:
        now += timedelta(minutes=10)

    with clock.frozen(now):
        answer = await visitor.submit(page, "link-form")

    assert (answer.status, visitor.session_token) == (403 if change == "ban" else 410, None)


async def test_a_forged_link_is_refused(visitor: Visitor) -> None:
    for token in ("", "mlt_" + "A" * 43, "%00", "%F0%9F%99%82"):
        assert (await visitor.get(f"/signin/email/link?token={token}")).status == 410


async def test_a_reset_link_signs_nobody_in(visitor: Visitor) -> None:
    await make_person()
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada")
    _, mail = await receive(visitor)

    swapped = link_in(mail).replace("/signin/email/link", "/password/reset")

    assert (await visitor.get(swapped)).status == 410
