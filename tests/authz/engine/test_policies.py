"""Conditions of tuples come before the policy of a permission; what cannot be evaluated is not decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from app.authz.engine.listing import FoundObject, ObjectQuery, list_objects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.policies import NO_POLICIES, PolicyInput, PolicyVerdict, Surroundings, bind_policies
from app.authz.errors_policies import PolicyUnavailable
from app.authz.types import Decision, SubjectRef
from tests.authz.engine.support import answer, ask, fact, facts, make_rules
from tests.authz.policies import asking

MODEL = """
type user
type group
  relations
    define member: [user, user with is_open]
type folder
  relations
    define viewer: [user, user with is_open]
type doc
  relations
    define parent: [folder, folder with is_open]
    define blocked: [user]
    define editor: [user, user with is_open, group#member, group#member with is_open]
    define other: [user]
    define viewer: (editor but not blocked) or other or viewer from parent
    define signer: editor and other
  permissions
    define view: viewer policy in_office
    define sign: signer policy in_office
    define edit: editor

condition is_open(x: int) {
  x == 1
}
"""
RULES = make_rules(MODEL)


class Policies:
    """Gives the same verdict on everything and remembers what was asked."""

    def __init__(self) -> None:
        self.verdict = PolicyVerdict(False)
        self.asked: list[PolicyInput] = []

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
        self.asked += questions
        return [self.verdict] * len(questions)


@pytest.fixture
def policies() -> Iterator[Policies]:
    bound = Policies()
    before = bind_policies(bound)
    yield bound
    bind_policies(before)


@pytest.mark.parametrize(
    ("verdict", "expected"), [(True, Decision.ALLOWED), (False, Decision.DENIED), (None, Decision.UNDECIDED)]
)
async def test_the_policy_has_the_second_say(policies: Policies, verdict: bool | None, expected: Decision) -> None:
    policies.verdict = PolicyVerdict(verdict)
    check = ask("user:anne view doc:1", x=1)

    (found,) = await answer(RULES, facts("doc:1#editor@user:anne"), check)

    assert found.decision is expected
    assert policies.asked == [PolicyInput("in_office", "", check)]


async def test_a_policy_nobody_can_run_leaves_the_answer_undecided() -> None:
    with asking(NO_POLICIES):
        (found,) = await answer(RULES, facts("doc:1#editor@user:anne"), ask("user:anne view doc:1"))

    assert found.decision is Decision.UNDECIDED
    assert isinstance(found.problem, PolicyUnavailable)


async def test_without_the_relation_no_policy_is_asked(policies: Policies) -> None:
    (found,) = await answer(RULES, facts("doc:1#editor@user:anne"), ask("user:bob view doc:1"))

    assert found.decision is Decision.DENIED
    assert policies.asked == []


async def test_a_permission_without_policy_asks_none(policies: Policies) -> None:
    (found,) = await answer(RULES, facts("doc:1#editor@user:anne"), ask("user:anne edit doc:1"))

    assert found.decision is Decision.ALLOWED
    assert policies.asked == []


@pytest.mark.parametrize(
    ("tuples", "is_asked"),
    [
        pytest.param([fact("doc:1#editor@user:anne", "is_open", x=1)], False, id="the condition of the grant"),
        pytest.param([fact("doc:1#editor@user:anne", "is_open", x=2), fact("doc:1#other@user:anne")], True, id="no"),
        pytest.param(
            [fact("doc:1#editor@user:anne", "is_open", x=1), fact("doc:1#other@user:anne")],
            False,
            id="one of two grants",
        ),
        pytest.param(
            [fact("doc:1#editor@group:g#member", "is_open", x=1), fact("group:g#member@user:anne")],
            False,
            id="the condition of a grant to a group",
        ),
        pytest.param(
            [fact("doc:1#editor@group:g#member"), fact("group:g#member@user:anne", "is_open", x=1)],
            True,
            id="the condition of a membership is not that of the grant",
        ),
        pytest.param(
            [fact("doc:1#parent@folder:f"), fact("folder:f#viewer@user:anne", "is_open", x=1)],
            False,
            id="the condition of the folder's grant",
        ),
        pytest.param(
            [fact("doc:1#parent@folder:f", "is_open", x=1), fact("folder:f#viewer@user:anne")],
            True,
            id="the condition of a link is not that of a grant",
        ),
        pytest.param(
            [
                fact("doc:1#editor@user:anne", "is_open", x=1),
                fact("doc:1#blocked@user:anne"),
                fact("doc:1#other@user:anne"),
            ],
            True,
            id="a grant with a condition that is subtracted does not count",
        ),
    ],
)
async def test_the_condition_of_the_grant_stands_in_for_the_policy(
    policies: Policies, tuples: list, is_asked: bool
) -> None:
    (found,) = await answer(RULES, tuples, ask("user:anne view doc:1"))

    assert found.decision is (Decision.DENIED if is_asked else Decision.ALLOWED)
    assert len(policies.asked) == is_asked


async def test_where_two_grants_are_needed_both_need_conditions(policies: Policies) -> None:
    tuples = [fact("doc:1#editor@user:anne", "is_open", x=1), fact("doc:1#other@user:anne")]

    (found,) = await answer(RULES, tuples, ask("user:anne sign doc:1"))

    assert found.decision is Decision.DENIED
    assert len(policies.asked) == 1


async def test_what_holds_for_every_entity_is_left_to_a_live_check(policies: Policies) -> None:
    policies.verdict = PolicyVerdict(True)
    reader = FactReader(facts("doc:*#editor@user:anne", "doc:1#editor@user:anne"))

    found = await list_objects(
        RULES, build_graph(RULES.schema), reader, ObjectQuery(SubjectRef("user", "anne"), "view", "doc", {})
    )

    assert found == [FoundObject("*", is_decided=False), FoundObject("1")]


async def test_who_passes_the_model_by_asks_no_policy(policies: Policies) -> None:
    rules = make_rules(
        MODEL.replace("type group\n  relations\n    define member: [user, user with is_open]\n", "").replace(
            ", group#member, group#member with is_open", ""
        ),
        with_system=True,
    )
    tuples = facts("platform:*#super_admin@user:root")

    (found,) = await answer(rules, tuples, ask("user:root view doc:1"))

    assert found.decision is Decision.ALLOWED
    assert str(found.bypass) == "platform:*#super_admin"
    assert policies.asked == []


async def test_the_bypass_of_super_admins_can_be_switched_off() -> None:
    model = "type user\ntype doc\n  relations\n    define viewer: [user]\n  permissions\n    define view: viewer\n"
    tuples = facts("platform:*#super_admin@user:root")

    on = await answer(make_rules(model, with_system=True), tuples, ask("user:root view doc:1"))
    off = await answer(make_rules(model, with_system=True, is_bypass_on=False), tuples, ask("user:root view doc:1"))

    assert [on[0].decision, off[0].decision] == [Decision.ALLOWED, Decision.DENIED]
