"""A token never says more than is so, nor less: what a consumer reads from it is what the reference decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings

from app.authz.engine import grants as grants_of_engine
from app.authz.engine.grants import find_grants, pack
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import Ruleset
from app.authz.types import Decision, SubjectRef
from app.authz.types.granted import Granted
from tests.authz.engine.generators import DECISIONS, IDS, World, describe, worlds
from tests.authz.engine.support import facts, make_rules

ANN = SubjectRef("user", "ann")


def read_token(granted: Granted, kind: str, entity_id: str, action: str) -> Decision:
    """What a consumer concludes: absent is denied, present is allowed unless the live check has to say."""
    names = [name for name in (f"{kind}:{entity_id}", kind) if action in granted.permissions.get(name, ())]
    if not names:
        return Decision.DENIED
    is_settled = any(action not in granted.abac_required.get(name, ()) for name in names)
    return Decision.ALLOWED if is_settled else Decision.UNDECIDED


@given(worlds())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_token_says_what_the_reference_decides(world: World) -> None:
    note(describe(world))
    bare = replace(world, context={}, _references={})
    schema, reference = bare.schema(), bare.reference()
    rules, graph, reader = Ruleset(schema), build_graph(schema), FactReader(bare.tuples)

    for user_id in IDS["user"]:
        subject = SubjectRef("user", user_id)
        grants, is_cut = await find_grants(rules, graph, reader, subject, list(schema.types.values()))
        granted = pack(grants)

        assert not is_cut
        for kind, compiled in schema.types.items():
            for action in compiled.permissions:
                for entity_id in IDS[kind]:
                    said = read_token(granted, kind, entity_id, action)
                    value = DECISIONS[reference.decide(subject, action, kind, entity_id)]
                    assert said is value or said is Decision.UNDECIDED, (subject, action, kind, entity_id, granted)


MODEL = """type user
type doc
  relations
    define viewer: [user]
    define blocked: [user]
    define seen: viewer but not blocked
  permissions
    define read: viewer
    define see: seen
    define sign: viewer policy two_eyes
"""


async def test_every_entity_with_an_exception_and_every_policy_need_the_live_check() -> None:
    rules = make_rules(MODEL)
    tuples = facts("doc:*#viewer@user:ann", "doc:1#blocked@user:ann")
    graph = build_graph(rules.schema)

    grants, is_cut = await find_grants(rules, graph, FactReader(tuples), ANN, [rules.schema.types["doc"]])

    assert not is_cut
    assert pack(grants) == Granted({"doc": ("read", "see", "sign")}, {"doc": ("see", "sign")})


async def test_so_they_do_where_single_entities_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants_of_engine, "MAX_REACHED", 1)
    rules = make_rules(MODEL)
    tuples = facts("doc:*#viewer@user:ann", "doc:1#blocked@user:ann", "doc:2#viewer@user:ann")
    graph = build_graph(rules.schema)

    grants, is_cut = await find_grants(rules, graph, FactReader(tuples), ANN, [rules.schema.types["doc"]])

    assert is_cut
    assert pack(grants) == Granted({"doc": ("read", "see", "sign")}, {"doc": ("see", "sign")})
