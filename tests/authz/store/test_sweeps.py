"""Expired tuples end; what was superseded long ago is cleared away, and nobody is shown a part of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.authz.errors import RevisionGone
from app.authz.queries.head import read_head
from app.authz.service.snapshots import open_sql_snapshot
from app.authz.service.sweeps import clear_history, clear_notes, end_expired
from app.authz.service.tuple_lists import list_changes
from app.authz.types import ChangePlace, Freshness, FreshnessMode, RelationTuple
from app.kit import clock, db
from app.kit.actor import SYSTEM
from tests.authz.store.support import HOUR, NOW, key, keys, save_app, standing, touch, write
from tests.support import counted_statements, read_audit, read_everything

ANN, BOB = "document:1#viewer@user:ann", "document:1#viewer@user:bob"


@pytest.fixture
async def stopped() -> AsyncIterator[clock.FrozenClock]:
    with clock.frozen(NOW) as handle:
        await save_app()
        yield handle


def exactly(token: str) -> Freshness:
    return Freshness(FreshnessMode.AT_EXACT_SNAPSHOT, token)


async def test_an_expired_tuple_ends_at_a_revision_of_the_system(stopped: clock.FrozenClock) -> None:
    await write(touch=(RelationTuple(key(ANN), expires_at=NOW + HOUR), RelationTuple(key(BOB))))
    stopped.advance(HOUR)

    assert await end_expired() == 1

    assert await standing() == [BOB]
    row = await db.fetch_row("SELECT revision, actor_kind, reason FROM authz_write ORDER BY revision DESC LIMIT 1")
    assert row is not None
    assert tuple(row) == (3, "system", "expired")
    event = (await read_audit())[-1]
    assert (event.action, event.target_id, event.reason) == ("grant.revoked", str(key(ANN)), "expired")


async def test_nothing_expired_is_one_look_and_no_revision(stopped: clock.FrozenClock) -> None:
    await write(touch=(RelationTuple(key(ANN), expires_at=NOW + HOUR),))
    before = await read_everything()

    with counted_statements() as statements:
        assert await end_expired() == 0

    assert len(statements) == 1
    assert await read_everything() == before


async def test_many_expired_tuples_end_in_batches_and_are_told_by_their_number(stopped: clock.FrozenClock) -> None:
    await db.execute(
        "INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, expires_at, created_rev)"
        " SELECT 1000, n::text, 'viewer', 1, 'ann', $1, 1 FROM generate_series(1, 2500) n",
        NOW + HOUR,
    )
    stopped.advance(HOUR)

    assert await end_expired() == 2_500

    assert (await read_head()).revision == 4
    told = [event.after for event in await read_audit() if event.action == "grants.revoked"]
    assert sorted(each["deleted"] for each in told if each) == [500, 1_000, 1_000]


async def test_rows_are_cleared_once_nobody_may_read_their_revisions(stopped: clock.FrozenClock) -> None:
    first = await touch(ANN)
    await write(delete=keys(ANN))
    last = await touch(BOB)
    stopped.advance(timedelta(hours=23))
    assert await clear_history() == 0
    assert (await open_sql_snapshot(exactly(first.token))).revision.number == first.revision

    stopped.advance(HOUR)
    assert await clear_history() == 1

    assert (await read_head()).floor == last.revision
    assert await db.fetch_value("SELECT count(*) FROM authz_tuple") == 1
    assert (await open_sql_snapshot(exactly(last.token))).revision.number == last.revision
    with pytest.raises(RevisionGone):
        await open_sql_snapshot(exactly(first.token))
    with pytest.raises(RevisionGone):
        await list_changes(SYSTEM, ChangePlace(first.revision))
    assert await clear_history() == 0


async def test_a_revision_is_kept_until_it_was_superseded_for_a_day(stopped: clock.FrozenClock) -> None:
    old = await touch(ANN)
    stopped.advance(timedelta(days=30))
    await write(delete=keys(ANN))
    stopped.advance(HOUR)

    assert await clear_history() == 0
    assert (await open_sql_snapshot(exactly(old.token))).revision.number == old.revision


async def test_old_notes_go_and_what_can_still_be_read_keeps_them(stopped: clock.FrozenClock) -> None:
    await write(touch=(RelationTuple(key(ANN)),), idempotency_key="k")
    await touch(BOB)
    stopped.advance(timedelta(days=366))

    assert await clear_notes() == 1
    await clear_history()
    assert await clear_notes() == 2

    rows = await db.fetch("SELECT revision FROM authz_write")
    assert [row["revision"] for row in rows] == [3]
    assert await db.fetch_value("SELECT count(*) FROM authz_idempotency") == 0
