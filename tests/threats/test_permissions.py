"""The permission engine under attack: what one manager of a client can do to everybody."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.engine.paths import build_graph
from app.authz.engine.schema import build_schema
from app.authz.errors import AssertionsTooSlow, NameTaken, TooSlow
from app.authz.language.text import parse_model
from app.authz.language.tuple_text import parse_tuple
from app.authz.service import drafts
from app.authz.service.models import review_model, save_model
from app.authz.types import Check, Decision, EntityRef, Model, RelationTuple, SubjectRef
from app.authz.types.saving import ModelDraft
from app.kit.actor import SYSTEM
from tests.authz.index.support import make_index, make_schema
from tests.support import commit

HEAD = "model\n  schema 1.1\ntype user\n"
SCOPE = "cli_attacker"
RECURSIVE = f"""{HEAD}type doc
  relations
    define parent: [doc]
    define banned: [user]
    define viewer: [user] or viewer from parent
    define reader: viewer but not banned
"""
TYPE = "type {}\n  relations\n    define viewer: [user]\n"


async def save(source: str, renames: dict[str, str] | None = None) -> int:
    return (await commit(save_model(SYSTEM, ModelDraft(SCOPE, source, renames=renames or {})))).version


def knotted(types: int, relations: int) -> Model:
    """A model whose relations all rest on each other."""
    lines = [HEAD]
    for number in range(types):
        following = f"t{(number + 1) % types}"
        lines.append(f"type t{number}\n  relations\n    define r0: [user, {following}#r0]\n")
        lines += [f"    define r{n}: [{following}#r{n}] or r{n - 1}\n" for n in range(1, relations)]
        lines.append(f"    define parent: [{following}]\n    define last: r0 from parent or r{relations - 1}\n")
    return parse_model("".join(lines))


def test_relations_that_rest_on_each_other_share_what_is_below_them() -> None:
    model = knotted(20, 10)
    schema = build_schema(Model(), {"": model}, {("", each.name): n for n, each in enumerate(model.types, start=1)})

    graph = build_graph(schema)

    assert len({id(graph.below[f"t{number}", "r0"]) for number in range(20)}) == 1
    assert len(graph.below["t0", "r0"]) == 20
    assert len(graph.below["t0", "last"]) == 20 * 10 + 2


def test_what_a_long_chain_subtracts_is_found_from_whatever_end_it_is_read() -> None:
    steps = "".join(f"    define r{n}: r{n + 1}\n" for n in range(150))
    model = parse_model(
        f"{HEAD}type doc\n  relations\n    define out: [user]\n{steps}    define r150: [user] but not out\n"
    )
    schema = build_schema(Model(), {"": model}, {})

    graph = build_graph(schema)

    assert graph.subtractions["doc", "r0"] == 1
    assert ("doc", "r0") not in graph.plain
    assert ("doc", "out") in graph.plain


async def test_assertions_that_take_too_long_are_given_up_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drafts, "MAX_ASSERTION_SECONDS", 0.2)
    given = "".join(f"    doc:{one}#parent@doc:{other}\n" for one in range(25) for other in range(25))
    source = f"{RECURSIVE}\nassertions\n  given\n{given}" + "  check user:ann reader doc:0 is false\n" * 2_000

    turns = asyncio.create_task(_count_turns())
    with pytest.raises(AssertionsTooSlow):
        await review_model(SYSTEM, ModelDraft(SCOPE, source))
    turns.cancel()

    assert await turns > 3


async def _count_turns() -> int:
    count = 0
    try:
        while True:
            await asyncio.sleep(0)
            count += 1
    except asyncio.CancelledError:
        return count


async def test_a_batch_with_contextual_tuples_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.authz.engine.index.batches.MAX_SECONDS", 0.0)
    index = make_index(make_schema(RECURSIVE), "doc:1#parent@doc:2")
    added = RelationTuple(parse_tuple("doc:2#viewer@user:ann"))
    check = Check(SubjectRef("user", "ann"), "reader", EntityRef("doc", "1"), {}, (added,))

    answers = await index.check_many([check] * 3)

    assert [each.decision for each in answers] == [Decision.ALLOWED, Decision.UNDECIDED, Decision.UNDECIDED]
    assert isinstance(answers[1].problem, TooSlow)


async def test_a_name_that_another_type_had_is_not_given_anew_by_a_rename() -> None:
    await save(HEAD + TYPE.format("one") + TYPE.format("two"))
    await save(HEAD + TYPE.format("one"))

    with pytest.raises(NameTaken):
        await save(HEAD + TYPE.format("two"), {"one": "two"})

    assert await save(HEAD + TYPE.format("three"), {"one": "three"}) == 3
    assert await save(HEAD + TYPE.format("one"), {"three": "one"}) == 4
