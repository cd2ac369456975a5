"""Policies on tuples: asked only where they decide, all together, and each about one question alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from app.authz.engine.index import Index
from app.authz.engine.policies import PolicyInput, PolicyVerdict, Surroundings
from app.authz.engine.resolve import Resolution, Ruleset
from app.authz.engine.schema import build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.errors import ContextualForbidden, TooSlow
from app.authz.errors_policies import PolicyUndecided
from app.authz.language.text import parse_model
from app.authz.types import Check, Decision, RelationTuple
from tests.authz.engine.support import answer, ask, fact, facts
from tests.authz.index.support import row_of
from tests.authz.policies import asking

MODEL = """
model
  schema 1.1
type folder
  relations
    define viewer: [user, group#member]
type doc
  relations
    define parent: [folder]
    define blocked: [user]
    define editor: [user, group#member]
    define viewer: [user, user:*] or editor or viewer from parent
    define reader: viewer but not blocked
  permissions
    define read: reader
    define edit: editor
    define sign: viewer policy four_eyes
"""
_OWN = {("", "folder"): 1_000, ("", "doc"): 1_001}
_IDS = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()} | _OWN
RULES = Ruleset(build_schema(system_model(), {"": parse_model(MODEL)}, _IDS))
ANN_BY_NIGHT = fact("doc:1#editor@user:ann", "policy:night")


class Policies:
    """Says what it was told to say, and remembers each call."""

    def __init__(self) -> None:
        self.says: dict[str, bool | None] = {}
        self.calls: list[list[str]] = []

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
        self.calls.append([f"{each.policy} {each.check.action} {each.check.entity.id}" for each in questions])
        return [self._judge(each.policy) for each in questions]

    def _judge(self, name: str) -> PolicyVerdict:
        value = self.says[name]
        return PolicyVerdict(value, TooSlow() if value is None else None, 3)


@pytest.fixture
def policies() -> Iterator[Policies]:
    bound = Policies()
    with asking(bound):
        yield bound


async def both_ways(tuples: Sequence[RelationTuple], *checks: Check) -> list[Resolution]:
    """The answers of the walk, which are those of the index."""
    walked = await answer(RULES, tuples, *checks)
    index = Index.build(RULES, [row_of(RULES.schema, each) for each in tuples], 1)
    indexed = await index.check_many(checks)
    assert [each.decision for each in indexed] == [each.decision for each in walked]
    assert [each.problem and each.problem.message for each in indexed] == [
        each.problem and each.problem.message for each in walked
    ]
    return walked


@pytest.mark.parametrize(
    ("verdict", "expected"), [(True, Decision.ALLOWED), (False, Decision.DENIED), (None, Decision.UNDECIDED)]
)
async def test_a_tuple_counts_where_its_policy_says_so(
    policies: Policies, verdict: bool | None, expected: Decision
) -> None:
    policies.says["night"] = verdict

    (found,) = await both_ways([ANN_BY_NIGHT], ask("user:ann edit doc:1"))

    assert found.decision is expected
    assert policies.calls == [["night edit 1"]] * 2


async def test_a_policy_that_fails_is_named_with_its_reason(policies: Policies) -> None:
    policies.says["night"] = None

    (found,) = await both_ways([ANN_BY_NIGHT], ask("user:ann edit doc:1"))

    assert isinstance(found.problem, PolicyUndecided)
    assert found.problem.message == (
        "The policy night of doc:1#editor@user:ann: This question took too long and was given up."
    )


@pytest.mark.parametrize(
    "other",
    [fact("doc:1#viewer@user:ann"), fact("doc:1#viewer@user:*"), fact("doc:1#parent@folder:f")],
    ids=["own", "everyone", "folder"],
)
async def test_another_way_that_is_open_wins_without_asking(policies: Policies, other: RelationTuple) -> None:
    tuples = [ANN_BY_NIGHT, other, fact("folder:f#viewer@user:ann")]

    (found,) = await both_ways(tuples, ask("user:ann read doc:1"))

    assert found.decision is Decision.ALLOWED
    assert policies.calls == []


@pytest.mark.parametrize(
    ("verdict", "expected"), [(True, Decision.DENIED), (False, Decision.ALLOWED), (None, Decision.UNDECIDED)]
)
async def test_what_is_subtracted_is_so_until_its_policy_says_no(
    policies: Policies, verdict: bool | None, expected: Decision
) -> None:
    policies.says["suspended"] = verdict
    tuples = [fact("doc:1#viewer@user:ann"), fact("doc:1#blocked@user:ann", "policy:suspended")]

    (found,) = await both_ways(tuples, ask("user:ann read doc:1"))

    assert found.decision is expected


async def test_a_membership_may_have_a_policy(policies: Policies) -> None:
    policies.says["night"] = True
    tuples = [fact("doc:1#editor@group:g#member"), fact("group:g#member@user:ann", "policy:night")]

    ann, bob = await both_ways(tuples, ask("user:ann edit doc:1"), ask("user:bob edit doc:1"))

    assert (ann.decision, bob.decision) == (Decision.ALLOWED, Decision.DENIED)
    assert policies.calls == [["night edit 1"]] * 2


async def test_the_tuple_s_policy_comes_before_the_permission_s(policies: Policies) -> None:
    policies.says |= {"night": True, "four_eyes": False}
    own = fact("doc:1#viewer@user:ann", "policy:night")

    (alone,) = await both_ways([own], ask("user:ann sign doc:1"))
    policies.says["night"] = False
    (beside,) = await both_ways([own, fact("doc:1#editor@user:ann")], ask("user:ann sign doc:1"))

    assert (alone.decision, beside.decision) == (Decision.ALLOWED, Decision.DENIED)
    assert policies.calls == [["night sign 1"]] * 2 + [["night sign 1", "four_eyes sign 1"]] * 2


async def test_a_membership_with_a_policy_does_not_stand_in_for_the_permission_s(policies: Policies) -> None:
    policies.says |= {"night": True, "four_eyes": False}
    tuples = [fact("doc:1#editor@group:g#member"), fact("group:g#member@user:ann", "policy:night")]

    (found,) = await both_ways(tuples, ask("user:ann sign doc:1"))

    assert found.decision is Decision.DENIED
    assert policies.calls == [["night sign 1"], ["four_eyes sign 1"]] * 2


async def test_policies_of_a_batch_are_asked_together(policies: Policies) -> None:
    policies.says |= {"night": True, "four_eyes": True}
    tuples = [fact(f"doc:{n}#editor@user:ann", "policy:night") for n in range(5)]
    tuples += facts(*(f"doc:{n}#viewer@user:ann" for n in range(5, 10)))

    found = await both_ways(tuples, *(ask(f"user:ann sign doc:{n}") for n in range(10)))

    assert {each.decision for each in found} == {Decision.ALLOWED}
    together = [f"night sign {n}" for n in range(5)] + [f"four_eyes sign {n}" for n in range(5, 10)]
    assert policies.calls == [together] * 2


async def test_a_verdict_counts_for_no_other_question() -> None:
    class ByAction:
        async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
            return [PolicyVerdict(each.check.action == "edit") for each in questions]

    checks = [ask(f"user:ann {action} doc:1") for action in ("read", "edit", "viewer")]
    with asking(ByAction()):
        found = await both_ways([ANN_BY_NIGHT], *checks)

    assert [each.decision for each in found] == [Decision.DENIED, Decision.ALLOWED, Decision.DENIED]


@pytest.mark.parametrize("relation", ["super_admin", "admin"])
async def test_no_policy_has_a_say_in_what_guards_auther_itself(policies: Policies, relation: str) -> None:
    tuples = [fact("group:ops#member@user:ann", "policy:night"), fact(f"platform:*#{relation}@group:ops#member")]

    own, doc = await both_ways(tuples, ask("user:ann manage_platform platform:*"), ask("user:ann edit doc:1"))

    assert (own.decision, own.bypass) == (Decision.UNDECIDED, None)
    assert (doc.decision, doc.bypass) == (Decision.DENIED, None)
    assert policies.calls == []


async def test_a_bypass_counts_beside_policies(policies: Policies) -> None:
    tuples = [
        fact("group:ops#member@user:ann", "policy:night"),
        fact("group:ops#member@user:root"),
        fact("platform:*#super_admin@group:ops#member"),
    ]

    (found,) = await both_ways(tuples, ask("user:root edit doc:1"))

    assert (found.decision, str(found.bypass)) == (Decision.ALLOWED, "platform:*#super_admin")


async def test_a_contextual_tuple_may_have_a_policy(policies: Policies) -> None:
    policies.says["night"] = True

    (found,) = await both_ways([], ask("user:ann edit doc:1", ANN_BY_NIGHT))

    assert found.decision is Decision.ALLOWED


@pytest.mark.parametrize("policy", ["policy:night", "night"])
async def test_what_the_model_does_not_allow_is_refused_as_context(policies: Policies, policy: str) -> None:
    supposed = fact("platform:*#admin@user:ann", policy)

    (found,) = await both_ways([], ask("user:ann edit doc:1", supposed))

    assert isinstance(found.problem, ContextualForbidden)


async def test_what_needs_a_condition_takes_no_policy_in_its_place() -> None:
    text = "model\n  schema 1.1\ntype doc\n  relations\n    define viewer: [user with late]\n"
    model = parse_model(text + "condition late(hour: int) { hour > 20 }\n")
    relation = build_schema(system_model(), {"": model}, {}).types["doc"].relations["viewer"]
    subject = ask("user:ann viewer doc:1").subject

    assert {name: relation.admits(subject, name) for name in (None, "late", "policy:night")} == {
        None: False,
        "late": True,
        "policy:night": False,
    }


async def test_the_index_heeds_the_first_policy_on_a_relation(policies: Policies) -> None:
    policies.says["night"] = False
    index = Index.build(RULES, [row_of(RULES.schema, each) for each in facts("doc:2#editor@user:ann")], 1)
    checks: Mapping[str, Check] = {each: ask(f"user:ann edit doc:{each}") for each in ("1", "2")}
    assert [each.decision for each in await index.check_many(list(checks.values()))] == [
        Decision.DENIED,
        Decision.ALLOWED,
    ]

    index.apply(2, [], [row_of(RULES.schema, ANN_BY_NIGHT)])
    denied = await index.check_many(list(checks.values()))
    policies.says["night"] = True
    allowed = await index.check_many(list(checks.values()))
    index.apply(3, [row_of(RULES.schema, ANN_BY_NIGHT)], [])
    gone = await index.check_many(list(checks.values()))

    assert [[each.decision for each in found] for found in (denied, allowed, gone)] == [
        [Decision.DENIED, Decision.ALLOWED],
        [Decision.ALLOWED, Decision.ALLOWED],
        [Decision.DENIED, Decision.ALLOWED],
    ]
    assert policies.calls == [["night edit 1"], ["night edit 1"]]
