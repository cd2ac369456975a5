"""Policies in force: what they see, what they cost, and what names them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

import pytest

from app.authz.engine.explain import ProofStep, StepKind
from app.authz.errors_policies import PolicyRefused, PolicyUndecided, PolicyUnknown
from app.authz.language.problems import ModelProblems
from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.checks import check, check_many, explain
from app.authz.service.follower import following
from app.authz.service.models import save_model
from app.authz.service.policy_names import PolicyUses
from app.authz.service.snapshots import NEWEST
from app.authz.service.tuples import write_tuples
from app.authz.types import Check, ConditionRef, Decision, RelationTuple, SubjectRef, TupleFilter, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.tuples import with_policy
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.policies.service import judging
from app.policies.types import Policy, PolicyKey, Usage
from tests.authz.answers.support import SCOPE, SOURCE, ask, document, grant, key, save_app
from tests.authz.people import give
from tests.authz.policies import keep_policies
from tests.support import commit, counted_statements, make_user, read_everything

SEES_ALL = """
local r, u, e = context.resource, context.user, context.env
return r.id == "1" and r.type == "cli_app:document" and r.amount == 250 and context.action == "sign"
  and context.subject.type == "user" and context.subject.id == u.id and u.name == "Ann" and u.role == "admin"
  and u.email == "ann@example.com" and u.attributes.floor == 3 and u.floor == 3
  and e.ip == "203.0.113.9" and e.user_agent == "Firefox" and e.client_id == "cli_web"
  and e.acr == "2" and e.amr[1] == "otp"
"""
OWN = RelationTuple(key("document:1", "owner", "user:ann"), with_policy("night"))


@pytest.fixture(params=["index", "sql"])
async def source(request: pytest.FixtureRequest, database: None) -> AsyncIterator[str]:
    await keep_policies(SCOPE, four_eyes="return context.resource.eyes == 4", night="return context.resource.hour > 20")
    await save_app()
    await grant(OWN, ("document:2", "owner", "user:bob"))
    if request.param == "index":
        async with following() as follower:
            await follower.catch_up()
            yield request.param
    else:
        yield request.param


async def refused(write: TupleWrite) -> AppError:
    """Why tuples are not written; nothing is."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(write_tuples(SYSTEM, write))
    assert await read_everything() == before
    return caught.value


async def test_a_policy_sees_the_resource_the_user_and_where_the_question_comes_from() -> None:
    await keep_policies(SCOPE, four_eyes=SEES_ALL)
    await save_app()
    user = await make_user("ann@example.com", name="Ann", attributes={"floor": 3})
    roles = [TupleKey("platform", "*", each, "user", user.id) for each in ("member", "admin")]
    await give(*(RelationTuple(each) for each in roles))
    await grant(("document:1", "viewer", f"user:{user.id}"))
    around = Origin(request_id="r", ip="203.0.113.9", user_agent="Firefox")
    actor = Actor(ActorKind.USER, user.id, client_id="cli_web", acr="2", amr=("otp",), origin=around)

    here = await check(actor, ask(user.id, "sign", "1", context={"amount": 250, "id": "9", "type": "other"}))
    elsewhere = await check(SYSTEM, ask(user.id, "sign", "1", context={"amount": 250}))

    assert (here.decision, here.problem) == (Decision.ALLOWED, None)
    assert elsewhere.decision is Decision.DENIED


async def test_a_policy_that_is_saved_meanwhile_does_not_judge_without_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await keep_policies(SCOPE, four_eyes="return false")
    await save_app()
    user = await make_user("ann@example.com", attributes={"banned": True})
    await grant(("document:1", "viewer", f"user:{user.id}"))
    lets_pass_whom_it_does_not_know = "return not (context.user and context.user.attributes.banned)"
    # Between any two looks at the policies in force, somebody saves another one.
    saves, read = iter((lets_pass_whom_it_does_not_know,)), judging.read_current

    async def read_and_save(keys: Collection[PolicyKey]) -> dict[PolicyKey, Policy]:
        found = await read(keys)
        for each in saves:
            await keep_policies(SCOPE, four_eyes=each)
        return found

    monkeypatch.setattr(judging, "read_current", read_and_save)

    meanwhile = await check(SYSTEM, ask(user.id, "sign", "1"))
    afterwards = await check(SYSTEM, ask(user.id, "sign", "1"))

    assert (meanwhile.decision, meanwhile.problem) == (Decision.DENIED, None)
    assert (afterwards.decision, afterwards.problem) == (Decision.DENIED, None)


