"""Long answers let others have their turn, and rest on one state whatever these others do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.grants import pack
from app.authz.engine.index import Index, batches
from app.authz.engine.listing import Bounds, ObjectQuery, SubjectQuery
from app.authz.engine.policies import PolicyInput, PolicyVerdict, Surroundings, bind_policies
from app.authz.engine.resolve import Resolution, Ruleset
from app.authz.types import Check, Decision, EntityRef, RelationTuple, SubjectRef
from app.kit import clock
from tests.authz.engine.generators import World, describe, worlds
from tests.authz.index.support import EVERYTHING, index_of, make_index, make_schema, put, row, row_of, said

Answer = TypeVar("Answer")

ANNE = SubjectRef("user", "anne")
DOCS = make_schema(
    """
model
  schema 1.1
type user
type doc
  relations
    define owner: [user with is_open]
    define blocked: [user]
    define other: [user]
    define reader: owner but not blocked
condition is_open(state: string) {
  state == "open"
}
"""
)
READ = ObjectQuery(ANNE, "reader", "doc", {"state": "open"})


@pytest.fixture(autouse=True, scope="module")
def shortest_slices() -> Iterator[None]:
    """Others have their turn wherever they may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.authz.engine.turns.SLICE_SECONDS", 0)
        patch.setattr("app.authz.engine.index.index.SLICE_SECONDS", 0)
        yield


async def interrupted(
    asked: Awaitable[Answer], acts: Sequence[Callable[[], None]], *, after: int = 0
) -> tuple[Answer, int]:
    """An answer, and how many turns another coroutine had meanwhile; from some turn on it does one act in each."""
    turns, waiting = 0, list(acts)
    task = asyncio.ensure_future(asked)
    await asyncio.sleep(0)
    while not task.done():
        if turns >= after and waiting:
            waiting.pop(0)()
        turns += 1
        await asyncio.sleep(0)
    return task.result(), turns


def many(count: int) -> Index:
    """Documents of Anne, each of which has to be checked."""
    index = make_index(DOCS)
    fact = row(DOCS, "doc:x#owner@user:anne")._replace(condition="is_open")
    index.apply(2, [], [fact._replace(entity_id=f"{n:03}") for n in range(count)])
    return index


async def test_others_have_their_turn_while_a_list_is_checked() -> None:
    index = many(50)

    (found, total), turns = await interrupted(index.list_objects(READ, limit=10), ())

    assert ([each.id for each in found], total) == ([f"{n:03}" for n in range(10)], 50)
    assert turns > 50


@pytest.mark.parametrize("after", [0, 20, 60, 90])
async def test_a_write_during_a_list_is_not_in_it(after: int) -> None:
    index = many(50)

    def write() -> None:
        put(index, *(f"doc:{n:03}#blocked@user:anne" for n in range(50)))

    (_, total), turns = await interrupted(index.list_objects(READ, limit=10), [write], after=after)

    assert turns > after
    assert total == 50
    assert await index.list_objects(READ, limit=10) == ([], 0)


async def test_a_list_goes_on_by_the_index_when_something_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    index = many(50)

    async def walk(*_: object, **__: object) -> list[Resolution]:
        raise AssertionError("it was walked")

    monkeypatch.setattr(batches, "resolve", walk)

    (_, total), _ = await interrupted(
        index.list_objects(READ, limit=10), [lambda: put(index, "doc:x#other@user:anne")], after=60
    )
    assert total == 50
    with pytest.raises(AssertionError, match="it was walked"):
        await interrupted(index.list_objects(READ, limit=10), [lambda: put(index, "doc:x#blocked@user:anne")], after=60)


async def test_what_ends_during_a_list_is_in_it_to_its_last_page() -> None:
    with clock.frozen() as frozen:
        index = many(10)
        end = clock.now() + timedelta(minutes=1)
        for each in ("000", "009"):
            index.apply(3, [], [row(DOCS, f"doc:{each}#blocked@user:anne", expires_at=end)])

        listed, _ = await interrupted(
            index.list_objects(READ, limit=1), [lambda: frozen.advance(timedelta(minutes=2))], after=8
        )

        assert listed[1] == 8
        assert (await index.list_objects(READ, limit=1))[1] == 10


async def test_a_model_that_comes_during_a_list_counts_for_all_of_it() -> None:
    index = many(20)
    put(index, "doc:003#blocked@user:anne")
    other = make_schema(
        """
model
  schema 1.1
type user
type doc
  relations
    define owner: [user with is_open]
    define blocked: [user]
    define reader: owner
condition is_open(state: string) {
  state == "open"
}
"""
    )

    (_, total), _ = await interrupted(
        index.list_objects(READ, limit=1), [lambda: index.recompile(Ruleset(other))], after=10
    )

    assert total == 20


async def test_a_write_while_a_policy_is_asked_is_not_in_the_batch() -> None:
    schema = make_schema(
        """
model
  schema 1.1
type user
type doc
  relations
    define owner: [user]
  permissions
    define sign: owner policy two_eyes
"""
    )
    index = make_index(schema, "doc:1#owner@user:anne", "doc:2#owner@user:anne")

    class Slow:
        async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
            index.apply(2, [row(schema, f"doc:{n}#owner@user:anne") for n in (1, 2)], [])
            return [PolicyVerdict(True)] * len(questions)

    before = bind_policies(Slow())
    try:
        found = await index.ask_many([(ANNE, "sign", "doc", each, {}) for each in ("1", "2")])
    finally:
        bind_policies(before)

    assert [each.decision for each in found] == [Decision.ALLOWED, Decision.ALLOWED]
    (after,) = await index.check_many([Check(ANNE, "sign", EntityRef("doc", "1"))])
    assert after.decision is Decision.DENIED


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_every_answer_rests_on_the_state_in_which_it_was_asked(world: World, random: Random) -> None:
    note(describe(world))
    schema = world.schema()

    async def token(index: Index) -> object:
        grants, is_cut = await index.find_grants(world.objects[0].subject, list(schema.types))
        return (pack(grants), is_cut)

    asks: list[Callable[[Index], Awaitable[object]]] = [
        lambda index: _said(index, world.checks),
        *(lambda index, query=query: index.list_objects(query, limit=100) for query in world.objects),
        lambda index: _subjects(index, world.subjects),
        token,
    ]
    for ask in asks:
        expected = await ask(index_of(schema, world.tuples))
        index = index_of(schema, world.tuples)
        acts = [_flip(index, each, present=True) for each in world.tuples]
        random.shuffle(acts)
        # Drawn before the question is there: hypothesis may end the example here.
        after = random.randrange(8)
        found, _ = await interrupted(ask(index), [*acts, *acts], after=after)
        assert found == expected


async def _said(index: Index, checks: Sequence[Check]) -> object:
    return said(await index.check_many(checks))


async def _subjects(index: Index, queries: Sequence[SubjectQuery]) -> object:
    # Each subject's way may differ, who is found may not.
    pages = await index.list_subjects(queries, bounds=Bounds(EVERYTHING))
    return [[(each.subject, each.is_decided) for each in found] for found, _ in pages]


def _flip(index: Index, each: RelationTuple, *, present: bool) -> Callable[[], None]:
    """Delete a tuple that is there, or put it back."""
    state = [present]

    def act() -> None:
        fact = row_of(index.rules.schema, each)
        index.apply(index.revision + 1, [fact] if state[0] else [], [] if state[0] else [fact])
        state[0] = not state[0]

    return act
