"""Writing tuples: what a call does, that it does all or nothing, what it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.authz.errors import TooManyTuples, TupleExists, TupleInvalid, TupleMissing
from app.authz.service.consistency import Revision, decode_revision
from app.authz.service.tuples import MAX_WRITE, write_tuples
from app.authz.types import ConditionRef, RelationTuple, TupleKey, TupleWrite
from app.kit import clock, db
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.errors import AppError, InputProblems
from tests.authz.people import give
from tests.authz.store.support import SCOPE, key, keys, place, revision, save_app, standing, touch, tuples, write
from tests.support import assert_needs, counted_statements, read_everything

ANN = "document:1#viewer@user:ann"
BOB = "document:1#viewer@user:bob"
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def refused(**fields: object) -> AppError:
    """Why a write is refused; nothing changed."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await write(**fields)  # type: ignore[arg-type]
    assert await read_everything() == before
    return caught.value


async def test_a_touched_tuple_stands_from_its_revision_on() -> None:
    result = await touch(ANN)

    assert (result.revision, result.created, result.changed, result.deleted) == (2, keys(ANN), (), ())
    assert decode_revision(result.token) == Revision(2, 1)
    assert set(await standing()) == {ANN}
    row = await db.fetch_row("SELECT created_rev, deleted_rev FROM authz_tuple")
    assert row is not None
    assert tuple(row) == (2, 9223372036854775807)


async def test_what_stands_already_is_left_alone_and_takes_no_revision() -> None:
    first = await touch(ANN)
    before = await db.fetch("SELECT * FROM authz_tuple")

    again = await touch(ANN)

    assert (again.revision, again.token, again.created) == (first.revision, first.token, ())
    assert await db.fetch("SELECT * FROM authz_tuple") == before
    assert await db.fetch_value("SELECT count(*) FROM authz_write") == 2


async def test_another_condition_ends_the_row_and_begins_a_new_one() -> None:
    owner = key("document:1#owner@user:ann")
    plain, late = RelationTuple(owner), RelationTuple(owner, ConditionRef("after_hour", {"hour": 22}))
    await write(touch=(plain,))

    changed = await write(touch=(late,))
    same = await write(touch=(late,))

    assert (changed.changed, changed.created, changed.deleted) == ((owner,), (), ())
    assert same.revision == changed.revision
    rows = await db.fetch(
        "SELECT condition, condition_context, created_rev, deleted_rev FROM authz_tuple ORDER BY created_rev"
    )
    assert [tuple(row) for row in rows] == [
        (None, None, 2, 3),
        ("after_hour", '{"hour":22}', 3, 9223372036854775807),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"expires_at": NOW + timedelta(days=1)}),
        ({"expires_at": NOW + timedelta(days=1)}, {"expires_at": NOW + timedelta(days=2)}),
        ({"expires_at": NOW + timedelta(days=1)}, {}),
        ({}, {"starts_at": NOW + timedelta(days=1)}),
    ],
)
async def test_other_times_are_a_change(before: dict[str, datetime], after: dict[str, datetime]) -> None:
    with clock.frozen(NOW):
        await write(touch=(RelationTuple(key(ANN), **before),))  # type: ignore[arg-type]
        result = await write(touch=(RelationTuple(key(ANN), **after),))  # type: ignore[arg-type]

    assert result.changed == keys(ANN)
    row = await db.fetch_row(f"SELECT starts_at, expires_at FROM authz_tuple WHERE deleted_rev = {2**63 - 1}")
    assert row is not None
    assert tuple(row) == (after.get("starts_at"), after.get("expires_at"))


async def test_the_same_moment_in_another_zone_is_no_change() -> None:
    moment = datetime.fromisoformat("2099-01-01T12:00:00+02:00")
    await write(touch=(RelationTuple(key(ANN), expires_at=moment),))

    again = await write(touch=(RelationTuple(key(ANN), expires_at=moment.astimezone(UTC)),))

    assert (again.changed, again.created) == ((), ())


async def test_deleting_ends_a_tuple_once() -> None:
    await touch(ANN, BOB)

    gone = await write(delete=keys(ANN))
    again = await write(delete=keys(ANN))

    assert (gone.deleted, again.deleted, again.revision) == (keys(ANN), (), gone.revision)
    assert set(await standing()) == {BOB}
    assert await db.fetch_value("SELECT count(*) FROM authz_tuple WHERE deleted_rev = $1", gone.revision) == 1


async def test_a_tuple_can_come_back() -> None:
    await touch(ANN)
    await write(delete=keys(ANN))
    await touch(ANN)

    assert set(await standing()) == {ANN}
    assert await db.fetch_value("SELECT count(*) FROM authz_tuple") == 2


async def test_creating_what_stands_is_refused_with_its_name() -> None:
    await touch(ANN)

    problem = await refused(create=tuples(BOB, ANN))

    assert isinstance(problem, TupleExists)
    assert problem.field == ("create", "1")
    assert "cli_app:document:1#viewer@user:ann" in problem.message


async def test_preconditions_hold_or_nothing_is_written() -> None:
    await touch(ANN)

    missing = await refused(touch=tuples(BOB), must_exist=keys(BOB))
    there = await refused(touch=tuples(BOB), must_not_exist=keys(ANN))
    both = await refused(touch=tuples(BOB), must_exist=keys(BOB), must_not_exist=keys(ANN))

    assert (type(missing), missing.field) == (TupleMissing, ("mustExist", "0"))
    assert (type(there), there.field) == (TupleExists, ("mustNotExist", "0"))
    assert isinstance(both, InputProblems)
    assert [problem.code for problem in both.problems] == ["authz_tuple_missing", "authz_tuple_exists"]
    assert (await write(touch=tuples(BOB), must_exist=keys(ANN), must_not_exist=keys(BOB))).created == keys(BOB)


