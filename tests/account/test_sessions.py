"""`/account/sessions`: where one is signed in, and ending that."""

from __future__ import annotations

import pytest

from app.kit import db
from tests.account.support import SESSIONS, sign_in_ada
from tests.factors.support import code_of, give_app
from tests.login.support import Visitor, make_person
from tests.support import read_audit

LIVE = "SELECT id FROM sessions_session WHERE ended_at IS NULL ORDER BY created_at"


async def _live() -> list[str]:
    return [row["id"] for row in await db.fetch(LIVE)]


async def test_the_list_shows_each_browser_and_marks_the_one_in_use(visitor: Visitor, stranger: Visitor) -> None:
    await sign_in_ada(visitor)
    await stranger.sign_in("ada")
    own, other = await _live()

    page = await visitor.get(SESSIONS)

    assert "Firefox on Linux this browser" in page.texts[own]
    assert "198.51.100.1" in page.texts[own]
    assert "password" in page.texts[own]
    assert "203.0.113.99" in page.texts[other]
    assert "this browser" not in page.texts[other]


async def test_how_somebody_signed_in_is_said_in_words(visitor: Visitor) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    step = await visitor.follow(await visitor.sign_in("ada"))
    await visitor.submit(step, "code-form", code=code_of(secret))

    page = await visitor.get(SESSIONS)

    assert "password + code" in page.texts["sessions"]


async def test_one_other_session_is_ended(visitor: Visitor, stranger: Visitor) -> None:
    await sign_in_ada(visitor)
    await stranger.sign_in("ada")
    own, other = await _live()

    answer = await visitor.submit(await visitor.get(SESSIONS), f"end-{other}")

    assert answer.response.headers["location"] == f"{SESSIONS}?notice=ended"
    assert await _live() == [own]
    assert (await stranger.get(SESSIONS)).response.headers["location"] == f"/signin?next={SESSIONS}"
    event = (await read_audit())[-1]
    assert (event.action, event.target_id) == ("session.deleted", other)


async def test_a_session_that_is_over_already_can_be_ended_again(visitor: Visitor, stranger: Visitor) -> None:
    await sign_in_ada(visitor)
    await stranger.sign_in("ada")
    _, other = await _live()
    page = await visitor.get(SESSIONS)

    answers = [await visitor.submit(page, f"end-{other}") for _ in range(2)]

    assert [answer.status for answer in answers] == [303, 303]


async def test_the_session_in_use_ends_like_any_sign_out(visitor: Visitor) -> None:
    await sign_in_ada(visitor)
    (own,) = await _live()

    answer = await visitor.submit(await visitor.get(SESSIONS), f"end-{own}")

    assert answer.response.headers["location"] == "/signin?notice=signed_out"
    assert not visitor.session_token
    assert await _live() == []


@pytest.mark.parametrize(("form", "left", "leads_to"), [
    ("end-others", 1, f"{SESSIONS}?notice=ended"),
    ("end-all", 0, "/signin?notice=signed_out"),
])  # fmt: skip
async def test_many_are_ended_at_once(visitor: Visitor, stranger: Visitor, form: str, left: int, leads_to: str) -> None:
    await sign_in_ada(visitor)
    await stranger.sign_in("ada")
    own, _ = await _live()

    answer = await visitor.submit(await visitor.get(SESSIONS), form)

    assert answer.response.headers["location"] == leads_to
    assert await _live() == [own][:left]
    assert bool(visitor.session_token) is bool(left)
