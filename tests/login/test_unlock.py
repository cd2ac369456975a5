"""The way out of a lock: a mail to the owner, once, with a link that lets one browser sign in again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.credentials.service import adopt_password, check_password, prepare_password
from app.jobs.service import run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.login.service import unlocking
from app.mail.types import Mail
from app.users.service import ban_user, update_user
from app.users.types import UserChanges
from tests.login.support import OTHER_PASSWORD, PASSWORD, Page, Visitor, link_in, make_person, read_mails
from tests.support import commit, counted_statements, read_audit, read_outbox

QUICK = {"signin_failures_before_delay": 2, "signin_failures_before_lock": 3}


async def _lock(stranger: Visitor, url: str = "/signin") -> list[int]:
    """Wrong passwords until the account is locked, and one more; the statuses."""
    statuses = []
    with clock.frozen() as frozen, override(**QUICK):
        for _ in range(4):
            statuses.append((await stranger.sign_in("ada", "wrong", url)).status)
            frozen.advance(timedelta(seconds=10))
        await run_pending()
    return statuses


async def _notices() -> list[Mail]:
    return [mail for mail in await read_mails() if mail.template == "sign_in_locked"]


async def _link(stranger: Visitor) -> str:
    await _lock(stranger)
    return link_in((await _notices())[0])


async def test_a_locked_account_gets_one_mail_with_a_way_out(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()

    assert await _lock(stranger) == [400, 400, 400, 429]

    [mail] = await _notices()
    assert (mail.to, mail.subject) == (user.email, "Too many wrong passwords at Auther")
    assert "Nobody got in." in (mail.text or "")
    assert link_in(mail).startswith("/signin/unlock?token=alk_")
    assert [kind for kind, _ in await read_outbox()].count("security.sign_in_locked") == 1


async def test_the_link_lets_its_browser_sign_in_while_strangers_go_on_guessing(
    visitor: Visitor, stranger: Visitor
) -> None:
    user = await make_person()
    link = await _link(stranger)
    with override(**QUICK):
        locked = await visitor.sign_in("ada")
        asked = await visitor.get(link)

        done = await visitor.follow(await visitor.submit(asked, "confirm-form"))
        for _ in range(5):
            refused = await stranger.sign_in("ada", "wrong")
        entered = await visitor.submit(done, "signin-form", identifier="ada", password=PASSWORD)

    assert (locked.status, asked.status, refused.status, entered.status) == (429, 200, 429, 303)
    assert asked.texts["email"] == user.email
    assert "The lock is lifted. Sign in with your password." in done.html
    [event] = [each for each in await read_audit() if each.action == "security.sign_in_unlocked"]
    assert (event.actor_id, event.target_id, event.ip) == (user.id, user.id, "198.51.100.1")
    assert (await check_password(user.id, PASSWORD)).is_correct


async def test_a_mail_scanner_unlocks_nothing_and_uses_nothing_up(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(stranger)

    scans = [(await stranger.get(link)).status for _ in range(3)]
    heads = (await stranger.client.head(link)).status_code
    with override(**QUICK):
        locked = await visitor.sign_in("ada")
    done = await visitor.submit(await visitor.get(link), "confirm-form")

    assert (scans, heads, locked.status, done.status) == ([200] * 3, 200, 429, 303)


async def test_a_link_works_once_and_not_for_ever(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(stranger)
    page = await visitor.get(link)

    with clock.frozen(clock.now() + timedelta(hours=24, minutes=1)):
        late = await visitor.get(link)
    first, again = await visitor.submit(page, "confirm-form"), await visitor.submit(page, "confirm-form")

    assert (late.status, first.status, again.status) == (410, 303, 410)
    assert (await visitor.get(link)).status == 410


@pytest.mark.parametrize("change", ["password", "email"])
async def test_a_link_dies_with_a_change_of_password_or_address(
    visitor: Visitor, stranger: Visitor, change: str
) -> None:
    user = await make_person()
    link = await _link(stranger)
    page = await visitor.get(link)

    if change == "password":
        await commit(adopt_password(SYSTEM, user.id, await prepare_password(OTHER_PASSWORD)))
    else:
        await commit(update_user(SYSTEM, user.id, UserChanges(email="new@example.com")))

    assert (await visitor.submit(page, "confirm-form")).status == 410
    assert "security.sign_in_unlocked" not in {event.action for event in await read_audit()}


async def test_a_link_of_another_purpose_is_refused(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(stranger)
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada")
    reset = link_in(next(mail for mail in await read_mails() if mail.template == "reset_password"))

    assert (await visitor.get(link.replace("/signin/unlock", "/password/reset"))).status == 410
    assert (await visitor.get(reset.replace("/password/reset", "/signin/unlock"))).status == 410
    for token in ("", "alk_" + "A" * 43, "%00", "%F0%9F%99%82"):
        assert (await visitor.get(f"/signin/unlock?token={token}")).status == 410


async def test_a_form_of_another_browser_unlocks_nothing(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(stranger)
    form = (await stranger.get(link)).forms["confirm-form"]
    await visitor.get("/signin")

    response = await visitor.client.post(form.action, data=form.fields)

    assert response.status_code == 403
    assert (await visitor.get(link)).status == 200


async def test_the_owner_s_known_browser_is_neither_locked_nor_the_reason_for_a_mail(
    visitor: Visitor, stranger: Visitor
) -> None:
    await make_person()
    await visitor.sign_in("ada")

    assert await _lock(visitor, "/signin?other=1") == [400, 400, 400, 429]
    assert await _notices() == []
    assert (await stranger.sign_in("ada")).status == 303


async def test_a_banned_user_gets_no_mail(stranger: Visitor) -> None:
    user = await make_person()
    await commit(ban_user(SYSTEM, user.id))

    await _lock(stranger)

    assert await _notices() == []


async def test_whoever_goes_on_for_days_fills_no_mailbox(stranger: Visitor) -> None:
    user = await make_person()

    with clock.frozen():
        for _ in range(unlocking._MAILS.hits + 3):
            await commit(unlocking.note_lock(user.id))
            await run_pending()

        assert len(await _notices()) == unlocking._MAILS.hits


async def test_locking_an_unknown_account_looks_and_costs_the_same(visitor: Visitor) -> None:
    await make_person()
    shapes: list[list[tuple[object, ...]]] = []

    for login in ("ada@example.com", "eve@example.com"):
        shapes.append([])
        visitor.client.cookies.clear()
        with clock.frozen() as frozen, override(**QUICK):
            for _ in range(5):
                form = await visitor.get("/signin")
                with counted_statements() as statements:
                    page = await visitor.submit(form, "signin-form", identifier=login, password="wrong")
                shapes[-1].append((page.status, page.alert, len(statements), await _jobs()))
                frozen.advance(timedelta(seconds=10))
        await db.execute("DELETE FROM jobs_job")

    assert shapes[0] == shapes[1]
    assert [jobs for *_, jobs in shapes[0]] == [0, 0, 1, 1, 1]


async def _jobs() -> int:
    count: int = await db.fetch_value("SELECT count(*) FROM jobs_job WHERE kind = $1", unlocking.SEND_UNLOCK)
    return count


async def test_the_page_says_it_in_the_reader_s_language(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    link = await _link(stranger)
    titles: list[Page] = []

    for language in ("en", "de", "fr"):
        visitor.client.headers["accept-language"] = language
        titles.append(await visitor.get(link))

    assert [page.title for page in titles] == [
        "Unlock sign-in – Auther",
        "Anmeldung entsperren – Auther",
        "Débloquer la connexion – Auther",
    ]
