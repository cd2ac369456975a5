"""Accounts that a stranger prepares for somebody else's address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.credentials.hashing import hasher
from app.kit import clock, db
from app.kit.runtime import override
from app.users.service import find_by_email
from tests.login.support import PASSWORD, Page, Visitor, link_in, read_mails

GRACE = "grace@example.com"
STRANGERS_PASSWORD = "what a stranger chose 9"


@pytest.fixture(autouse=True)
def _open() -> Iterator[None]:
    with override(signup_policy="open"):
        yield


async def sign_up(visitor: Visitor, password: str = PASSWORD, email: str = GRACE) -> Page:
    form = await visitor.get("/signup")
    return await visitor.submit(form, "signup-form", email=email, name="Grace", password=password)


async def newest_link() -> str:
    return link_in((await read_mails())[0])


async def test_a_click_alone_opens_no_account_under_a_password_that_a_stranger_chose(
    visitor: Visitor, stranger: Visitor
) -> None:
    await sign_up(stranger, STRANGERS_PASSWORD)
    page = await visitor.get(await newest_link())

    clicked = await visitor.submit(page, "confirm-form")
    guessed = await visitor.submit(page, "confirm-form", password=PASSWORD)

    assert "password" in page.forms["confirm-form"].fields
    assert (clicked.status, guessed.status) == (400, 400)
    assert guessed.texts["password-error"] == "That is not the password that was chosen for this account."
    assert await find_by_email(GRACE) is None


async def test_who_signed_up_may_follow_the_link_in_another_browser(visitor: Visitor, stranger: Visitor) -> None:
    await sign_up(visitor)
    page = await stranger.get(await newest_link())

    done = await stranger.submit(page, "confirm-form", password=PASSWORD)

    assert done.status == 303
    user = await find_by_email(GRACE)
    assert user is not None
    assert user.email_verified


async def test_the_browser_that_asked_needs_no_password(visitor: Visitor) -> None:
    await sign_up(visitor)

    page = await visitor.get(await newest_link())

    assert set(page.forms["confirm-form"].fields) == {"csrf"}


async def test_a_link_takes_ten_tries_an_hour(visitor: Visitor, stranger: Visitor) -> None:
    await sign_up(stranger, STRANGERS_PASSWORD)
    page = await visitor.get(await newest_link())

    with clock.frozen():
        answers = [(await visitor.submit(page, "confirm-form", password="a guess")).status for _ in range(10)]
        hashed = hasher().computed
        refused = await visitor.submit(page, "confirm-form", password=STRANGERS_PASSWORD)

    assert answers == [400] * 10
    assert (refused.status, hasher().computed) == (429, hashed)
    assert await find_by_email(GRACE) is None


async def test_a_password_of_a_megabyte_is_refused_before_hashing(visitor: Visitor, stranger: Visitor) -> None:
    await sign_up(stranger)
    page, hashed = await visitor.get(await newest_link()), hasher().computed

    answer = await visitor.submit(page, "confirm-form", password="x" * 2_000)

    assert (answer.status, hasher().computed) == (400, hashed)


async def test_of_twenty_confirmations_at_once_one_makes_the_account(visitor: Visitor) -> None:
    await sign_up(visitor)
    page = await visitor.get(await newest_link())

    answers = await asyncio.gather(*(visitor.submit(page, "confirm-form") for _ in range(20)))

    assert sorted(answer.status for answer in answers) == [303] + [410] * 19
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1


async def test_who_asks_too_often_costs_no_hash(visitor: Visitor) -> None:
    with clock.frozen():
        for number in range(30):
            assert (await sign_up(visitor, email=f"u{number}@example.com")).status == 303
        hashed = hasher().computed
        refused = await sign_up(visitor, email="u30@example.com")

    assert (refused.status, hasher().computed) == (429, hashed)


async def test_other_spellings_of_a_known_address_do_not_flood_its_mailbox(visitor: Visitor) -> None:
    await sign_up(visitor, email="iii@example.com")
    await visitor.submit(await visitor.get(await newest_link()), "confirm-form")

    for spelling in ("iii", "\u0130ii", "i\u0130i", "ii\u0130", "III", "\u0130\u0130i", "\u0130\u0130\u0130"):
        assert (await sign_up(visitor, email=f"{spelling}@example.com")).status == 303

    assert [mail.to for mail in await read_mails()] == ["iii@example.com"] * 5
