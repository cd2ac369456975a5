"""Every way in which a sign-in can end leaves one row that says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.credentials.service import require_password_change
from app.events.service import list_audit_events
from app.events.types import AuditEvent, AuditFilter, Outcome
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from app.kit.runtime import override
from app.users.service import ban_user
from app.users.types import User
from tests.login.conftest import stranger, visitor
from tests.login.support import FIREFOX, PASSWORD, Visitor, make_person
from tests.support import commit

__all__ = ["stranger", "visitor"]


async def events(action: str) -> list[AuditEvent]:
    page = await list_audit_events(SYSTEM, AuditFilter(action=action), PageRequest(first=100))
    return [*page.items]


async def sign_in(visitor: Visitor, user: User) -> None:
    await visitor.sign_in("ada")


async def guess(visitor: Visitor, user: User) -> None:
    await visitor.sign_in("ada", "wrong")


async def guess_who(visitor: Visitor, user: User) -> None:
    await visitor.sign_in("nobody", "wrong")


async def come_back_locked(visitor: Visitor, user: User) -> None:
    with override(signin_failures_before_delay=1, signin_failures_before_lock=2):
        await visitor.sign_in("ada", "wrong")
        await visitor.sign_in("ada", PASSWORD)


async def come_back_banned(visitor: Visitor, user: User) -> None:
    await commit(ban_user(SYSTEM, user.id, reason="a private matter"))
    await visitor.sign_in("ada")


async def come_back_banned_with_an_initial_password(visitor: Visitor, user: User) -> None:
    await commit(require_password_change(user.id))
    await come_back_banned(visitor, user)


async def try_too_many_accounts(visitor: Visitor, user: User) -> None:
    with override(signin_attempts_per_address=1):
        await visitor.sign_in("nobody", "wrong")
        await visitor.sign_in("ada")


Way = Callable[[Visitor, User], Awaitable[None]]
# What is done, the event's action, its outcome, reason, and whether it knows whose account it was.
WAYS: dict[str, tuple[Way, str, Outcome, str | None, bool]] = {
    "success": (sign_in, "session.created", Outcome.SUCCESS, None, True),
    "wrong password": (guess, "signin.failed", Outcome.FAILURE, "wrong_password", True),
    "unknown account": (guess_who, "signin.failed", Outcome.FAILURE, "unknown_account", False),
    "locked": (come_back_locked, "signin.failed", Outcome.DENIED, "credentials_slow_down", True),
    "banned": (come_back_banned, "signin.failed", Outcome.DENIED, "login_suspended", True),
    "banned, initial password": (
        come_back_banned_with_an_initial_password,
        "signin.failed",
        Outcome.DENIED,
        "login_suspended",
        True,
    ),
    "address shut out": (
        try_too_many_accounts,
        "endpoint.denied",
        Outcome.DENIED,
        "credentials_too_many_attempts",
        False,
    ),
}


@pytest.mark.parametrize("name", WAYS)
async def test_each_ending_of_a_sign_in_leaves_one_row(visitor: Visitor, name: str) -> None:
    user = await make_person()
    way, action, outcome, reason, knows_account = WAYS[name]

    with clock.frozen():
        await way(visitor, user)

    (event,) = [each for each in await events(action) if each.outcome is outcome]
    assert event.reason == reason
    assert event.about_user_id == (user.id if knows_account else None)
    assert (event.ip, event.user_agent) == ("198.51.100.1", FIREFOX)
    assert event.request_id
    assert len(await events("endpoint.denied")) == (action == "endpoint.denied")


async def test_no_row_holds_what_was_typed(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada", "typed by mistake")
    await visitor.sign_in("typed-a-password-as-name", "typed by mistake")

    rows = str(await events(""))
    assert "typed" not in rows
    assert PASSWORD not in rows
