"""What has to be true before a write, and repeating one without doing it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.authz.service.tuples import write_tuples
from app.authz.types import TupleWrite
from app.kit import clock
from app.kit.actor import SYSTEM
from tests.authz.store.support import (
    HOUR,
    NOW,
    fact,
    key,
    problems,
    refuse,
    revision,
    save_app,
    short,
    standing,
    touch,
    write,
)
from tests.support import commit, read_everything

ANN, BOB = "document:1#viewer@user:ann", "document:1#viewer@user:bob"


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def test_what_must_exist_and_what_must_not() -> None:
    await touch(ANN)

    await write(touch=(fact(BOB),), must_exist=(key(ANN),), must_not_exist=(key(BOB),))

    assert await standing() == [ANN, BOB]


async def test_all_preconditions_that_do_not_hold_are_told() -> None:
    await touch(ANN)

    found = await refuse(
        create=(fact(ANN), fact("document:2#viewer@user:ann")), must_exist=(key(BOB),), must_not_exist=(key(ANN),)
    )

    assert problems(found) == [
        ("authz_tuple_missing", ("mustExist", "0")),
        ("authz_tuple_exists", ("mustNotExist", "0")),
        ("authz_tuple_exists", ("create", "0")),
    ]


async def test_a_precondition_alone_is_a_write_that_changes_nothing() -> None:
    await touch(ANN)

    assert (await write(must_exist=(key(ANN),))).revision == 2
    assert await revision() == 2


async def test_an_expired_tuple_does_not_exist() -> None:
    with clock.frozen(NOW):
        await write(touch=(fact(ANN, expires_at=NOW + HOUR),))

    with clock.frozen(NOW + HOUR):
        await refuse(touch=(fact(BOB),), must_exist=(key(ANN),))
        result = await write(create=(fact(ANN),), must_not_exist=(key(ANN),))

    assert [short(each) for each in result.created] == [ANN]
    assert (result.changed, result.deleted) == ((), ())


async def test_the_same_write_under_the_same_key_happens_once() -> None:
    await touch(BOB, "document:1#owner@user:ann")
    wanted = {
        "touch": (fact(ANN), fact("document:1#owner@user:ann", expires_at=clock.now() + HOUR)),
        "delete": (key(BOB),),
        "idempotency_key": "k",
    }
    first = await write(**wanted)
    await write(delete=(key(ANN),))
    before = await read_everything()

    again = await write(**wanted)

    assert await read_everything() == before
    assert (again.revision, again.token, again.is_repeat) == (first.revision, first.token, True)
    assert (again.created, again.changed, again.deleted) == (first.created, first.changed, first.deleted)


async def test_a_key_is_remembered_for_a_day() -> None:
    with clock.frozen(NOW):
        await write(touch=(fact(ANN),), idempotency_key="k")
        await write(delete=(key(ANN),))
    with clock.frozen(NOW + timedelta(hours=23)):
        assert (await write(touch=(fact(ANN),), idempotency_key="k")).is_repeat
    with clock.frozen(NOW + timedelta(hours=24)):
        result = await write(touch=(fact(ANN),), idempotency_key="k")

    assert (result.is_repeat, await standing()) == (False, [ANN])


async def test_a_key_that_is_no_text_is_a_key_like_any_other() -> None:
    result = await commit(write_tuples(SYSTEM, TupleWrite(touch=(fact(ANN),), idempotency_key="a\0b")))

    assert not result.is_repeat