async def test_a_proof_does_not_show_a_user_to_who_manages_the_client() -> None:
    await keep_policies(SCOPE, four_eyes="return context.user.email == 'ann@example.com'")
    await save_app()
    user = await make_user("ann@example.com", name="Ann", attributes={"floor": 3, "salary": 90_000})
    await grant(("document:1", "viewer", f"user:{user.id}"))
    await give(TupleKey("clients", SCOPE, "admin", "user", "boss"))

    for actor in (Actor(ActorKind.USER, "boss"), SYSTEM):
        answer, proof = await explain(actor, ask(user.id, "sign", "1"))

        (step,) = [each for each in steps_of(proof.root) if each.kind is StepKind.POLICY]
        assert answer.decision is Decision.ALLOWED
        assert step.verdict is not None
        assert step.verdict.seen is not None
        assert step.verdict.seen["user"] == {"id": user.id, "attributes": ["floor", "salary"]}


async def test_a_problem_does_not_tell_what_a_script_raised() -> None:
    await keep_policies(SCOPE, four_eyes="error(context.user.email .. context.resource.amount)")
    await save_app()
    user = await make_user("ann@example.com")
    await grant(("document:1", "viewer", f"user:{user.id}"))

    answer, proof = await explain(SYSTEM, ask(user.id, "sign", "1", context={"amount": 4711}))

    told = repr((answer.problem, answer.problem and answer.problem.message, steps_of(proof.root)))
    assert (answer.decision, answer.problem and answer.problem.code) == (Decision.UNDECIDED, "policies_failed")
    assert "ann@example.com4711" not in told
    assert "example" not in told


async def test_who_is_no_user_has_none() -> None:
    await keep_policies(SCOPE, four_eyes="return context.user == nil and context.subject.id == 'eng#member'")
    await save_app(SOURCE.replace("[user, user:*] or", "[user, user:*, group#member] or"))
    await grant(("document:1", "viewer", "group:eng#member"), ("document:1", "viewer", "user:*"))
    group = SubjectRef(f"{SCOPE}:group", "eng", "member")

    found = [await check(SYSTEM, Check(each, "sign", document("1"))) for each in (group, SubjectRef("user", "x"))]

    assert [each.decision for each in found] == [Decision.ALLOWED, Decision.DENIED]


@pytest.mark.parametrize(("hour", "expected"), [(21, Decision.ALLOWED), (9, Decision.DENIED)])
async def test_a_tuple_counts_where_its_policy_says_so(source: str, hour: int, expected: Decision) -> None:
    found = await check(SYSTEM, ask("ann", "share", "1", context={"hour": hour}))

    assert (found.decision, found.source.value) == (expected, source)


async def test_a_policy_that_fails_decides_nothing_and_is_named(source: str) -> None:
    found = await check(SYSTEM, ask("ann", "share", "1"))

    assert found.decision is Decision.UNDECIDED
    assert isinstance(found.problem, PolicyUndecided)
    assert found.problem.message.startswith(f"The policy night of {SCOPE}:document:1#owner@user:ann: ")


async def test_policies_of_many_checks_cost_as_many_statements_as_of_one(source: str) -> None:
    await keep_policies(SCOPE, four_eyes="return context.user ~= nil", night="return context.user ~= nil")
    people = [(await make_user(f"u{n}@example.com")).id for n in range(50)]
    await grant(*(("document:3", "viewer", f"user:{each}") for each in people))
    await grant(*(RelationTuple(key("document:4", "owner", f"user:{each}"), with_policy("night")) for each in people))
    counts = []
    for some in (people[:1], people):
        checks = [ask(each, "sign", name) for each in some for name in ("3", "4")]
        await check_many(SYSTEM, checks, NEWEST)
        with counted_statements() as statements:
            answers = await check_many(SYSTEM, checks, NEWEST)
        assert {each.decision for each in answers} == {Decision.ALLOWED}
        counts.append(len(statements))

    assert counts[0] == counts[1]


def steps_of(step: ProofStep) -> list[ProofStep]:
    return [step, *(each for inner in step.steps for each in steps_of(inner))]


async def test_a_proof_shows_what_policies_said_and_saw(source: str) -> None:
    context = {"hour": 9, "eyes": 4, "password": "hunter2"}

    answer, proof = await explain(SYSTEM, ask("ann", "sign", "1", context=context))

    (step,) = [each for each in steps_of(proof.root) if each.kind is StepKind.POLICY]
    assert (answer.decision, step.label, step.decision) == (Decision.DENIED, "night", Decision.DENIED)
    assert step.verdict is not None
    assert step.verdict.version == 1
    assert step.verdict.seconds > 0
    assert step.verdict.seen is not None
    assert step.verdict.seen["resource"] == {
        "hour": 9, "eyes": 4, "password": "[redacted]", "id": "1", "type": f"{SCOPE}:document",
    }  # fmt: skip


