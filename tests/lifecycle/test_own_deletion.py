"""Deleting one's own account, and keeping it by signing in before it is erased."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.factors.errors import OwnSessionRequired, StepUpRequired
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import AppError, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import override
from app.lifecycle.service import keep_own_account, restore_account, schedule_deletion, schedule_own_deletion
from app.lifecycle.service.deletion import erase_due
from app.sessions.service import resolve_session
from app.users.service import ban_user, find_user, get_user
from app.users.types import Deletion, User, UserStatus
from tests.factors.support import Authenticator, code_of, fresh, give_app, give_passkey
from tests.login.support import Page, Visitor, failures, make_person, read_mails
from tests.support import as_user, commit, deciding, make_user, read_audit, read_everything

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRACE = timedelta(days=14)
LEAVING = "/signin/leaving"


async def leave(user: User) -> None:
    """The person deletes their account."""
    acr = "mfa" if await db.fetch_value("SELECT EXISTS (SELECT FROM factors_totp)") else "pwd"
    await commit(schedule_own_deletion(fresh(user, acr)))


async def arrive(visitor: Visitor) -> Page:
    """The page of somebody who left and signs in with the right password."""
    answer = await visitor.sign_in("ada")
    assert answer.response.headers["location"] == LEAVING
    return await visitor.follow(answer)


async def is_signed_in(visitor: Visitor) -> bool:
    return await resolve_session(visitor.session_token or "") is not None


@pytest.mark.parametrize(
    ("make_actor", "refusal"),
    [
        pytest.param(lambda user: ANONYMOUS, Unauthenticated, id="anonymous"),
        pytest.param(lambda user: fresh(user, client_id="cli_x"), OwnSessionRequired, id="an application"),
        pytest.param(lambda user: fresh(user, impersonator_id="usr_x"), OwnSessionRequired, id="who acts for them"),
        pytest.param(lambda user: Actor(ActorKind.API_KEY, "key_x", owner_id=user.id), OwnSessionRequired, id="a key"),
        pytest.param(
            lambda user: as_user(user, session_id="s", acr="pwd", auth_time=clock.now() - timedelta(minutes=11)),
            StepUpRequired,
            id="an old proof",
        ),
    ],
)
async def test_only_who_just_signed_in_deletes_their_account(make_actor: object, refusal: type[AppError]) -> None:
    user = await make_user()
    actor = make_actor(user)  # type: ignore[operator]
    before = await read_everything()

    with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}), pytest.raises(refusal):
        await commit(schedule_own_deletion(actor))

    assert await read_everything() == before


async def test_with_a_second_factor_the_proof_has_to_be_that_strong() -> None:
    user = await make_user()
    await give_app(user)

    with pytest.raises(StepUpRequired):
        await commit(schedule_own_deletion(fresh(user, "pwd")))

    assert await commit(schedule_own_deletion(fresh(user, "mfa"))) is not None


async def test_one_s_own_account_is_erased_after_the_grace_period() -> None:
    user = await make_user()

    with clock.frozen(MOMENT) as stopped:
        told = await commit(schedule_own_deletion(fresh(user)))
        (mail,) = await read_mails()
        stopped.advance(GRACE)
        await commit(erase_due(user.id))

    assert told == Deletion(MOMENT, MOMENT + GRACE, user.id)
    assert (mail.template, mail.to) == ("deletion_scheduled", user.email)
    assert "2026-12-07 12:00 UTC" in (mail.text or "")
    assert "http://localhost:8000/signin" in (mail.text or "")
    assert await find_user(user.id) is None


async def test_without_a_grace_period_one_s_own_account_is_gone_at_once() -> None:
    user = await make_user()

    with override(deletion_grace=timedelta(0)):
        assert await commit(schedule_own_deletion(fresh(user))) is None

    assert await find_user(user.id) is None


async def test_every_session_of_who_leaves_ends(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    assert await is_signed_in(visitor)

    await leave(user)

    assert not await is_signed_in(visitor)
    assert (await visitor.get("/account/security")).status == 303


async def test_who_signs_in_before_the_end_is_told_and_keeps_the_account(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen(MOMENT):
        await leave(user)
        page = await arrive(visitor)
        assert "2026-12-07 12:00 UTC" in page.texts["leaving"]
        assert not await is_signed_in(visitor)

        answer = await visitor.submit(page, "keep-form")
        assert await is_signed_in(visitor)

    assert (answer.status, answer.response.headers["location"]) == (303, "/admin/")
    assert (await get_user(user.id)).status is UserStatus.ACTIVE
    restored = next(each for each in await read_audit() if each.action == "user.restored")
    assert (restored.actor_id, restored.target_id) == (user.id, user.id)


async def test_who_lets_it_be_erased_is_not_signed_in(visitor: Visitor) -> None:
    user = await make_person()
    await leave(user)
    page = await arrive(visitor)

    answer = await visitor.submit(page, "go-form")

    assert answer.response.headers["location"] == "/signin"
    assert not await is_signed_in(visitor)
    assert (await get_user(user.id)).status is UserStatus.PENDING_DELETION
    assert (await visitor.get(LEAVING)).response.headers["location"] == "/signin"


async def test_the_page_is_for_who_proved_themselves_in_this_browser(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    await leave(user)
    page = await arrive(visitor)
    foreign = await stranger.get("/signin")
    before = await get_user(user.id)

    opened = await stranger.get(LEAVING)
    sent = await stranger.client.post(LEAVING, data={**foreign.forms["signin-form"].fields, "action": "keep"})
    wrong = await visitor.sign_in("ada", "not the password")

    assert (opened.status, opened.response.headers["location"]) == (303, "/signin")
    assert sent.status_code == 403
    assert wrong.status == 400
    assert page.status == 200
    assert await get_user(user.id) == before


async def test_a_second_factor_comes_before_the_choice(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen():
        secret, _ = await give_app(user)
        await leave(user)
        await visitor.follow(await visitor.sign_in("ada"))
        early = await visitor.get(LEAVING)
        second = await visitor.follow(await visitor.sign_in("ada"))

        page = await visitor.follow(await visitor.submit(second, "code-form", code=code_of(secret)))
        answer = await visitor.submit(page, "keep-form")

    assert early.response.headers["location"] == "/signin"
    assert answer.status == 303
    assert await is_signed_in(visitor)


async def test_a_passkey_leads_to_the_choice_as_well(visitor: Visitor) -> None:
    user = await make_person()
    key: Authenticator = await give_passkey(user)
    await commit(schedule_own_deletion(fresh(user, "mfa")))
    signin = await visitor.get("/signin")
    found = re.search(r'data-options="([^"]*)"', signin.html)
    assert found is not None

    answer = await visitor.submit(signin, "signin-form", credential=key.get(unescape(found[1])))
    page = await visitor.follow(answer)
    kept = await visitor.submit(page, "keep-form")

    assert answer.response.headers["location"] == LEAVING
    assert kept.status == 303
    assert await is_signed_in(visitor)


async def test_whom_an_operator_deleted_is_told_so_and_cannot_keep_the_account(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen(MOMENT):
        await commit(schedule_deletion(SYSTEM, user.id))
        wrong = await visitor.sign_in("ada", "not the password")

        answer = await visitor.sign_in("ada")

    assert wrong.alert == "That name or password is not right."
    assert answer.status == 403
    assert answer.alert == (
        "This account was deleted by an administrator. It will be erased on 2026-12-07 12:00 UTC. Until then an "
        "administrator can restore it."
    )
    assert not await is_signed_in(visitor)
    assert (await failures())[-1] == (user.id, "login_leaving")


async def test_who_leaves_and_is_banned_gets_neither_in_nor_back(visitor: Visitor) -> None:
    user = await make_person()
    await leave(user)
    await commit(ban_user(SYSTEM, user.id))

    answer = await visitor.sign_in("ada")

    assert (answer.status, answer.alert) == (403, "This account is suspended.")


async def test_an_operator_s_order_takes_the_place_of_one_s_own_wish(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen(MOMENT) as stopped:
        await leave(user)
        page = await arrive(visitor)
        stopped.advance(timedelta(minutes=1))
        with deciding(usr_admin={"users.delete"}):
            ordered = await commit(schedule_deletion(as_user("usr_admin"), user.id))

        kept = await visitor.submit(page, "keep-form")
        again = await visitor.sign_in("ada")

    assert ordered is not None
    assert ordered.deletion == Deletion(MOMENT + timedelta(minutes=1), MOMENT + GRACE, "usr_admin")
    assert kept.response.headers["location"] == "/signin"
    assert again.status == 403
    assert not await is_signed_in(visitor)
    assert (await get_user(user.id)).deletion == ordered.deletion
    assert [mail.template for mail in await read_mails()] == ["deletion_ordered", "deletion_scheduled"]
    told = [each for each in await read_audit() if each.action == "user.deletion_scheduled"]
    assert [(each.actor_id, (each.after or {})["is_own_wish"]) for each in told] == [
        (user.id, True), ("usr_admin", False),
    ]  # fmt: skip


async def test_an_order_of_the_system_takes_the_place_of_one_s_own_wish_too() -> None:
    user = await make_user()
    with clock.frozen(MOMENT):
        await leave(user)
        with override(deletion_grace=timedelta(days=3)):
            ordered = await commit(schedule_deletion(SYSTEM, user.id))

    assert ordered is not None
    assert ordered.deletion == Deletion(MOMENT, MOMENT + timedelta(days=3), None)


async def test_a_second_wish_or_order_changes_nothing() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        await commit(schedule_deletion(SYSTEM, user.id))
        before = await get_user(user.id)
        stopped.advance(timedelta(hours=1))

        await commit(schedule_deletion(SYSTEM, user.id))
        await leave(user)

    assert await get_user(user.id) == before


async def test_an_order_that_came_since_the_account_was_read_is_not_called_off() -> None:
    user = await make_user()
    await leave(user)
    leaving = await get_user(user.id)
    await commit(schedule_deletion(SYSTEM, user.id))

    left = await commit(keep_own_account(as_user(user), leaving))

    assert not left.is_leaving_by_own_wish
    assert (await get_user(user.id)).status is UserStatus.PENDING_DELETION


async def test_a_choice_that_came_too_late_changes_nothing(visitor: Visitor) -> None:
    user = await make_person()
    await leave(user)
    page = await arrive(visitor)
    await commit(restore_account(SYSTEM, user.id))
    await commit(schedule_deletion(SYSTEM, user.id))

    answer = await visitor.submit(page, "keep-form")

    assert answer.response.headers["location"] == "/signin"
    assert (await get_user(user.id)).status is UserStatus.PENDING_DELETION


async def test_a_forgotten_password_does_not_keep_the_owner_from_coming_back(visitor: Visitor) -> None:
    user = await make_person()
    await leave(user)
    page = await visitor.get("/password/forgot")

    await visitor.submit(page, "forgot-form", identifier="ada")

    assert (await read_mails())[0].template == "reset_password"


async def test_whom_an_operator_deleted_gets_no_reset_mail(visitor: Visitor) -> None:
    user = await make_person()
    await commit(schedule_deletion(SYSTEM, user.id))
    page = await visitor.get("/password/forgot")

    await visitor.submit(page, "forgot-form", identifier="ada")

    assert [mail.template for mail in await read_mails()] == ["deletion_ordered"]


async def test_a_leaving_account_looks_to_strangers_like_any_other(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    before = await stranger.sign_in("ada", "not the password")
    await leave(user)

    after = await visitor.sign_in("ada", "not the password")

    assert (after.status, after.alert) == (before.status, before.alert)
