"""Many writers at once: revisions without gaps, preconditions and idempotency keys that hold."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.errors import IdempotencyMismatch, TupleExists
from app.authz.service.tuples import write_tuples
from app.authz.types import TupleWrite
from app.kit import db
from app.kit.actor import SYSTEM
from tests.authz.store.support import key, keys, revision, save_app, standing, touch, tuples, write
from tests.support import as_user, commit, make_admin, read_audit

ANN = "document:1#viewer@user:ann"


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def test_fifty_writers_make_fifty_revisions_without_a_gap() -> None:
    async def one(number: int) -> int:
        return (await touch(f"document:{number}#viewer@user:ann")).revision

    revisions = await asyncio.gather(*(one(n) for n in range(50)))

    assert sorted(revisions) == list(range(2, 52))
    rows = await db.fetch("SELECT revision FROM authz_write ORDER BY revision")
    assert [row["revision"] for row in rows] == list(range(1, 52))
    created = await db.fetch("SELECT created_rev FROM authz_tuple ORDER BY created_rev")
    assert [row["created_rev"] for row in created] == list(range(2, 52))


async def test_a_write_that_is_rolled_back_leaves_no_gap() -> None:
    class Stop(Exception):
        pass

    async def fail(number: int) -> None:
        with pytest.raises(Stop):
            async with db.unit_of_work():
                await write_tuples(SYSTEM, TupleWrite(touch=tuples(f"document:{number}#viewer@user:x")))
                raise Stop

    await asyncio.gather(*(fail(n) if n % 2 else touch(f"document:{n}#viewer@user:x") for n in range(20)))

    assert await revision() == 11
    assert await db.fetch_value("SELECT count(*) FROM authz_write") == 11
    assert len(await standing()) == 10


async def test_of_many_who_create_the_same_one_succeeds() -> None:
    results = await asyncio.gather(*(write(create=tuples(ANN)) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(result, TupleExists) for result in results) == 9
    assert await db.fetch_value("SELECT count(*) FROM authz_tuple") == 1


async def test_a_precondition_holds_at_the_moment_of_the_write() -> None:
    await touch(ANN)
    takes = [
        write(delete=keys(ANN), touch=tuples(f"document:1#owner@user:{n}"), must_exist=keys(ANN)) for n in range(8)
    ]

    results = await asyncio.gather(*takes, return_exceptions=True)

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert len(await standing()) == 1


async def test_the_same_key_writes_once_however_often_it_is_raced() -> None:
    results = await asyncio.gather(*(write(touch=tuples(ANN), idempotency_key="k") for _ in range(10)))

    assert {(result.revision, result.token, result.created) for result in results} == {
        (results[0].revision, results[0].token, (key(ANN),))
    }
    assert [result.is_repeat for result in results].count(False) == 1
    assert [event.action for event in await read_audit()].count("grant.created") == 1


async def test_a_repeat_does_nothing_even_if_things_have_changed() -> None:
    bob = "document:1#viewer@user:bob"
    await touch(bob)
    first = await write(touch=tuples(ANN), delete=keys(bob), idempotency_key="k")
    await write(delete=keys(ANN))

    again = await write(touch=tuples(ANN), delete=keys(bob), idempotency_key="k")

    assert (again.revision, again.token) == (first.revision, first.token)
    assert (again.created, again.deleted, again.is_repeat) == (keys(ANN), keys(bob), True)
    assert await standing() == []


async def test_a_repeat_of_what_changed_nothing_changes_nothing() -> None:
    await touch(ANN)
    first = await write(touch=tuples(ANN), idempotency_key="k")
    await write(delete=keys(ANN))

    again = await write(touch=tuples(ANN), idempotency_key="k")

    assert (again.revision, again.token, again.created, again.is_repeat) == (first.revision, first.token, (), True)
    assert await standing() == []


async def test_a_key_belongs_to_one_write_of_one_caller() -> None:
    await write(touch=tuples(ANN), idempotency_key="k")

    with pytest.raises(IdempotencyMismatch):
        await write(delete=keys(ANN), idempotency_key="k")
    admin = as_user(await make_admin())
    assert (await write(admin, delete=keys(ANN), idempotency_key="k")).deleted == keys(ANN)


async def test_a_refused_write_does_not_use_up_its_key() -> None:
    await touch(ANN)
    with pytest.raises(TupleExists):
        await write(create=tuples(ANN), idempotency_key="k")
    await write(delete=keys(ANN))

    assert (await write(create=tuples(ANN), idempotency_key="k")).created == keys(ANN)


async def test_two_writes_in_one_unit_of_work_are_two_revisions() -> None:
    async def twice() -> list[int]:
        first = await write_tuples(SYSTEM, TupleWrite(touch=tuples(ANN)))
        second = await write_tuples(SYSTEM, TupleWrite(delete=keys(ANN)))
        return [first.revision, second.revision]

    assert await commit(twice()) == [2, 3]
