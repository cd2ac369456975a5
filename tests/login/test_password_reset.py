"""Resetting a forgotten password."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.credentials.service import adopt_password, check_password, prepare_password
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.login.service import send_invitation
from app.sessions.service import resolve_session
from app.users.service import ban_user, find_user, update_user
from app.users.types import UserChanges
from tests.login.support import OTHER_PASSWORD, PASSWORD, Page, Visitor, link_in, make_person, read_mails
from tests.support import commit, counted_statements, make_user


async def _forget(visitor: Visitor, login: str = "ada", url: str = "/password/forgot") -> Page:
    return await visitor.submit(await visitor.get(url), "forgot-form", identifier=login)


async def _link(visitor: Visitor) -> str:
    await _forget(visitor)
    return link_in((await read_mails())[0])


async def test_a_new_password_is_chosen_by_the_link(visitor: Visitor) -> None:
    user = await make_person()

    sent = await visitor.follow(await _forget(visitor, "ADA@example.com"))
    [mail] = await read_mails()
    page = await visitor.get(link_in(mail))
    done = await visitor.follow(await visitor.submit(page, "choose-form", password=OTHER_PASSWORD))

    assert sent.texts["sent"].startswith("If there is such an account, we have sent a link")
    assert (mail.to, mail.template) == ("ada@example.com", "reset_password")
    assert page.texts["account-email"] == "ada@example.com"
    assert 'autocomplete="new-password"' in page.html
    assert "Your password is changed and every device is signed out." in done.html
    assert not (await check_password(user.id, PASSWORD)).is_correct
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_an_unknown_account_gets_the_same_answer_at_the_same_cost_and_no_mail(visitor: Visitor) -> None:
    await make_person()
    shapes = []

    for login in ("ada", "eve"):
        form = await visitor.get("/password/forgot")
        with counted_statements() as statements:
            answer = await visitor.submit(form, "forgot-form", identifier=login)
        headers = {name: value for name, value in answer.response.headers.items() if name != "x-request-id"}
        shapes.append((answer.status, answer.html, headers, len(statements)))

    assert shapes[0] == shapes[1]
    assert [mail.to for mail in await read_mails()] == ["ada@example.com"]


async def test_a_banned_user_gets_no_mail(visitor: Visitor) -> None:
    user = await make_person()
    await commit(ban_user(SYSTEM, user.id))

    assert (await _forget(visitor)).status == 303
    assert await read_mails() == []


async def test_every_session_ends_and_none_begins(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    await stranger.sign_in("ada")
    tokens = [visitor.session_token or "", stranger.session_token or ""]
    page = await visitor.get(await _link(visitor))

    await visitor.submit(page, "choose-form", password=OTHER_PASSWORD)

    assert [await resolve_session(token) for token in tokens] == [None, None]
    assert visitor.session_token is None
    assert await db.fetch_value("SELECT count(*) FROM sessions_session WHERE ended_at IS NULL") == 0


async def test_the_session_of_another_user_in_this_browser_stays(visitor: Visitor) -> None:
    await make_person()
    await make_person("bob@example.com", name="Bob")
    await visitor.sign_in("bob")

    await visitor.submit(await visitor.get(await _link(visitor)), "choose-form", password=OTHER_PASSWORD)

    assert await resolve_session(visitor.session_token or "") is not None


async def test_the_link_proves_the_address(visitor: Visitor) -> None:
    user = await make_person(email_verified=False)

    await visitor.submit(await visitor.get(await _link(visitor)), "choose-form", password=OTHER_PASSWORD)

    found = await find_user(user.id)
    assert found is not None
    assert found.email_verified


async def test_a_mail_scanner_uses_nothing_up(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(visitor)

    scans = [(await stranger.get(link)).status for _ in range(3)]
    heads = (await stranger.client.head(link)).status_code
    done = await visitor.submit(await visitor.get(link), "choose-form", password=OTHER_PASSWORD)

    assert (scans, heads, done.status) == ([200] * 3, 200, 303)


async def test_a_link_works_once(visitor: Visitor) -> None:
    user = await make_person()
    link = await _link(visitor)
    page = await visitor.get(link)
    await visitor.submit(page, "choose-form", password=OTHER_PASSWORD)

    again = await visitor.submit(page, "choose-form", password="yet another one 55")

    assert (again.status, again.links["again"]) == (410, "/password/forgot")
    assert (await visitor.get(link)).status == 410
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


@pytest.mark.parametrize("change", ["password", "email"])
async def test_a_link_dies_with_a_change_of_password_or_address(visitor: Visitor, change: str) -> None:
    user = await make_person()
    page = await visitor.get(await _link(visitor))
    if change == "password":
        await commit(adopt_password(SYSTEM, user.id, await prepare_password("changed meanwhile 3")))
    else:
        await commit(update_user(SYSTEM, user.id, UserChanges(email="new@example.com")))

    answer = await visitor.submit(page, "choose-form", password=OTHER_PASSWORD)

    assert answer.status == 410
    assert not (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_a_link_expires(visitor: Visitor) -> None:
    await make_person()
    link = await _link(visitor)

    with clock.frozen(clock.now() + timedelta(minutes=30)):
        assert (await visitor.get(link)).status == 410


async def test_a_weak_password_does_not_use_the_link_up(visitor: Visitor) -> None:
    user = await make_person()
    page = await visitor.get(await _link(visitor))

    weak = await visitor.submit(page, "choose-form", password="ada12345")
    done = await visitor.submit(weak, "choose-form", password=OTHER_PASSWORD)

    assert weak.status == 400
    assert weak.texts["password-error"].startswith("This password is easy to guess.")
    assert done.status == 303
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_a_forged_link_is_refused(visitor: Visitor) -> None:
    for token in ("", "alk_" + "A" * 43, "%00", "%F0%9F%99%82"):
        assert (await visitor.get(f"/password/reset?token={token}")).status == 410


async def test_a_link_of_another_purpose_is_refused(visitor: Visitor) -> None:
    user = await make_user()
    await commit(send_invitation(user))
    link = link_in((await read_mails())[0])

    wrong = await visitor.get(link.replace("/password/set", "/password/reset"))
    right = await visitor.get(link)

    assert (wrong.status, right.status) == (410, 200)


async def test_an_invitation_sets_the_first_password(visitor: Visitor) -> None:
    user = await make_user(email_verified=False, name="Ada Lovelace")
    await commit(send_invitation(user, inviter="Grace"))
    [mail] = await read_mails()

    page = await visitor.get(link_in(mail))
    done = await visitor.follow(await visitor.submit(page, "choose-form", password=PASSWORD))
    entered = await visitor.submit(done, "signin-form", identifier="ada@example.com", password=PASSWORD)

    assert (mail.template, page.title) == ("invitation", "Welcome – Auther")
    assert "Your password is set. Sign in with it." in done.html
    assert entered.status == 303


async def test_a_reset_unlocks_the_account_for_this_browser(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    with clock.frozen():
        for _ in range(8):
            await stranger.sign_in("ada", "wrong")
        locked = await visitor.sign_in("ada")

        await visitor.submit(await visitor.get(await _link(visitor)), "choose-form", password=OTHER_PASSWORD)
        for _ in range(8):
            await stranger.sign_in("ada", "wrong")
        entered = await visitor.sign_in("ada", OTHER_PASSWORD)

    assert (locked.status, entered.status) == (429, 303)


async def test_the_flow_goes_on_after_a_reset(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow(client_name="Diary")
    await _forget(visitor, url=f"/password/forgot?flow={flow.id}")
    page = await visitor.get(link_in((await read_mails())[0]))

    done = await visitor.follow(await visitor.submit(page, "choose-form", password=OTHER_PASSWORD))
    entered = await visitor.submit(done, "signin-form", identifier="ada", password=OTHER_PASSWORD)

    assert done.texts["client"] == "Diary"
    assert entered.response.headers["location"] == "/oauth2/authorize/flw_x"


async def test_nobody_s_mailbox_is_flooded(visitor: Visitor) -> None:
    await make_person()

    for _ in range(8):
        assert (await _forget(visitor)).status == 303

    assert len(await read_mails()) == 5


async def test_an_address_cannot_ask_without_end(visitor: Visitor) -> None:
    with clock.frozen():
        statuses = [(await _forget(visitor, f"u{number}")).status for number in range(31)]

    assert statuses == [303] * 30 + [429]


async def test_a_mail_comes_in_the_reader_s_language(visitor: Visitor) -> None:
    await make_person()
    visitor.client.headers["accept-language"] = "de"

    await _forget(visitor)

    assert (await read_mails())[0].locale == "de"
