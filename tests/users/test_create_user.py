"""Creating users: who may, what is checked, what is unique, what may be repeated."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from app.events.types import Outcome
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import AppError, InputProblems
from app.kit.ids import prefix_of
from app.users.errors import EmailTaken, IdempotencyMismatch, IdTaken, UsernameTaken
from app.users.service import create_user, delete_user, find_user, register_user
from app.users.types import NewUser, User, UserStatus
from tests.support import (
    ORIGIN,
    as_user,
    assert_needs,
    commit,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
)

MOMENT = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=UTC)
FULL = NewUser(
    email="Ada.Lovelace@EXAMPLE.com",
    email_verified=True,
    username="Ada",
    name="Ada Lovelace",
    picture="https://example.com/ada.png",
    locale="en-GB",
    zoneinfo="Europe/London",
    attributes={"team": "engines", "level": 3, "tags": ["a", None, True], "nested": {"x": 1.5}},
)


async def test_creating_needs_the_permission() -> None:
    await assert_needs("users.create", lambda actor: create_user(actor, FULL))


async def test_an_admin_with_the_permission_creates_a_user_and_it_is_recorded() -> None:
    with deciding(usr_admin={"users.create"}), clock.frozen(MOMENT):
        user = await commit(create_user(as_user("usr_admin"), FULL))

    assert user == User(
        id=user.id,
        email="Ada.Lovelace@example.com",
        email_verified=True,
        username="Ada",
        name="Ada Lovelace",
        picture="https://example.com/ada.png",
        locale="en-GB",
        zoneinfo="Europe/London",
        attributes=FULL.attributes,
        ban=None,
        created_at=MOMENT,
        updated_at=MOMENT,
        last_sign_in_at=None,
    )
    assert (prefix_of(user.id), user.status, user.label) == ("usr", UserStatus.ACTIVE, "Ada Lovelace")
    assert await find_user(user.id) == user
    (event,) = await read_audit()
    assert (event.action, event.outcome, event.actor_id, event.target_id, event.about_user_id) == (
        "user.created",
        Outcome.SUCCESS,
        "usr_admin",
        user.id,
        user.id,
    )
    assert (event.ip, event.request_id, event.before) == (ORIGIN.ip, ORIGIN.request_id, None)
    assert event.after == {
        "id": user.id,
        "email": "Ada.Lovelace@example.com",
        "email_verified": True,
        "username": "Ada",
        "name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "locale": "en-GB",
        "zoneinfo": "Europe/London",
        "attributes": FULL.attributes,
        "status": "active",
    }
    assert await read_outbox() == [("user.created", user.id)]


async def test_only_the_address_is_needed() -> None:
    user = await commit(register_user(SYSTEM, NewUser(email="ada@example.com")))

    assert (user.email_verified, user.username, user.name, user.attributes) == (False, None, None, {})
    assert user.label == "ada@example.com"


async def test_everything_wrong_is_told_at_once_and_nothing_happens() -> None:
    before = await read_everything()
    wrong = NewUser(
        email="no address",
        username="-ada-",
        name="two\nlines",
        picture="javascript:alert(1)",
        locale="english please",
        zoneinfo="Middle/Earth",
        attributes={"bad name": 1},
        id="spaces are no ids",
    )

    with pytest.raises(InputProblems) as caught:
        await commit(register_user(SYSTEM, wrong))

    assert {problem.field for problem in caught.value.problems} == {
        (name,) for name in ("email", "username", "name", "picture", "locale", "zoneinfo", "attributes", "id")
    }
    assert {problem.code for problem in caught.value.problems} == {"users_invalid"}
    assert await read_everything() == before


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewUser(email="ADA@example.com"), EmailTaken),
        (NewUser(email="ada@EXAMPLE.COM"), EmailTaken),
        (NewUser(email="other@example.com", username="aDa"), UsernameTaken),
        (NewUser(email="other@example.com", id="usr_known"), IdTaken),
    ],
)
async def test_addresses_and_usernames_are_unique_without_regard_to_case(new: NewUser, error: type[AppError]) -> None:
    await make_user("Ada@Example.com", username="Ada", id="usr_known")
    before = await read_everything()

    with pytest.raises(error):
        await commit(register_user(SYSTEM, new))

    assert await read_everything() == before


async def test_an_address_is_the_same_however_its_domain_is_written() -> None:
    await make_user("ada@bücher.example")

    with pytest.raises(EmailTaken):
        await make_user("ada@XN--BCHER-KVA.example")


async def test_of_many_sign_ups_with_one_address_at_once_exactly_one_wins() -> None:
    spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.Com", "aDA@example.com"] * 3

    results = await asyncio.gather(*(make_user(email) for email in spellings), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["EmailTaken"] * 11 + ["User"]
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1
    assert [event.action for event in await read_audit()] == ["user.created"]


async def test_an_imported_user_keeps_a_foreign_id() -> None:
    user = await make_user(id="auth0|5f7c8ec7c33c6c004bbafe82")

    assert (await find_user("auth0|5f7c8ec7c33c6c004bbafe82")) == user


async def test_an_id_that_was_deleted_never_comes_back() -> None:
    await make_user(id="usr_gone")
    await commit(delete_user(SYSTEM, "usr_gone"))

    with pytest.raises(IdTaken):
        await make_user(id="usr_gone")

    assert await find_user("usr_gone") is None


async def test_an_id_never_comes_back_even_when_it_is_being_deleted_meanwhile() -> None:
    await make_user(id="usr_gone")
    has_deleted, may_commit = asyncio.Event(), asyncio.Event()

    async def delete() -> None:
        async with db.unit_of_work():
            await delete_user(SYSTEM, "usr_gone")
            has_deleted.set()
            await may_commit.wait()

    deleting = asyncio.create_task(delete())
    await has_deleted.wait()
    creating = asyncio.create_task(make_user(id="usr_gone"))
    while not await db.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert not creating.done()
    may_commit.set()
    await deleting

    with pytest.raises(IdTaken):
        await creating
    assert await find_user("usr_gone") is None


ADMIN = as_user("usr_admin")


async def test_the_same_idempotency_key_gives_the_same_user_again() -> None:
    with deciding(usr_admin={"users.create"}):
        first = await commit(create_user(ADMIN, FULL, idempotency_key="k"))
        before = await read_everything()
        second = await commit(create_user(ADMIN, FULL, idempotency_key="k"))

    assert second == first
    assert await read_everything() == before


async def test_a_key_used_for_a_different_user_is_refused() -> None:
    with deciding(usr_admin={"users.create"}):
        await commit(create_user(ADMIN, FULL, idempotency_key="k"))
        before = await read_everything()

        with pytest.raises(IdempotencyMismatch):
            await commit(create_user(ADMIN, NewUser(email="other@example.com"), idempotency_key="k"))

    assert await read_everything() == before


async def test_keys_of_different_callers_are_not_the_same_key() -> None:
    with deciding(usr_admin={"users.create"}, usr_other={"users.create"}):
        first = await commit(create_user(ADMIN, NewUser(email="a@example.com"), idempotency_key="k"))
        second = await commit(create_user(as_user("usr_other"), NewUser(email="b@example.com"), idempotency_key="k"))

    assert first.id != second.id


async def test_a_repeated_request_at_the_same_time_makes_one_user() -> None:
    with deciding(usr_admin={"users.create"}):
        made = await asyncio.gather(*(commit(create_user(ADMIN, FULL, idempotency_key="k")) for _ in range(8)))

    assert len({user.id for user in made}) == 1
    assert await read_outbox() == [("user.created", made[0].id)]


@pytest.mark.parametrize("attributes", [{"x": 2**70}, {"x": "\ud800"}, {"x": "nul \0"}, {"x" * 65: 1}])
async def test_attributes_that_cannot_be_stored_are_refused_with_a_key_too(attributes: dict[str, object]) -> None:
    with deciding(usr_admin={"users.create"}), pytest.raises(InputProblems) as caught:
        await commit(create_user(ADMIN, NewUser(email="a@example.com", attributes=attributes), idempotency_key="k"))

    assert caught.value.field == ("attributes",)
