"""Reading what stands and what changed, page by page."""

from __future__ import annotations

import pytest

from app.authz.errors import RevisionGone
from app.authz.queries.head import raise_floor
from app.authz.service.tuple_lists import MAX_CHANGES, count_tuples, list_changes, list_tuples
from app.authz.types import ChangeKind, ChangePlace, ConditionRef, TupleFilter
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.paging import COUNT_BOUND, PageRequest
from tests.authz.store.support import (
    DOCUMENT,
    HOUR,
    NOW,
    fact,
    key,
    revision,
    save_app,
    short,
    touch,
    write,
)
from tests.support import commit, counted_statements

OF_DOCUMENTS = TupleFilter(entity_type=DOCUMENT)


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def test_a_list_shows_tuples_with_what_limits_them() -> None:
    late = ConditionRef("after_hour", {"hour": 22})
    with clock.frozen(NOW):
        limited = fact("document:1#owner@user:ann", condition=late, starts_at=NOW, expires_at=NOW + HOUR)
        await write(touch=(limited, fact("document:1#viewer@user:*")))

    page = await list_tuples(SYSTEM, OF_DOCUMENTS, PageRequest())

    assert [each.tuple for each in page.items] == [limited, fact("document:1#viewer@user:*")]
    assert [each.created_rev for each in page.items] == [2, 2]


async def test_pages_lead_through_the_whole_list_both_ways() -> None:
    await touch(*(f"document:{n}#viewer@user:ann" for n in range(7)))
    forward: list[str] = []
    after = None
    while True:
        page = await list_tuples(SYSTEM, OF_DOCUMENTS, PageRequest(first=3, after=after))
        forward += [each.tuple.key.entity_id for each in page.items]
        if not page.has_next:
            break
        after = page.cursors[-1]
    last = await list_tuples(SYSTEM, OF_DOCUMENTS, PageRequest(last=3))

    assert forward == list("0123456")
    assert [each.tuple.key.entity_id for each in last.items] == list("456")
    assert (last.has_previous, await count_tuples(SYSTEM, OF_DOCUMENTS)) == (True, 7)


async def test_a_page_is_two_statements() -> None:
    await touch(*(f"document:{n}#viewer@user:ann" for n in range(50)))

    with counted_statements() as statements:
        await list_tuples(SYSTEM, OF_DOCUMENTS, PageRequest(first=50))

    assert len(statements) == 2


async def test_what_ended_is_not_listed_and_a_type_that_never_was_has_nothing() -> None:
    await touch("document:1#viewer@user:ann")
    await write(delete=(key("document:1#viewer@user:ann"),))

    for wanted in (OF_DOCUMENTS, TupleFilter(entity_type="cli_app:paper"), TupleFilter(subject_type="robot")):
        assert (await list_tuples(SYSTEM, wanted, PageRequest())).items == ()
        assert await count_tuples(SYSTEM, wanted) == 0


async def test_counting_has_a_bound() -> None:
    await db.execute(
        "INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, subject_relation,"
        " created_rev) SELECT (SELECT id FROM authz_type WHERE name = 'document'), n, 'viewer', 1, 'ann', '', 1"
        " FROM generate_series(1, $1) n",
        COUNT_BOUND + 10,
    )

    assert await count_tuples(SYSTEM, OF_DOCUMENTS) == COUNT_BOUND + 1


async def test_the_changelog_leads_from_one_snapshot_to_another() -> None:
    await touch("document:1#viewer@user:ann", "document:2#viewer@user:ann")
    await write(delete=(key("document:1#viewer@user:ann"),), touch=(fact("document:3#viewer@user:ann"),))
    await save_app(scope="cli_other")
    with clock.frozen(NOW):
        await write(touch=(fact("document:2#viewer@user:ann", expires_at=NOW + HOUR),))

    found, place = await list_changes(SYSTEM, ChangePlace(2))

    assert [(each.revision, each.kind.value, short(each.tuple.key)[9:10]) for each in found] == [
        (2, "created", "1"),
        (2, "created", "2"),
        (3, "deleted", "1"),
        (3, "created", "3"),
        (5, "deleted", "2"),
        (5, "created", "2"),
    ]
    assert await list_changes(SYSTEM, place) == ([], ChangePlace(6))


async def test_pages_of_the_changelog_miss_nothing_and_repeat_nothing() -> None:
    for _ in range(3):
        await touch("document:1#viewer@user:ann", "document:2#viewer@user:ann")
        await write(delete=(key("document:1#viewer@user:ann"), key("document:2#viewer@user:ann")))
    whole, _ = await list_changes(SYSTEM, ChangePlace(1))
    for size in (1, 2, 3, 5, 7, MAX_CHANGES):
        found, place = [], ChangePlace(1)
        while True:
            part, place = await list_changes(SYSTEM, place, limit=size)
            if not part:
                break
            found += part
        assert found == whole

    assert len(whole) == 12


async def test_the_changelog_ends_where_it_is_told_to() -> None:
    for n in range(3):
        await touch(f"document:{n}#viewer@user:ann")

    found, _ = await list_changes(SYSTEM, ChangePlace(2), until=3)

    assert [each.revision for each in found] == [2, 3]
    assert [each.kind for each in found] == [ChangeKind.CREATED] * 2


async def test_what_is_cleared_away_in_part_is_gone() -> None:
    for n in range(3):
        await touch(f"document:{n}#viewer@user:ann")
    await commit(raise_floor(3))

    for number in (1, 3):
        with pytest.raises(RevisionGone):
            await list_changes(SYSTEM, ChangePlace(number))
    assert [each.revision for each in (await list_changes(SYSTEM, ChangePlace(4)))[0]] == [await revision()]
