"""Bypasses, policies and what goes into a token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from app.authz.engine.grants import pack
from app.authz.engine.index import Index
from app.authz.engine.index.sizes import measure
from app.authz.engine.lookups import Node
from app.authz.engine.overlay import FactReader
from app.authz.engine.policies import PolicyInput, PolicyName, PolicyVerdict, Surroundings, bind_policies
from app.authz.engine.resolve import Pending, Resolution, Ruleset, resolve
from app.authz.engine.schema import build_schema
from app.authz.engine.system import system_model
from app.authz.language.text import parse_model
from app.authz.types import (
    Check,
    ConditionRef,
    Decision,
    EntityRef,
    Model,
    Permission,
    RelationTuple,
    SubjectRef,
    TupleKey,
    TypeDefinition,
)
from app.authz.types.granted import Granted
from tests.authz.index.support import index_of, row_of, said

_MODEL = parse_model(
    """
model
  schema 1.1
type doc
  relations
    define blocked: [user]
    define editor: [user, group#member]
    define viewer: [user, user with at_work] or editor
    define reader: viewer but not blocked
  permissions
    define view: viewer
    define edit: editor
    define read: reader
condition at_work(place: string) {
  place == "office"
}
"""
)
_DOC = _MODEL.types[0]
MODEL = Model(
    (TypeDefinition("doc", _DOC.relations, (*_DOC.permissions, Permission("sign", "editor", "two_eyes"))),),
    _MODEL.conditions,
)
_NAMES = [("", each.name) for each in system_model().types] + [("cli", "doc")]
SCHEMA = build_schema(system_model(), {"cli": MODEL}, {name: n for n, name in enumerate(_NAMES, start=1)})
DOC = "cli:doc"


def fact(entity: tuple[str, str], relation: str, subject: SubjectRef, *, condition: str = "") -> RelationTuple:
    key = TupleKey(*entity, relation, subject.type, subject.id, subject.relation)
    return RelationTuple(key, ConditionRef(condition, {"place": "office"}) if condition else None)


ANNE, BEA, ROOT, OWNER = (SubjectRef("user", each) for each in ("anne", "bea", "root", "owner"))
TUPLES = [
    fact((DOC, "1"), "viewer", ANNE),
    fact((DOC, "2"), "viewer", ANNE, condition="at_work"),
    fact((DOC, "3"), "editor", SubjectRef("group", "g", "member")),
    fact((DOC, "3"), "blocked", BEA),
    fact((DOC, "4"), "editor", BEA),
    fact(("group", "g"), "member", BEA),
    fact(("platform", "*"), "super_admin", ROOT),
    fact(("clients", "cli"), "full_access", OWNER),
]


class _TwoEyes:
    """Lets documents with an odd number pass; cannot tell without a number."""

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
        numbers = [each.check.context.get("number") for each in questions]
        return [PolicyVerdict(None if number is None else number % 2 == 1) for number in numbers]


@pytest.fixture(autouse=True)
def policies() -> Iterator[None]:
    before = bind_policies(_TwoEyes())
    yield
    bind_policies(before)


@pytest.mark.parametrize("is_bypass_on", [True, False])
async def test_every_answer_is_that_of_the_engine(is_bypass_on: bool) -> None:
    rules = Ruleset(SCHEMA, is_bypass_on)
    index = Index.build(rules, [row_of(SCHEMA, each) for each in TUPLES], 1)
    checks = [
        Check(subject, action, EntityRef(DOC, each), context)
        for subject in (ANNE, BEA, ROOT, OWNER, SubjectRef("group", "g", "member"), SubjectRef("user", "nobody"))
        for action in ("view", "edit", "read", "sign", "viewer", "reader", "nothing")
        for each in ("1", "2", "3", "4", "unheard_of", "*")
        for context in ({}, {"number": 1}, {"number": 2})
    ]

    found = await index.check_many(checks)

    assert said(found) == said(await resolve(rules, FactReader(TUPLES), checks))


def test_the_policy_to_be_asked_is_handed_back() -> None:
    index = index_of(SCHEMA, TUPLES)

    assert index.check("user", "bea", "", "sign", DOC, "4", {"number": 1}) == Pending(
        Check(BEA, "sign", EntityRef(DOC, "4"), {"number": 1}), (PolicyName("cli", "two_eyes"),), is_last=True
    )
    assert index.check("user", "anne", "", "sign", DOC, "4", {"number": 1}) == Resolution(Decision.DENIED)
    assert index.check("user", "root", "", "sign", DOC, "4") == Resolution(
        Decision.ALLOWED, bypass=Node("platform", "*", "super_admin")
    )


def test_a_bypass_ends_with_its_tuple() -> None:
    index = index_of(SCHEMA, TUPLES)
    by_access = Resolution(Decision.ALLOWED, bypass=Node("clients", "cli", "full_access"))
    assert index.check("user", "owner", "", "edit", DOC, "9") == by_access

    index.apply(2, [row_of(SCHEMA, TUPLES[-1])], [])

    assert index.check("user", "owner", "", "edit", DOC, "9") == Resolution(Decision.DENIED)


async def granted(tuples: Iterable[RelationTuple], subject: SubjectRef) -> tuple[Granted, bool]:
    """What the index grants on documents, and whether single ones were left out."""
    grants, is_cut = await index_of(SCHEMA, tuples).find_grants(subject, [DOC])
    return pack(grants), is_cut


async def test_a_token_says_what_is_settled_and_what_needs_the_live_call() -> None:
    found = await granted([*TUPLES, fact((DOC, "5"), "viewer", BEA, condition="at_work")], BEA)

    permissions = {
        f"{DOC}:3": ("edit", "sign", "view"),
        f"{DOC}:4": ("edit", "read", "sign", "view"),
        f"{DOC}:5": ("read", "view"),
    }
    assert found == (Granted(permissions, {f"{DOC}:3": ("sign",), f"{DOC}:4": ("sign",)}), False)


async def test_full_access_is_every_permission_in_a_token() -> None:
    assert await granted(TUPLES, OWNER) == (Granted({DOC: ("edit", "read", "sign", "view")}), False)


async def test_a_token_with_too_many_entities_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.authz.engine.index.granted.MAX_REACHED", 1)
    every = fact((DOC, "*"), "editor", SubjectRef("user", "bea"))

    found, is_cut = await granted([*TUPLES, every, fact((DOC, "6"), "editor", BEA)], BEA)

    assert is_cut
    assert found.permissions[DOC] == ("edit", "read", "sign", "view")
    assert found.abac_required[DOC] == ("read", "sign")


def test_sizes_are_told() -> None:
    index = index_of(SCHEMA, TUPLES)

    assert index.statistics() == {
        "tuples": 8,
        "conditioned": 1,
        "ignored": 0,
        "scheduled": 0,
        "waiting": 0,
        "entities": 7,
        "subjects": 7,
        "every": 1,
    }
    assert 1_000 < measure(index.store, index.compiled) < 100_000
