"""Guards of what only reads take roles from the index, which has to know what the database knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.authz.engine.index import Index, Row
from app.authz.engine.index.roles import find_roles
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.queries.platform import GUARDING_TYPES, list_platform_relations
from app.authz.queries.rows import COLUMNS, STANDS, to_row
from app.authz.service import PlatformDecider, grant_relation, revoke_relation
from app.authz.service import follower as follower_module
from app.authz.service.follower import Follower, following
from app.authz.types import RelationTuple, TupleKey
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.db import unit_of_work
from app.kit.guard import ALL_PERMISSIONS
from tests.authz.people import exist, give
from tests.graph.support import execute
from tests.support import as_user, commit, counted_statements, make_admin, make_user

VIEWER = TupleKey("users", "*", "viewer", "user", "usr_1")
ONE = as_user("usr_1")


@pytest.fixture
async def follower(database: None) -> AsyncIterator[Follower]:
    async with following() as running:
        await running.catch_up()
        yield running


async def ask(actor: Actor) -> tuple[frozenset[str], int]:
    """What the actor holds as of just now, and how many statements it took to know."""
    with counted_statements() as statements:
        held = await PlatformDecider().recent_permissions_of(actor)
    return held, len(statements)


async def test_the_index_tells_without_a_statement(follower: Follower) -> None:
    admin = as_user(await make_admin())
    await give(VIEWER)
    await follower.catch_up()

    assert await ask(admin) == (ALL_PERMISSIONS, 0)
    assert await ask(ONE) == (frozenset({"users.view"}), 0)
    assert await ask(as_user("usr_nobody")) == (frozenset(), 0)
    assert await ask(Actor(ActorKind.CLIENT, "usr_1")) == (frozenset(), 0)


async def test_what_this_process_wrote_counts_at_once(follower: Follower) -> None:
    await give(VIEWER)
    await follower.catch_up()

    for _ in range(5):
        await commit(revoke_relation(SYSTEM, VIEWER))
        assert (await ask(ONE))[0] == frozenset()
        await commit(grant_relation(SYSTEM, VIEWER))
        assert (await ask(ONE))[0] == {"users.view"}


async def test_an_index_that_was_not_found_up_to_date_just_now_is_not_asked(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give(VIEWER)
    await follower.catch_up()
    monkeypatch.setattr(follower_module, "MAX_ROLE_STALENESS_SECONDS", 0.0)

    assert await ask(ONE) == ({"users.view"}, 1)


async def test_without_an_index_the_database_tells() -> None:
    await give(VIEWER)

    assert await ask(ONE) == ({"users.view"}, 1)


async def test_a_unit_of_work_sees_its_own_writes(follower: Follower) -> None:
    await exist("user:usr_1")

    async with unit_of_work():
        await grant_relation(SYSTEM, VIEWER)
        assert (await PlatformDecider().recent_permissions_of(ONE)) == {"users.view"}


async def test_roles_begin_and_end_by_the_clock(follower: Follower) -> None:
    with clock.frozen() as frozen:
        begin, end = clock.now() + timedelta(minutes=1), clock.now() + timedelta(minutes=2)
        await give(RelationTuple(VIEWER, None, begin, end))
        await follower.catch_up()
        held = []
        for _ in range(3):
            held.append(await ask(ONE))
            frozen.advance(timedelta(minutes=1))

    assert held == [(frozenset(), 0), ({"users.view"}, 0), (frozenset(), 0)]


async def test_a_query_costs_no_statement_for_its_guards_and_a_mutation_one(follower: Follower) -> None:
    admin, user = as_user(await make_admin()), await make_user()
    await follower.catch_up()
    query = "query Q($id: ID!) { user(id: $id) { id } }"
    mutation = "mutation M($id: ID!) { userUnban(input: {id: $id}) { errors { code } } }"

    with counted_statements() as asked:
        assert (await execute(query, {"id": user.id}, actor=admin))["data"]["user"] == {"id": user.id}
    with counted_statements() as changed:
        await execute(mutation, {"id": user.id}, actor=admin)

    assert [each for each in asked if "authz" in each] == []
    assert len([each for each in changed if "WITH RECURSIVE self" in each]) == 1


SUBJECTS = ("user:a:", "user:b:", "client:a:", "group:g:member", "group:h:member", "group:i:member", "group:*:member")
PLACES = (
    *(("group", each, "member") for each in ("g", "h", "i", "*")),
    *product(("users",), ("*", "one"), ("admin", "viewer")),
    ("platform", "*", "super_admin"),
    ("clients", "*", "full_access"),
)
SYSTEM_SCHEMA = build_schema(system_model(), {}, {("", name): number for name, number in SYSTEM_TYPE_IDS.items()})
_INSERT = f"""
INSERT INTO authz_tuple ({COLUMNS}, created_rev, deleted_rev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, {STANDS})
"""


@st.composite
def tuples(draw: st.DrawFn) -> RelationTuple:
    """A tuple about groups or roles; it may be over, or not begun."""
    kind, entity, relation = draw(st.sampled_from(PLACES))
    starts, ends = draw(st.sampled_from(((None, None), (None, None), (-1, None), (1, None), (None, 1), (None, -1))))
    now = clock.now()
    moments = [None if hours is None else now + timedelta(hours=hours) for hours in (starts, ends)]
    key = TupleKey(kind, entity, relation, *draw(st.sampled_from(SUBJECTS)).split(":"))
    return RelationTuple(key, None, *moments)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(tuples(), max_size=12, unique_by=lambda each: each.key))
async def test_index_and_database_agree_on_roles(written: list[RelationTuple]) -> None:
    rows = [to_row(each, SYSTEM_TYPE_IDS) for each in written]
    await db.execute("DELETE FROM authz_tuple")
    for row in rows:
        await db.execute(_INSERT, *row)
    index = Index.build(Ruleset(SYSTEM_SCHEMA), [Row(*row) for row in rows], 1)
    subjects = [(SYSTEM_TYPE_IDS[kind], each) for kind, each in (("user", "a"), ("user", "b"), ("client", "a"))]

    by_sql = await list_platform_relations(subjects)

    assert [sorted(find_roles(index, *each, GUARDING_TYPES)) for each in subjects] == by_sql