async def test_a_proof_shows_the_policy_of_the_permission_and_those_not_asked(source: str) -> None:
    await grant(("document:1", "viewer", "user:ann"))

    answer, proof = await explain(SYSTEM, ask("ann", "read", "1"), NEWEST)
    signed, whole = await explain(SYSTEM, ask("bob", "sign", "2", context={"eyes": 4}), NEWEST)

    (unasked,) = [each for each in steps_of(proof.root) if each.kind is StepKind.POLICY]
    (asked,) = [each for each in steps_of(whole.root) if each.kind is StepKind.POLICY]
    assert (answer.decision, unasked.label, unasked.problem, unasked.verdict) == (
        Decision.ALLOWED,
        "night",
        "The policy was not asked.",
        None,
    )
    assert (signed.decision, asked.label, asked.decision) == (Decision.ALLOWED, "four_eyes", Decision.ALLOWED)
    assert asked.verdict is not None
    assert asked.verdict.version == 1


@pytest.mark.parametrize("group", ["touch", "create"])
async def test_a_policy_that_is_not_there_is_named(source: str, group: str) -> None:
    wanted = RelationTuple(key("document:9", "owner", "user:ann"), with_policy("nigth"))

    problem = await refused(TupleWrite(**{group: (wanted,)}))

    assert isinstance(problem, PolicyUnknown)
    assert problem.field == (group, "0", "policy")
    assert "there is no policy nigth" in problem.message


async def test_a_policy_of_another_scope_is_none_of_this(source: str) -> None:
    await keep_policies("", everywhere="return true")

    problem = await refused(TupleWrite(touch=(RelationTuple(OWN.key, with_policy("everywhere")),)))

    assert isinstance(problem, PolicyUnknown)


async def test_what_guards_auther_takes_no_policy_and_a_policy_no_context(source: str) -> None:
    await keep_policies("", everywhere="return true")
    admin = RelationTuple(TupleKey("users", "*", "admin", "user", "ann"), with_policy("everywhere"))
    filled = RelationTuple(OWN.key, ConditionRef("policy:night", {"hour": 22}))

    problems = [await refused(TupleWrite(touch=(each,))) for each in (admin, filled)]

    assert [type(each) for each in problems] == [PolicyRefused, PolicyRefused]
    assert [each.field for each in problems] == [("touch", "0", "policy")] * 2


async def test_lines_carry_policies_in_and_out(source: str) -> None:
    wanted = TupleFilter(entity_type=f"{SCOPE}:document", entity_id="1")
    async with unit_of_work():
        exported = b"".join([part async for part in export_tuples(SYSTEM, wanted)])
    assert exported == (b'{"entity":"cli_app:document:1","relation":"owner","subject":"user:ann","policy":"night"}\n')

    async def lines() -> AsyncIterator[bytes]:
        yield exported.replace(b"document:1", b"document:5")
        yield exported.replace(b"document:1", b"document:6").replace(b"night", b"nigth")
        yield exported.replace(b"document:1", b"document:7").replace(
            b'"policy"', b'"condition":{"name":"late"},"policy"'
        )

    report = await import_tuples(SYSTEM, lines(), skip_bad=True)

    assert (report.written, [each.number for each in report.bad]) == (1, [2, 3])
    assert "there is no policy nigth" in report.bad[0].reason
    assert "not both" in report.bad[1].reason


async def test_what_names_a_policy_is_counted(source: str) -> None:
    await grant(RelationTuple(key("document:8", "owner", "user:bob"), with_policy("night")))

    found = await PolicyUses().count([(SCOPE, "night"), (SCOPE, "four_eyes"), ("", "night")])

    assert found == {
        (SCOPE, "night"): Usage(0, 2),
        (SCOPE, "four_eyes"): Usage(1, 0, ("document.sign",)),
        ("", "night"): Usage(),
    }


async def test_a_model_names_only_policies_that_are_there(source: str) -> None:
    with pytest.raises(ModelProblems) as caught:
        await commit(save_model(SYSTEM, ModelDraft(SCOPE, SOURCE.replace("four_eyes", "for_eyes"))))

    (problem,) = caught.value.problems
    assert (problem.code, problem.position and (problem.position.line, problem.position.column)) == (
        "authz_model_unknown_policy",
        (22, 32),
    )
    assert problem.hint is not None
    assert "four_eyes" in problem.hint


@pytest.mark.parametrize(("hour", "held"), [(21, "true"), (9, "false")])
async def test_assertions_ask_the_policies_in_force(source: str, hour: int, held: str) -> None:
    assertions = f"""
assertions
  given
    document:1#owner@user:ann with policy:night
    document:2#viewer@user:bob
  check user:ann share document:1 with {{"hour": {hour}}} is {held}
  check user:bob sign document:2 with {{"eyes": 4}} is true
  check user:bob sign document:2 is false
"""

    saved = await commit(save_model(SYSTEM, ModelDraft(SCOPE, SOURCE + assertions)))

    assert saved.version == 2
    assert "document:1#owner@user:ann with policy:night" in saved.source
