"""Ending many tuples: by a filter, of a subject, of an entity."""

from __future__ import annotations

import pytest

from app.authz.errors import FilterTooWide
from app.authz.service import delete_tuples, forget_entity, forget_subject
from app.authz.types import TupleFilter
from app.kit import db
from app.kit.actor import SYSTEM
from tests.authz.store.support import DOCUMENT, SCOPE, TEAM, revision, save_app, standing, touch
from tests.support import assert_needs, commit, counted_statements, read_audit, read_everything

ANN, BOB = "document:1#viewer@user:ann", "document:2#viewer@user:bob"
NESTED = "document:2#viewer@team:g#member"
MANY = """
INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, created_rev)
SELECT (SELECT id FROM authz_type WHERE name = 'document'), n::text, 'viewer', 1, 'ann', 1 FROM generate_series(1, $1) n
"""


@pytest.fixture(autouse=True)
async def _app() -> None:
    await save_app()


async def test_what_a_filter_means_ends_at_one_revision() -> None:
    await touch(ANN, BOB, NESTED)

    result = await commit(delete_tuples(SYSTEM, TupleFilter(entity_type=DOCUMENT, entity_id="2"), reason="moved"))

    assert (result.deleted, result.revision, result.has_more) == (2, 3, False)
    assert await standing() == [ANN]
    events = [(event.action, event.target_id, event.reason) for event in await read_audit()][-2:]
    assert sorted(events) == [
        ("grant.revoked", "cli_app:document:2#viewer@cli_app:team:g#member", "moved"),
        ("grant.revoked", "cli_app:document:2#viewer@user:bob", "moved"),
    ]


async def test_nothing_to_delete_takes_no_revision() -> None:
    await touch(ANN)

    for wanted in (TupleFilter(entity_type=DOCUMENT, entity_id="7"), TupleFilter(entity_type=f"{SCOPE}:no_such")):
        assert (await commit(delete_tuples(SYSTEM, wanted))).deleted == 0

    assert await revision() == 2


async def test_a_dry_run_counts() -> None:
    await touch(ANN, BOB, NESTED)
    before = await read_everything()

    result = await commit(delete_tuples(SYSTEM, TupleFilter(entity_type=DOCUMENT), dry_run=True))

    assert (result.deleted, result.revision, result.has_more) == (3, 2, False)
    assert await read_everything() == before


async def test_a_hundred_thousand_end_at_a_time_and_are_told_by_their_number() -> None:
    await db.execute(MANY, 100_500)
    wanted = TupleFilter(entity_type=DOCUMENT)

    counted = await commit(delete_tuples(SYSTEM, wanted, dry_run=True))
    first = await commit(delete_tuples(SYSTEM, wanted))
    second = await commit(delete_tuples(SYSTEM, wanted))

    assert (counted.deleted, counted.has_more) == (100_000, True)
    assert (first.deleted, first.has_more, second.deleted, second.has_more) == (100_000, True, 500, False)
    assert [event.after for event in await read_audit() if event.action == "grants.revoked"] == [
        {"created": 0, "changed": 0, "deleted": 100_000},
        {"created": 0, "changed": 0, "deleted": 500},
    ]


async def test_more_tuples_take_no_more_statements() -> None:
    await touch(ANN)
    with counted_statements() as one:
        await commit(delete_tuples(SYSTEM, TupleFilter(entity_type=DOCUMENT)))
    await touch(*(f"document:{n}#viewer@user:ann" for n in range(90)))
    with counted_statements() as many:
        await commit(delete_tuples(SYSTEM, TupleFilter(entity_type=DOCUMENT)))

    assert len(many) == len(one)


@pytest.mark.parametrize(
    "wanted",
    [TupleFilter(), TupleFilter(relation="viewer"), TupleFilter(subject_type="user"), TupleFilter(subject_id="a")],
)
async def test_a_filter_names_the_type_or_the_subject(wanted: TupleFilter) -> None:
    await touch(ANN)
    before = await read_everything()

    with pytest.raises(FilterTooWide):
        await commit(delete_tuples(SYSTEM, wanted))

    assert await read_everything() == before


async def test_deleting_needs_the_permission_of_the_scope() -> None:
    await touch(ANN)

    await assert_needs("clients.manage_access", lambda actor: delete_tuples(actor, TupleFilter(entity_type=DOCUMENT)))
    for wanted in (TupleFilter(entity_type="users"), TupleFilter(subject_type="user", subject_id="ann")):
        await assert_needs("platform.manage_platform", lambda actor, wanted=wanted: delete_tuples(actor, wanted))


async def test_a_subject_and_its_usersets_are_forgotten_everywhere() -> None:
    await touch(ANN, "document:2#owner@user:ann", BOB, NESTED, "document:1#viewer@team:g#member")

    assert await commit(forget_subject("user", "ann")) == 2
    assert await commit(forget_subject(TEAM, "g")) == 2

    assert await standing() == [BOB]


async def test_an_entity_is_forgotten_and_others_are_not() -> None:
    await touch(ANN, "document:1#owner@user:ann", BOB, "document:11#viewer@user:ann")

    assert await commit(forget_entity(DOCUMENT, "1")) == 2

    assert await standing() == [BOB, "document:11#viewer@user:ann"]


async def test_even_very_many_tuples_of_a_subject_are_forgotten() -> None:
    await db.execute(MANY, 100_001)

    assert await commit(forget_subject("user", "ann")) == 100_001

    assert await standing() == []
