"""Tuples begin and end by the clock, without anybody writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.authz.engine.index import Index
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.types import SubjectRef
from app.kit import clock
from tests.authz.index.support import is_allowed, make_schema, row

SCHEMA = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type doc
  relations
    define viewer: [user, group#member]
"""
)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def index_of(*rows: object) -> Index:
    return Index.build(Ruleset(SCHEMA), rows, 1)  # type: ignore[arg-type]


def can_view(index: Index) -> bool:
    return is_allowed(index, "user:anne", "viewer", "doc:d")


async def test_an_expiring_grant_ends_and_a_scheduled_one_begins() -> None:
    with clock.frozen(NOON) as time:
        index = index_of(
            row(SCHEMA, "doc:d#viewer@group:g#member"),
            row(SCHEMA, "group:g#member@user:anne", starts_at=NOON + HOUR, expires_at=NOON + 2 * HOUR),
        )
        assert not can_view(index)
        assert index.statistics()["waiting"] == 1

        time.advance(HOUR)
        assert can_view(index)
        found = await index.list_objects(ObjectQuery(SubjectRef("user", "anne"), "viewer", "doc", {}), limit=10)
        assert [each.id for each in found[0]] == ["d"]

        time.advance(HOUR)
        found = await index.list_objects(ObjectQuery(SubjectRef("user", "anne"), "viewer", "doc", {}), limit=10)
        assert found == ([], 0)
        assert not can_view(index)
        assert index.statistics()["scheduled"] == 0


def test_what_has_ended_before_it_is_read_never_counts() -> None:
    with clock.frozen(NOON):
        index = index_of(row(SCHEMA, "doc:d#viewer@user:anne", expires_at=NOON))

        assert not can_view(index)
        assert index.statistics()["tuples"] == 0


def test_an_end_that_was_put_off_is_the_one_that_counts() -> None:
    with clock.frozen(NOON) as time:
        index = index_of(row(SCHEMA, "doc:d#viewer@user:anne", expires_at=NOON + HOUR))
        index.apply(
            2,
            [row(SCHEMA, "doc:d#viewer@user:anne")],
            [row(SCHEMA, "doc:d#viewer@user:anne", expires_at=NOON + 3 * HOUR)],
        )

        time.advance(2 * HOUR)
        assert can_view(index)
        time.advance(HOUR)
        assert not can_view(index)


def test_a_deleted_grant_does_not_begin() -> None:
    with clock.frozen(NOON) as time:
        index = index_of(row(SCHEMA, "doc:d#viewer@user:anne", starts_at=NOON + HOUR))
        index.apply(2, [row(SCHEMA, "doc:d#viewer@user:anne")], [])

        time.advance(2 * HOUR)

        assert not can_view(index)
        assert index.statistics() == index_of().statistics()
