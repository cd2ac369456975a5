"""Entering a code that came by mail."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.credentials.service import adopt_password, prepare_password
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import is_known_browser, resolve_session
from app.users.service import ban_user, update_user
from app.users.types import UserChanges
from tests.login.mailed import OVER, WRONG, ask, code_in, receive, wrong_of
from tests.login.support import OTHER_PASSWORD, Page, Visitor, failures, make_person, read_mails
from tests.support import commit


async def test_the_code_signs_in_with_one_factor(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)

    answer = await visitor.submit(page, "code-form", code=code_in(mail))

    resolved = await resolve_session(visitor.session_token or "")
    assert (answer.status, answer.response.headers["location"]) == (303, "/admin/")
    assert resolved is not None
    assert resolved.user.id == user.id
    assert (resolved.session.amr, resolved.session.acr) == (("otp",), "pwd")


@pytest.mark.parametrize("pattern", ["{0} {1}", " {0}-{1} ", "{0}\u00a0{1}"], ids=["blank", "hyphen", "no-break"])
async def test_a_code_may_be_pasted_with_blanks(visitor: Visitor, pattern: str) -> None:
    await make_person()
    page, mail = await receive(visitor)
    code = code_in(mail)

    answer = await visitor.submit(page, "code-form", code=pattern.format(code[:4], code[4:]))

    assert answer.status == 303


async def test_the_session_from_before_is_worth_nothing_afterwards(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    before = visitor.session_token or ""
    page, mail = await receive(visitor, url="/signin?other=1")

    await visitor.submit(page, "code-form", code=code_in(mail))

    assert visitor.session_token not in {None, before}
    assert await resolve_session(before) is None


async def test_a_wrong_code_comes_back_beside_its_field_and_is_recorded(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)

    answer = await visitor.submit(page, "code-form", code=wrong_of(code_in(mail)))

    assert (answer.status, answer.texts["code-error"]) == (400, WRONG)
    assert visitor.session_token is None
    assert await failures() == [(user.id, "mailed_code_wrong")]


async def test_after_five_wrong_codes_the_right_one_does_not_help(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    code = code_in(mail)

    wrong = [await visitor.submit(page, "code-form", code=wrong_of(code)) for _ in range(5)]
    right = await visitor.submit(page, "code-form", code=code)

    assert [answer.status for answer in wrong] == [400] * 4 + [410]
    assert (right.status, right.alert, "code-form" in right.forms) == (410, OVER, False)
    assert right.texts["again"] == "Send a new code"
    assert visitor.session_token is None
    assert await failures() == [(user.id, "mailed_code_wrong")] * 5 + [(None, "mailed_code_over")]


async def test_a_hundred_guesses_at_once_are_five(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    wrong = wrong_of(code_in(mail))

    async def guess() -> Page:
        return await visitor.submit(page, "code-form", code=wrong)

    with override(signin_attempts_per_address=200):
        answers = await asyncio.gather(*(guess() for _ in range(100)))
        right = await visitor.submit(page, "code-form", code=code_in(mail))

    assert {answer.status for answer in answers} <= {400, 410}
    assert await db.fetch_value("SELECT guesses FROM mailed_code") == 5
    assert (await failures()).count((user.id, "mailed_code_wrong")) == 5
    assert (right.status, visitor.session_token) == (410, None)


async def test_a_right_code_sent_many_times_at_once_signs_in_once(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)
    code = code_in(mail)

    answers = await asyncio.gather(*(visitor.submit(page, "code-form", code=code) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [303, 410, 410, 410, 410]
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 1


async def test_a_code_works_once(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)
    await visitor.submit(page, "code-form", code=code_in(mail))

    again = await visitor.submit(page, "code-form", code=code_in(mail))

    assert (again.status, again.alert) == (410, OVER)


async def test_a_code_of_one_browser_signs_no_other_in(visitor: Visitor, stranger: Visitor) -> None:
    """Whoever starts it for somebody else and gets at the code is not helped by it elsewhere."""
    await make_person()
    page, mail = await receive(visitor)
    own, _ = await receive(stranger)

    foreign = await stranger.submit(own, "code-form", code=code_in(mail))
    mine = await visitor.submit(page, "code-form", code=code_in(mail))

    assert (foreign.status, stranger.session_token) == (400, None)
    assert mine.status == 303


async def test_strangers_who_ask_do_not_spoil_the_owner_s_code(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)
    for _ in range(2):
        theirs, _ = await receive(stranger)
        for _ in range(5):
            await stranger.submit(theirs, "code-form", code=wrong_of(code_in(mail)))

    assert (await visitor.submit(page, "code-form", code=code_in(mail))).status == 303


async def test_a_code_expires(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)

    with clock.frozen(clock.now() + timedelta(minutes=10)):
        shown = await visitor.get("/signin/email/code")
        answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert (shown.status, shown.alert, answer.status) == (410, OVER, 410)
    assert visitor.session_token is None


@pytest.mark.parametrize("change", ["password", "email"])
async def test_a_code_dies_with_a_change_of_password_or_address(visitor: Visitor, change: str) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    if change == "password":
        await commit(adopt_password(SYSTEM, user.id, await prepare_password(OTHER_PASSWORD)))
    else:
        await commit(update_user(SYSTEM, user.id, UserChanges(email="new@example.com")))

    answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert (answer.status, answer.alert) == (410, OVER)
    assert visitor.session_token is None


async def test_a_user_banned_meanwhile_is_told_so_and_not_let_in(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    await commit(ban_user(SYSTEM, user.id))

    answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert answer.status == 403
    assert (answer.alert or "").startswith("This account is suspended.")
    assert visitor.session_token is None
    assert await failures() == [(user.id, "login_suspended")]


async def test_a_user_deleted_meanwhile_has_no_code(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    await db.execute("DELETE FROM users_user WHERE id = $1", user.id)

    answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert (answer.status, visitor.session_token) == (410, None)


async def test_an_address_that_guesses_too_much_is_shut_out(visitor: Visitor) -> None:
    await make_person()
    page, _ = await receive(visitor)

    with clock.frozen(), override(signin_attempts_per_address=2):
        answers = [await visitor.submit(page, "code-form", code="00000000") for _ in range(3)]

    assert [answer.status for answer in answers] == [400, 400, 429]
    assert (answers[2].alert or "").startswith("Too many attempts from your network.")
    assert await db.fetch_value("SELECT guesses FROM mailed_code") == 2


async def test_the_owner_s_way_out_of_a_lock(visitor: Visitor, stranger: Visitor) -> None:
    """The lock is for browsers that the account does not know; a code makes this one known."""
    user = await make_person()
    with clock.frozen(), override(signin_failures_before_delay=2, signin_failures_before_lock=3):
        for _ in range(4):
            locked = await stranger.sign_in("ada", "wrong")
        own = await visitor.sign_in("ada")
        page, mail = await receive(visitor)
        entered = await visitor.submit(page, "code-form", code=code_in(mail))
        by_password = await visitor.sign_in("ada", url="/signin?other=1")
        others = await stranger.sign_in("ada")

    assert (locked.status, own.status, entered.status) == (429, 429, 303)
    assert await is_known_browser(user.id, visitor.browser_id)
    assert (by_password.status, others.status) == (303, 429)


async def test_codes_that_were_mailed_never_show_in_logs(
    visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    await make_person()
    page, mail = await receive(visitor)
    await visitor.submit(page, "code-form", code=wrong_of(code_in(mail)))
    await visitor.submit(page, "code-form", code=code_in(mail))

    logged = capsys.readouterr()
    assert code_in(mail) not in logged.out + logged.err
    assert "mlt_" not in logged.out + logged.err


async def test_wishes_are_one_a_browser(visitor: Visitor) -> None:
    await make_person()

    for login in ("ada", "eve", "ada", "bob"):
        await ask(visitor, login)
    await read_mails()

    assert await db.fetch_value("SELECT count(*) FROM mailed_code") == 1
    assert await read_mails() == []
