"""The index of a process follows the database; answers come from it when it is fresh enough."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.authz.errors import RevisionAhead
from app.authz.queries.head import lock_head, raise_floor, read_head
from app.authz.service import follower as follower_module
from app.authz.service import sources
from app.authz.service.checks import check, check_again, explain
from app.authz.service.consistency import Revision, encode_revision
from app.authz.service.follower import Follower, following
from app.authz.service.own_writes import forget_own_writes
from app.authz.service.permissions import resolve_permissions
from app.authz.service.tuples import write_tuples
from app.authz.types import (
    Answer,
    Check,
    ConditionRef,
    Decision,
    Freshness,
    FreshnessMode,
    RelationTuple,
    Source,
    TupleKey,
)
from app.authz.types.granted import Granted
from app.authz.types.writes import TupleWrite
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.sharing import Shared
from tests.authz.answers.support import SCOPE, SOURCE, ask, grant, key, revoke, save_app, subject
from tests.authz.people import give
from tests.support import counted_statements

FULLY = Freshness(FreshnessMode.FULLY_CONSISTENT)
ALLOWED, DENIED = (Decision.ALLOWED, Source.INDEX), (Decision.DENIED, Source.INDEX)


@pytest.fixture
async def follower(database: None) -> AsyncIterator[Follower]:
    async with following() as running:
        await running.catch_up()
        yield running


async def told(question: Check, freshness: Freshness = FULLY) -> tuple[Decision, Source]:
    answer: Answer = await check(SYSTEM, question, freshness)
    return answer.decision, answer.source


async def test_what_is_written_is_seen_with_its_token(follower: Follower) -> None:
    await save_app()
    for _ in range(5):
        token = await grant(("document:1", "viewer", "user:ann"))
        assert await told(ask("ann", "read", "1"), Freshness(FreshnessMode.AT_LEAST_AS_FRESH, token)) == ALLOWED
        token = await revoke(("document:1", "viewer", "user:ann"))
        assert await told(ask("ann", "read", "1"), Freshness(FreshnessMode.AT_LEAST_AS_FRESH, token)) == DENIED


async def test_fully_consistent_costs_one_statement_when_nothing_has_changed(follower: Follower) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    await follower.catch_up()

    with counted_statements() as statements:
        assert await told(ask("ann", "read", "1")) == ALLOWED
    assert len(statements) == 1, statements
    with counted_statements() as statements:
        assert await told(ask("ann", "read", "1"), Freshness()) == ALLOWED
    assert statements == []


async def test_standing_checks_of_many_share_one_statement_while_nothing_happens(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    await follower.catch_up()
    monkeypatch.setattr(sources, "_heads", Shared(timedelta(minutes=5)))
    questions = [ask("ann", "read", f"{number}") for number in range(1, 51)]

    with counted_statements() as statements:
        for _ in range(3):
            answers = await asyncio.gather(*(check_again(SYSTEM, each) for each in questions))

    assert [(each.decision, each.source) for each in answers] == [ALLOWED, *[DENIED] * 49]
    assert len(statements) == 1, statements


async def test_a_standing_check_sees_what_was_heard_of(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    await save_app()
    await follower.catch_up()
    monkeypatch.setattr(sources, "_heads", Shared(timedelta(minutes=5)))
    question = ask("ann", "read", "1")
    before = await check_again(SYSTEM, question)
    await grant(("document:1", "viewer", "user:ann"))

    sources.forget_heads()

    after = await check_again(SYSTEM, question)
    assert [(each.decision, each.source) for each in (before, after)] == [DENIED, ALLOWED]


async def test_a_notification_brings_it_without_being_asked(follower: Follower) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))

    wanted = (await read_head()).revision
    async with asyncio.timeout(5):
        while follower.index is None or follower.index.revision < wanted:
            await read_head()

    assert await told(ask("ann", "read", "1"), Freshness()) == ALLOWED


async def test_a_new_model_comes_with_its_revision(follower: Follower) -> None:
    await save_app()
    await grant(("document:1", "owner", "user:ann"))
    assert await told(ask("ann", "share", "1")) == ALLOWED

    await save_app(SOURCE.replace("define share: owner", "define share: reader"))
    await grant(("document:1", "blocked", "user:ann"))
    assert await told(ask("ann", "share", "1")) == DENIED

    await save_app(
        SOURCE.replace("type folder", "type drawer").replace("[folder]", "[drawer]"), renames={"folder": "drawer"}
    )
    assert await told(ask("ann", "share", "1")) == ALLOWED


async def test_in_a_unit_of_work_that_writes_the_database_answers(follower: Follower) -> None:
    await save_app()
    await follower.catch_up()

    async with unit_of_work():
        assert await told(ask("ann", "read", "1")) == DENIED
        await write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key("document:1", "viewer", "user:ann")),)))
        assert await told(ask("ann", "read", "1")) == (Decision.ALLOWED, Source.SQL)
    assert await told(ask("ann", "read", "1")) == ALLOWED


async def test_an_exact_snapshot_comes_from_the_database(follower: Follower) -> None:
    await save_app()
    token = await grant(("document:1", "viewer", "user:ann"))
    await revoke(("document:1", "viewer", "user:ann"))

    exact = Freshness(FreshnessMode.AT_EXACT_SNAPSHOT, token)
    assert await told(ask("ann", "read", "1"), exact) == (Decision.ALLOWED, Source.SQL)


async def test_a_revision_that_does_not_come_is_not_waited_for_long(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "CATCH_UP_SECONDS", 0.01)
    await save_app()

    with pytest.raises(RevisionAhead):
        await check(
            SYSTEM,
            ask("ann", "read", "1"),
            Freshness(FreshnessMode.AT_LEAST_AS_FRESH, encode_revision(Revision(99, 1))),
        )


async def test_a_stale_index_answers_no_more(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    await save_app()
    await follower.catch_up()
    monkeypatch.setattr(follower_module, "MAX_STALENESS_SECONDS", 0.0)

    assert await told(ask("ann", "read", "1"), Freshness()) == (Decision.DENIED, Source.SQL)


async def test_behind_the_floor_the_index_is_loaded_anew(follower: Follower) -> None:
    await save_app()
    await follower.catch_up()
    first = follower.index
    async with unit_of_work():
        await lock_head()
        await db.execute("UPDATE authz_head SET revision = 5")
        await raise_floor(4)

    await follower.catch_up()

    assert follower.index is not first
    assert follower.index is not None
    assert follower.index.revision == 5


async def test_an_index_of_a_database_that_was_put_back_is_loaded_anew(follower: Follower) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    await follower.catch_up()
    async with unit_of_work():
        await db.execute("DELETE FROM authz_tuple")
        await db.execute("UPDATE authz_head SET revision = 1")

    await follower.catch_up()

    assert await told(ask("ann", "read", "1")) == DENIED


async def test_begin_and_end_of_a_tuple_need_no_write(follower: Follower) -> None:
    await save_app()
    with clock.frozen() as frozen:
        begin, end = clock.now() + timedelta(minutes=1), clock.now() + timedelta(minutes=2)
        await grant(RelationTuple(key("document:1", "viewer", "user:ann"), None, begin, end))
        answers = []
        for _ in range(3):
            answers.append(await told(ask("ann", "read", "1")))
            frozen.advance(timedelta(minutes=1))

    assert answers == [DENIED, ALLOWED, DENIED]


async def test_proofs_and_tokens_come_from_it_too(follower: Follower) -> None:
    await save_app()
    await grant(("folder:f", "viewer", "user:ann"), ("document:1", "parent", "folder:f"))
    await follower.catch_up()

    with counted_statements() as statements:
        answer, proof = await explain(SYSTEM, ask("ann", "read", "1"))
        granted = await resolve_permissions(subject("ann"), SCOPE, with_platform=False)

    assert (answer.decision, answer.source) == ALLOWED
    assert proof.root.decision is Decision.ALLOWED
    assert granted.permissions == {f"{SCOPE}:document:1": ("read", "sign")}
    assert statements == []


@pytest.fixture
async def still(database: None, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """An index that nothing wakes: it moves only when it is asked to."""
    forget_own_writes()
    found = Follower()
    await found.catch_up()
    monkeypatch.setattr(follower_module, "_active", found)
    return found


async def test_a_token_holds_what_this_process_wrote_a_moment_ago(still: Follower) -> None:
    await save_app()
    for _ in range(3):
        await grant(("document:1", "viewer", "user:ann"))
        granted = await resolve_permissions(subject("ann"), SCOPE, with_platform=False)
        assert granted.permissions == {f"{SCOPE}:document:1": ("read", "sign")}

        await revoke(("document:1", "viewer", "user:ann"))
        assert await resolve_permissions(subject("ann"), SCOPE, with_platform=False) == Granted()

    assert still.index is not None
    assert still.index.revision == (await read_head()).revision


async def test_tokens_from_memory_are_those_from_the_database(still: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    await save_app()
    late = ConditionRef("late", {"hour": 22})
    await grant(
        *(("document:" + str(n), "viewer", "user:ann") for n in range(30)),
        ("document:3", "blocked", "user:ann"),
        ("document:*", "viewer", "user:bob"),
        RelationTuple(key("document:1", "owner", "user:bob"), ConditionRef("late")),
        RelationTuple(key("document:2", "owner", "user:ann"), late),
        ("group:eng", "member", "user:cat"),
        ("folder:f", "viewer", "group:eng#member"),
        ("document:1", "parent", "folder:f"),
    )
    await give(
        TupleKey("clients", SCOPE, "full_access", "user", "boss"), TupleKey("users", "*", "viewer", "user", "cat")
    )
    subjects = [subject(each) for each in ("ann", "bob", "cat", "boss", "nobody", "*")]

    async def tokens() -> list[Granted]:
        return [
            await resolve_permissions(each, SCOPE, with_platform=with_platform, max_bytes=max_bytes)
            for each in subjects
            for with_platform in (False, True)
            for max_bytes in (100_000, 300)
        ]

    await still.catch_up()
    with counted_statements() as statements:
        from_memory = await tokens()
    assert statements == []
    monkeypatch.setattr(follower_module, "_active", None)
    assert from_memory == await tokens()
    assert sum(each.is_truncated for each in from_memory) > 1


@pytest.mark.parametrize(("at_once", "seen"), [(1, [1, 2, 3, 4, 5, 6]), (5, [1, 3, 5, 6]), (1_000, [5, 6])])
async def test_others_have_their_turn_before_many_tuples_are_applied(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, at_once: int, seen: list[int]
) -> None:
    await save_app()
    await follower.catch_up()
    assert follower.index is not None
    start, revisions = follower.index.revision, set[int]()
    monkeypatch.setattr(follower_module, "_AT_ONCE", at_once)
    async with follower._lock:
        for n in range(6):
            await grant((f"document:{n}", "viewer", "user:ann"), (f"document:{n}", "viewer", "user:bob"))
        assert follower.index.revision == start

    catching_up = asyncio.create_task(follower.catch_up())
    while not catching_up.done():
        await asyncio.sleep(0)
        revisions.add(follower.index.revision - start)

    assert sorted(revisions - {0}) == seen