async def test_what_has_expired_does_not_stand() -> None:
    with clock.frozen(NOW):
        await write(touch=(RelationTuple(key(ANN), expires_at=NOW + timedelta(hours=1)),))
    with clock.frozen(NOW + timedelta(hours=2)):
        problem = await refused(touch=tuples(BOB), must_exist=keys(ANN))
        result = await write(create=tuples(ANN))

    assert isinstance(problem, TupleMissing)
    assert (result.created, result.changed) == (keys(ANN), ())
    assert set(await standing()) == {ANN}


async def test_replacing_leaves_exactly_what_is_given() -> None:
    cleo, other = "document:1#viewer@user:cleo", "document:2#viewer@user:bob"
    owner = "document:1#owner@user:bob"
    await touch(ANN, BOB, other, owner)

    result = await write(touch=tuples(ANN, cleo), replace=(place("document:1#viewer"),))

    assert (result.created, result.deleted) == (keys(cleo), keys(BOB))
    assert set(await standing()) == {ANN, cleo, other, owner}


async def test_replacing_with_nothing_empties_the_place() -> None:
    await touch(ANN, BOB)

    result = await write(replace=(place("document:1#viewer"),))

    assert set(result.deleted) == set(keys(ANN, BOB))
    assert await standing() == []


async def test_a_dry_run_tells_what_would_happen_and_changes_nothing() -> None:
    await touch(ANN)
    before = await read_everything()

    result = await write(touch=tuples(BOB), delete=keys(ANN), dry_run=True, idempotency_key="k")

    assert (result.created, result.deleted, result.revision) == (keys(BOB), keys(ANN), await revision())
    assert await read_everything() == before


async def test_a_dry_run_finds_what_is_wrong() -> None:
    await touch(ANN)

    assert isinstance(await refused(create=tuples(ANN), dry_run=True), TupleExists)


async def test_the_changelog_says_who_and_why() -> None:
    actor = Actor(ActorKind.SYSTEM, origin=Origin(request_id="req-7"))
    await write(actor, touch=tuples(ANN), reason="asked for by Ann")

    row = await db.fetch_row(
        "SELECT revision, kind, actor_kind, actor_id, reason, request_id FROM authz_write WHERE kind = 'tuples'"
    )
    assert row is not None
    assert tuple(row) == (2, "tuples", "system", None, "asked for by Ann", "req-7")


async def test_a_tuple_may_be_named_once() -> None:
    problem = await refused(touch=tuples(ANN), delete=keys(ANN))

    assert (type(problem), problem.field) == (TupleInvalid, ("delete", "0"))


async def test_a_call_is_bounded() -> None:
    most = tuple(f"document:{n}#viewer@user:ann" for n in range(MAX_WRITE))

    assert isinstance(await refused(touch=tuples(*most, BOB)), TooManyTuples)
    assert isinstance(await refused(), TooManyTuples)
    assert len((await touch(*most)).created) == MAX_WRITE


async def test_a_hundred_tuples_take_as_many_statements_as_one() -> None:
    await touch(ANN)
    with counted_statements() as one:
        await touch("document:2#viewer@user:ann")
    with counted_statements() as hundred:
        await touch(*(f"document:h{n}#viewer@team:g{n}#member" for n in range(100)))

    assert len(hundred) == len(one)


async def test_a_deleted_and_an_unknown_type_are_told_apart() -> None:
    problem = await refused(delete=(TupleKey(f"{SCOPE}:report", "1", "viewer", "user", "ann"),))

    assert (problem.code, problem.field) == ("authz_tuple_type_unknown", ("delete", "0", "entity"))


async def test_tuples_of_the_installation_need_the_platform_permission() -> None:
    grant = TupleWrite(touch=(RelationTuple(TupleKey("users", "*", "viewer", "user", "ann")),))

    await assert_needs("platform.manage_platform", lambda actor: write_tuples(actor, grant))


async def test_tuples_of_a_client_need_its_permission() -> None:
    await touch(ANN)

    for change in (
        TupleWrite(touch=tuples(BOB)),
        TupleWrite(delete=keys(ANN)),
        TupleWrite(must_exist=keys(BOB)),
        TupleWrite(replace=(place("document:1#viewer"),)),
        TupleWrite(touch=tuples(BOB), dry_run=True),
    ):
        await assert_needs("clients.manage_access", lambda actor, change=change: write_tuples(actor, change))


async def test_who_manages_one_client_writes_its_tuples_and_no_others() -> None:
    await save_app(scope="cli_other")
    manager = Actor(ActorKind.USER, "usr_m")
    await give(TupleKey("clients", SCOPE, "admin", "user", "usr_m"))

    assert (await write(manager, touch=tuples(ANN))).created == keys(ANN)
    foreign = RelationTuple(TupleKey("cli_other:document", "1", "viewer", "user", "ann"))
    assert (await refused(actor=manager, touch=(foreign,))).code == "kit_permission_missing"
    assert (await refused(actor=manager, touch=(*tuples(BOB), foreign))).code == "kit_permission_missing"
