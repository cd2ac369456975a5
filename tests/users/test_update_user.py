"""Changing users: only what differs is changed, and recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.errors import AppError, InputProblems
from app.users.errors import EmailTaken, UsernameTaken, UserNotFound
from app.users.service import find_user, update_user, verify_email
from app.users.types import User, UserChanges
from tests.support import (
    as_user,
    assert_needs,
    commit,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
    unknown_id,
)

ADMIN = as_user("usr_admin")


async def change(user: User, **changes: object) -> User:
    return await commit(update_user(SYSTEM, user.id, UserChanges(**changes)))


async def test_updating_needs_the_permission() -> None:
    user = await make_user(name="Ada")

    await assert_needs("users.update", lambda actor: update_user(actor, user.id, UserChanges(name="Eve")))


async def test_the_permission_is_asked_before_anything_is_told() -> None:
    await assert_needs("users.update", lambda actor: update_user(actor, unknown_id(), UserChanges(name="\n")))


async def test_one_needs_it_for_oneself_too() -> None:
    user = await make_user()
    before = await read_everything()

    with deciding(), pytest.raises(AppError) as caught:
        await commit(update_user(as_user(user), user.id, UserChanges(email_verified=True)))

    assert caught.value.code == "kit_permission_missing"
    assert await read_everything() == before


async def test_an_admin_with_the_permission_changes_what_is_given_and_nothing_else() -> None:
    user = await make_user(name="Ada", locale="en", attributes={"a": 1})

    with deciding(usr_admin={"users.update"}), clock.frozen(user.created_at + timedelta(hours=1)):
        changed = await commit(update_user(ADMIN, user.id, UserChanges(name="Ada L.", locale=None)))

    assert changed == User(
        **{name: getattr(user, name) for name in User.__slots__ if name not in {"name", "locale", "updated_at"}},
        name="Ada L.",
        locale=None,
        updated_at=user.created_at + timedelta(hours=1),
    )
    assert await find_user(user.id) == changed
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.target_id, event.about_user_id) == (
        "user.updated",
        "usr_admin",
        user.id,
        user.id,
    )
    assert event.before == {"name": "Ada", "locale": "en"}
    assert event.after == {"name": "Ada L.", "locale": None}
    assert (await read_outbox())[-1] == ("user.updated", user.id)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Ada"},
        {"email": "  ada@EXAMPLE.com"},
        {"attributes": {"a": 1}, "username": None},
        {"email": "ada@example.com", "email_verified": True},
    ],
)
async def test_when_all_is_as_wanted_nothing_happens(changes: dict[str, object]) -> None:
    user = await make_user(name="Ada", attributes={"a": 1})
    before = await read_everything()

    assert await change(user, **changes) == user
    assert await read_everything() == before


async def test_values_that_only_python_calls_equal_are_changed() -> None:
    user = await make_user(attributes={"a": 1})

    assert (await change(user, attributes={"a": True})).attributes["a"] is True


async def test_a_changed_address_is_unverified() -> None:
    user = await make_user("ada@example.com", email_verified=True)

    changed = await change(user, email="ada@example.org")

    assert (changed.email, changed.email_verified) == ("ada@example.org", False)
    assert (await read_audit())[-1].after == {"email": "ada@example.org", "email_verified": False}


async def test_a_changed_address_stays_verified_when_the_admin_says_so() -> None:
    user = await make_user("ada@example.com", email_verified=False)

    assert (await change(user, email="ada@example.org", email_verified=True)).email_verified is True


async def test_an_address_written_differently_stays_verified() -> None:
    user = await make_user("ada@example.com", email_verified=True)

    changed = await change(user, email="Ada@example.com")

    assert (changed.email, changed.email_verified) == ("Ada@example.com", True)


@pytest.mark.parametrize(
    ("changes", "error"), [({"email": "EVE@example.com"}, EmailTaken), ({"username": "EVE"}, UsernameTaken)]
)
async def test_what_somebody_else_has_cannot_be_taken(changes: dict[str, str], error: type[AppError]) -> None:
    user = await make_user("ada@example.com", username="ada")
    await make_user("eve@example.com", username="eve")
    before = await read_everything()

    with pytest.raises(error):
        await change(user, **changes)

    assert await read_everything() == before


async def test_everything_wrong_is_told_at_once_and_nothing_happens() -> None:
    user = await make_user()
    before = await read_everything()

    with pytest.raises(InputProblems) as caught:
        await change(user, email="no address", name="\n", picture="http://x", attributes={"a": "\0"})

    fields = {problem.field for problem in caught.value.problems}
    assert fields == {("email",), ("name",), ("picture",), ("attributes",)}
    assert await read_everything() == before


async def test_there_must_be_such_a_user() -> None:
    with pytest.raises(UserNotFound):
        await commit(update_user(SYSTEM, unknown_id(), UserChanges(name="Ada")))


async def test_following_a_link_verifies_the_address_it_was_sent_to() -> None:
    user = await make_user("Ada@example.com", email_verified=False)

    verified = await commit(verify_email(as_user(user), user.id, "ada@example.com"))

    assert verified.email_verified is True
    assert [(event.action, event.target_id) for event in await read_audit()] == [
        ("user.created", user.id),
        ("user.verified", user.id),
    ]


async def test_verifying_twice_is_recorded_once() -> None:
    user = await make_user("ada@example.com", email_verified=True)
    before = await read_everything()

    assert await commit(verify_email(as_user(user), user.id, "ada@example.com")) == user
    assert await read_everything() == before


async def test_a_link_to_an_address_that_has_changed_verifies_nothing() -> None:
    user = await make_user("ada@example.com", email_verified=False)
    await change(user, email="ada@example.org")
    before = await read_everything()

    with pytest.raises(UserNotFound):
        await commit(verify_email(as_user(user), user.id, "ada@example.com"))

    assert await read_everything() == before
