"""Confirming an address."""

from __future__ import annotations

from app.kit import db
from app.kit.actor import SYSTEM
from app.login.service import send_verification
from app.users.service import find_user, update_user
from app.users.types import User, UserChanges
from tests.login.support import Visitor, link_in, read_mails
from tests.support import commit, make_user


async def _is_verified(user: User) -> bool:
    found = await find_user(user.id)
    assert found is not None
    return found.email_verified


async def _link(user: User) -> str:
    await commit(send_verification(user))
    return link_in((await read_mails())[0])


async def test_the_button_confirms_and_opening_the_page_does_not(visitor: Visitor) -> None:
    user = await make_user(email_verified=False)
    link = await _link(user)

    page = await visitor.get(link)
    opened = await _is_verified(user)
    done = await visitor.follow(await visitor.submit(page, "confirm-form"))

    assert (page.texts["email"], opened) == ("ada@example.com", False)
    assert await _is_verified(user)
    assert "Your e-mail address is confirmed." in done.html
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'user.verified'") == 1


async def test_the_link_works_once(visitor: Visitor) -> None:
    user = await make_user(email_verified=False)
    page = await visitor.get(await _link(user))
    await visitor.submit(page, "confirm-form")

    again = await visitor.submit(page, "confirm-form")

    assert (again.status, again.links["signin"]) == (410, "/signin?existing=1")


async def test_the_link_does_not_confirm_an_address_that_came_later(visitor: Visitor) -> None:
    user = await make_user(email_verified=False)
    page = await visitor.get(await _link(user))
    await commit(update_user(SYSTEM, user.id, UserChanges(email="later@example.com")))

    answer = await visitor.submit(page, "confirm-form")

    assert answer.status == 410
    assert not await _is_verified(user)


async def test_a_post_without_our_form_confirms_nothing(visitor: Visitor) -> None:
    user = await make_user(email_verified=False)
    link = await _link(user)
    await visitor.get("/signin")

    response = await visitor.client.post(link, data={"csrf": "x"})

    assert response.status_code == 403
    assert not await _is_verified(user)
