"""Moving to another address: proved at its mailbox by who is signed in, told to the old one, silent about others."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from app.account.service import start_email_change
from app.credentials.service import adopt_password, prepare_password
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.users.service import find_by_email, update_user
from app.users.types import User, UserChanges
from tests.account.support import EMAIL, PROFILE, reread, row_of, sign_in_ada
from tests.factors.support import fresh, give_app
from tests.login.support import OTHER_PASSWORD, Page, Visitor, link_in, make_person, read_mails
from tests.support import commit, make_user, read_audit

NEW = "ada.king@example.com"
DEAD = "This link was used already, is too old, or is not one of ours."


async def _ask_for(visitor: Visitor, email: str = NEW) -> Page:
    return await visitor.submit(await visitor.get(EMAIL), "email-form", email=email)


async def _confirm(visitor: Visitor, link: str) -> Page:
    return await visitor.submit(await visitor.get(link), "confirm-form")


async def test_an_address_is_changed_once_it_is_confirmed_at_the_new_one(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)

    asked = await _ask_for(visitor)
    waiting = await visitor.follow(asked)
    between = await reread(user)
    (mail,) = await read_mails()
    question = await visitor.get(link_in(mail))
    unchanged = await reread(user)
    done = await visitor.submit(question, "confirm-form")
    after = await reread(user)

    assert asked.response.headers["location"] == f"{PROFILE}?notice=email_started"
    assert NEW in waiting.texts["pending"]
    assert (mail.to, mail.template) == (NEW, "change_email")
    assert "Ada" not in (mail.text or "")
    assert question.texts["new-email"] == NEW
    assert (between.email, unchanged.email) == (user.email, user.email)
    assert done.response.headers["location"] == f"{PROFILE}?notice=email_changed"
    assert (after.email, after.email_verified) == (NEW, True)
    notice = (await read_mails())[0]
    assert (notice.to, notice.template) == (user.email, "email_changed")
    assert NEW in (notice.text or "")
    assert [event.action for event in await read_audit()][-2:] == ["user.email_change_started", "user.updated"]
    assert "pending" not in (await visitor.get(PROFILE)).texts


async def test_a_proof_that_is_old_or_weak_is_asked_for_again(visitor: Visitor) -> None:
    user = await make_person()

    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        page = await visitor.get(EMAIL)
        frozen.advance(timedelta(minutes=11))
        late = await visitor.submit(page, "email-form", email=NEW)
        again = await visitor.get(EMAIL)
    await visitor.sign_in("ada", url=late.response.headers["location"])
    await give_app(user)
    weak = await visitor.get(EMAIL)

    for answer in (late, again, weak):
        assert answer.status == 303
        assert answer.response.headers["location"].startswith("/signin?flow=flw_")
    assert [mail.template for mail in await read_mails()] == ["totp_added"]


async def test_an_address_of_somebody_else_is_answered_like_any_other(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    other = await make_user("bob@example.com", name="Bob")
    pages, told = [], []

    with clock.frozen():
        for address in ("BOB@example.com", "free@example.com"):
            answer = await _ask_for(visitor, address)
            shown = await visitor.follow(answer)
            pages.append((answer.status, answer.response.headers["location"], _without(shown.html, address)))
            last = await db.fetch_row("SELECT * FROM events_audit ORDER BY seq DESC LIMIT 1")
            assert last is not None
            told.append((last["action"], last["target_id"], _without(str(last["after"]), address)))

    assert pages[0] == pages[1]
    assert told[0] == told[1]
    rows = await db.fetch("SELECT recipient, template, user_id FROM mail_message ORDER BY template")
    assert [tuple(row) for row in rows] == [
        ("bob@example.com", "address_in_use", other.id),
        ("free@example.com", "change_email", None),
    ]
    assert (await reread(user)).email == user.email


def _without(text: str, address: str) -> str:
    """A text without the address, however it is written, and without what is new at each request."""
    lower = re.sub(r'name="csrf" value="[^"]*"', "", text).replace(address, "x")
    return lower.replace(address.partition("@")[0].lower() + "@example.com", "x")


async def test_somebody_who_gets_the_address_first_keeps_it(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    await _ask_for(visitor)
    link = link_in((await read_mails())[0])
    await make_user(NEW)
    before = await row_of(user)

    answer = await _confirm(visitor, link)

    assert (answer.status, answer.texts["error"]) == (410, DEAD)
    assert await row_of(user) == before


async def test_only_who_asked_can_use_the_link(visitor: Visitor, stranger: Visitor) -> None:
    user = await sign_in_ada(visitor)
    other = await make_person("bob@example.com")
    await stranger.sign_in("bob")
    await _ask_for(visitor)
    link = link_in((await read_mails())[0])

    refused = await stranger.get(link)
    after = await reread(user)
    signed_out = await Visitor(visitor.client._transport.app).get(link)  # type: ignore[attr-defined]

    assert (refused.status, refused.texts["error"]) == (410, DEAD)
    assert NEW not in refused.html
    assert (await reread(other)).email == "bob@example.com"
    assert after.email == user.email
    assert signed_out.response.headers["location"].startswith("/signin?next=/account/email/confirm%3Ftoken%3D")


async def test_a_link_works_once(visitor: Visitor) -> None:
    await sign_in_ada(visitor)
    await _ask_for(visitor)
    link = link_in((await read_mails())[0])
    await _confirm(visitor, link)

    again = await visitor.get(link)

    assert (again.status, again.texts["error"]) == (410, DEAD)


async def _withdraw(visitor: Visitor, user: User) -> None:
    answer = await visitor.submit(await visitor.get(PROFILE), "withdraw-form")
    assert answer.response.headers["location"] == f"{PROFILE}?notice=email_withdrawn"


async def _wish_again(visitor: Visitor, user: User) -> None:
    await _ask_for(visitor, "third@example.com")


async def _change_password(visitor: Visitor, user: User) -> None:
    await commit(adopt_password(SYSTEM, user.id, await prepare_password(OTHER_PASSWORD)))


async def _change_by_operator(visitor: Visitor, user: User) -> None:
    await commit(update_user(SYSTEM, user.id, UserChanges(email="ordered@example.com")))


ENDS = {
    "a withdrawal": _withdraw,
    "another wish": _wish_again,
    "a new password": _change_password,
    "an operator": _change_by_operator,
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_link_ends_by(visitor: Visitor, end: str) -> None:
    user = await sign_in_ada(visitor)
    await _ask_for(visitor)
    link = link_in((await read_mails())[0])

    await ENDS[end](visitor, user)
    answer = await visitor.get(link)
    shown = await visitor.get(PROFILE)

    assert (answer.status, answer.texts["error"]) == (410, DEAD)
    assert NEW not in shown.texts.get("pending", "")
    assert await find_by_email(NEW) is None


async def test_a_withdrawal_is_noted_once(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    await _ask_for(visitor)
    page = await visitor.get(PROFILE)

    for _ in range(2):
        await visitor.submit(page, "withdraw-form")

    *_, started, withdrawn = await read_audit()
    assert (started.action, withdrawn.action) == ("user.email_change_started", "user.email_change_withdrawn")
    assert (withdrawn.target_id, withdrawn.after) == (user.id, {"email": NEW})


async def test_a_link_ends_by_itself_after_a_day(visitor: Visitor) -> None:
    with override(session_idle_ttl=timedelta(days=9)), clock.frozen() as frozen:
        await sign_in_ada(visitor)
        await _ask_for(visitor)
        link = link_in((await read_mails())[0])
        frozen.advance(timedelta(hours=24) - timedelta(seconds=1))
        before = await visitor.get(link)
        frozen.advance(timedelta(seconds=1))
        after = await visitor.get(link)
        shown = await visitor.get(PROFILE)

    assert (before.status, after.status) == (200, 410)
    assert "pending" not in shown.texts


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nonsense", "This is not an e-mail address."),
        ("ADA@example.com", "This is your address already."),
        ("ada@elsewhere.example", "Only addresses of certain organizations can be used here."),
    ],
)
async def test_an_address_that_cannot_be_taken_is_refused(visitor: Visitor, email: str, sentence: str) -> None:
    await sign_in_ada(visitor)

    with override(signup_policy="domain", signup_domains=("example.com",)):
        page = await _ask_for(visitor, email)

    assert (page.status, page.texts["email-error"]) == (400, sentence)
    assert await read_mails() == []


async def test_five_mails_an_hour_are_sent(visitor: Visitor) -> None:
    await sign_in_ada(visitor)

    with clock.frozen():
        statuses = [(await _ask_for(visitor, f"{n}@example.com")).status for n in range(6)]

    assert statuses == [303] * 5 + [429]
    assert len(await read_mails()) == 5


async def test_a_mailbox_is_not_flooded_by_many_accounts(visitor: Visitor) -> None:
    people = [await make_user(f"{n}@example.com") for n in range(7)]

    with clock.frozen():
        for person in people:
            await commit(start_email_change(fresh(person), NEW, locale="en"))

    assert [mail.to for mail in await read_mails()] == [NEW] * 5


async def test_a_mailbox_is_one_however_its_letters_are_typed() -> None:
    people = [await make_user(f"{n}@example.com") for n in range(7)]

    with clock.frozen():
        for n, person in enumerate(people):
            await commit(start_email_change(fresh(person), ("İda@example.org", "ida@example.org")[n % 2], locale="en"))

    assert len(await read_mails()) == 5


async def test_of_wishes_at_once_one_link_is_left(visitor: Visitor) -> None:
    user = await make_user()
    wishes = [commit(start_email_change(fresh(user), f"{n}@example.com", locale="en")) for n in range(4)]

    pending = await asyncio.gather(*wishes)

    live = "SELECT count(*) FROM credentials_link WHERE used_at IS NULL"
    assert sorted(each.email for each in pending) == [f"{n}@example.com" for n in range(4)]
    assert await db.fetch_value(live) == 1


async def test_the_verification_is_sent_again_where_it_is_missing(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor, email_verified=False)

    with clock.frozen():
        page = await visitor.get(PROFILE)
        answers = [(await visitor.submit(page, "verification-form")).status for _ in range(6)]
    link = link_in((await read_mails())[0])
    await visitor.submit(await visitor.get(link), "confirm-form")
    after = await visitor.get(PROFILE)

    assert page.texts["email-state"] == "not confirmed"
    assert answers == [303] * 5 + [429]
    assert [mail.template for mail in await read_mails()] == ["verify_email"] * 5
    assert (await reread(user)).email_verified is True
    assert after.texts["email-state"] == "confirmed"
    assert "verification-form" not in after.forms
