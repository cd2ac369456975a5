"""Checks through the service: what is answered, from which state, to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.authz.engine.policies import NO_POLICIES
from app.authz.errors import RevisionAhead, RevisionGone, TokenInvalid, TooManyQuestions
from app.authz.queries.head import lock_head, raise_floor
from app.authz.service.asking import MAX_BATCH
from app.authz.service.checks import check, check_many, explain
from app.authz.service.consistency import Revision, decode_revision, encode_revision
from app.authz.service.tuples import write_tuples
from app.authz.types import (
    Check,
    ConditionRef,
    Decision,
    EntityRef,
    Freshness,
    FreshnessMode,
    RelationTuple,
    Source,
    SubjectRef,
    TupleKey,
)
from app.authz.types.writes import TupleWrite
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.runtime import override
from tests.authz.answers.support import SCOPE, SOURCE, ask, document, grant, key, revoke, save_app, subject
from tests.authz.people import give
from tests.authz.policies import asking
from tests.support import as_user, counted_statements, deciding

EXACT = FreshnessMode.AT_EXACT_SNAPSHOT
AT_LEAST = FreshnessMode.AT_LEAST_AS_FRESH


async def decision(question: Check, freshness: Freshness = Freshness()) -> Decision:  # noqa: B008 - frozen
    return (await check(SYSTEM, question, freshness)).decision


async def test_through_groups_and_folders() -> None:
    await save_app()
    await grant(
        ("group:eng", "member", "user:ann"),
        ("group:all", "member", "group:eng#member"),
        ("folder:top", "viewer", "group:all#member"),
        ("folder:sub", "parent", "folder:top"),
        ("document:1", "parent", "folder:sub"),
    )

    assert await decision(ask("ann", "read", "1")) is Decision.ALLOWED
    assert await decision(ask("bob", "read", "1")) is Decision.DENIED
    assert await decision(ask("ann", "share", "1")) is Decision.DENIED
    assert await decision(ask("ann", "read", "2")) is Decision.DENIED


async def test_each_level_is_one_statement_however_many_questions_are_open() -> None:
    await save_app()
    await grant(
        ("group:eng", "member", "user:ann"),
        ("folder:top", "viewer", "group:eng#member"),
        *(("document:" + str(n), "parent", "folder:top") for n in range(50)),
    )
    await check(SYSTEM, ask("ann", "read", "1"))
    counts = []
    for amount in (1, 50):
        questions = [ask("ann", "read", str(n)) for n in range(amount)]
        with counted_statements() as statements:
            answers = await check_many(SYSTEM, questions)
        assert {each.decision for each in answers} == {Decision.ALLOWED}
        counts.append(len(statements))

    # The head, then: the documents and bypasses, the folder, the group.
    assert counts == [4, 4]


async def test_everyone_and_but_not() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:*"), ("document:1", "blocked", "user:bob"))

    assert await decision(ask("ann", "read", "1")) is Decision.ALLOWED
    assert await decision(ask("bob", "read", "1")) is Decision.DENIED


async def test_a_tuple_on_every_entity() -> None:
    await save_app()
    await grant(("document:*", "owner", "user:ann"))

    assert await decision(ask("ann", "share", "whatever")) is Decision.ALLOWED


async def test_a_condition_decides_with_the_context_and_without_it_nothing() -> None:
    await save_app()
    await grant(RelationTuple(key("document:1", "owner", "user:ann"), ConditionRef("late")))

    assert await decision(ask("ann", "share", "1", context={"hour": 21})) is Decision.ALLOWED
    assert await decision(ask("ann", "share", "1", context={"hour": 9})) is Decision.DENIED
    answer = await check(SYSTEM, ask("ann", "share", "1"))
    assert (answer.decision, answer.problem and answer.problem.code) == (
        Decision.UNDECIDED,
        "authz_condition_undecided",
    )
    assert not answer.is_allowed


async def test_a_policy_that_nobody_can_evaluate_lets_nobody_in() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))

    with asking(NO_POLICIES):
        answer = await check(SYSTEM, ask("ann", "sign", "1"))

    assert (answer.decision, answer.problem and answer.problem.code) == (
        Decision.UNDECIDED,
        "authz_policy_unavailable",
    )


async def test_a_tuple_holds_from_its_begin_to_its_end() -> None:
    await save_app()
    with clock.frozen() as frozen:
        begin, end = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
        await grant(RelationTuple(key("document:1", "viewer", "user:ann"), None, begin, end))
        answers = []
        for _ in range(3):
            answers.append(await decision(ask("ann", "read", "1")))
            frozen.advance(timedelta(hours=1))

    assert answers == [Decision.DENIED, Decision.ALLOWED, Decision.DENIED]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Check(subject("ann"), "read", EntityRef("nothing", "1")), "authz_type_unknown"),
        (Check(SubjectRef("nothing", "1"), "read", document("1")), "authz_type_unknown"),
        (ask("ann", "fly", "1"), "authz_action_unknown"),
        (Check(SubjectRef(f"{SCOPE}:group", "g", "friend"), "read", document("1")), "authz_action_unknown"),
        (
            ask("ann", "read", "1", contextual=(RelationTuple(key("document:1", "blocked", "group:g#member")),)),
            "authz_contextual_forbidden",
        ),
        (
            ask("ann", "read", "1", contextual=(RelationTuple(key("document:1", "viewer", "user:ann")),) * 101),
            "authz_contextual_limit",
        ),
    ],
)
async def test_what_means_nothing_is_denied_and_told(question: Check, code: str) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:*"))

    good, bad = await check_many(SYSTEM, [ask("ann", "read", "1"), question])

    assert good.decision is Decision.ALLOWED
    assert (bad.decision, bad.problem and bad.problem.code) == (Decision.DENIED, code)


async def test_contextual_tuples_count_for_their_question_only() -> None:
    await save_app()
    extra = (
        RelationTuple(key("folder:f", "viewer", "user:ann")),
        RelationTuple(key("document:1", "parent", "folder:f")),
    )

    first, second = await check_many(SYSTEM, [ask("ann", "read", "1", contextual=extra), ask("ann", "read", "1")])

    assert (first.decision, second.decision) == (Decision.ALLOWED, Decision.DENIED)


async def test_a_super_admin_and_full_access_pass_the_models_by() -> None:
    await save_app()
    await give(
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
        TupleKey("clients", "cli_other", "full_access", "user", "guest"),
    )

    answers = await check_many(SYSTEM, [ask(name, "sign", "1") for name in ("root", "boss", "guest")])
    assert [(each.decision, each.source) for each in answers] == [
        (Decision.ALLOWED, Source.BYPASS),
        (Decision.ALLOWED, Source.BYPASS),
        (Decision.DENIED, Source.SQL),
    ]
    assert await decision(ask("root", "viewer", "1")) is Decision.DENIED
    with override(super_admin_bypass=False):
        assert await decision(ask("root", "sign", "1")) is Decision.DENIED
        assert await decision(ask("boss", "sign", "1")) is Decision.ALLOWED


async def test_an_exact_snapshot_shows_what_stood_then() -> None:
    await save_app()
    before = await grant(("document:1", "viewer", "user:ann"))
    after = await revoke(("document:1", "viewer", "user:ann"))

    assert await decision(ask("ann", "read", "1"), Freshness(EXACT, before)) is Decision.ALLOWED
    assert await decision(ask("ann", "read", "1"), Freshness(EXACT, after)) is Decision.DENIED
    assert await decision(ask("ann", "read", "1"), Freshness(AT_LEAST, before)) is Decision.DENIED


async def test_an_exact_snapshot_has_the_model_of_then() -> None:
    await save_app()
    token = await grant(("document:1", "viewer", "user:ann"))
    await save_app(SOURCE.replace("    define share: owner\n", ""))

    now = await check(SYSTEM, ask("ann", "share", "1"))
    then = await check(SYSTEM, ask("ann", "share", "1"), Freshness(EXACT, token))

    assert (now.problem and now.problem.code) == "authz_action_unknown"
    assert then.problem is None
    assert then.checked_at == token


async def test_the_answer_s_token_names_its_state() -> None:
    await save_app()
    token = await grant(("document:1", "viewer", "user:ann"))

    answer = await check(SYSTEM, ask("ann", "read", "1"))

    assert answer.checked_at == token
    assert decode_revision(token) == Revision(2, 1)


@pytest.mark.parametrize("mode", [EXACT, AT_LEAST])
async def test_tokens_that_are_none_are_refused(mode: FreshnessMode) -> None:
    await save_app()
    token = await grant(("document:1", "viewer", "user:ann"))
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")

    for wrong in (None, "", "x", "ä", changed, token + "A", "9" * 200):
        with pytest.raises(TokenInvalid):
            await check(SYSTEM, ask("ann", "read", "1"), Freshness(mode, wrong))
    with pytest.raises(RevisionAhead):
        await check(SYSTEM, ask("ann", "read", "1"), Freshness(mode, encode_revision(Revision(3, 1))))


async def test_a_revision_that_was_cleared_away_is_gone() -> None:
    await save_app()
    token = await grant(("document:1", "viewer", "user:ann"))
    await revoke(("document:1", "viewer", "user:ann"))
    async with unit_of_work():
        await lock_head()
        await raise_floor(3)

    with pytest.raises(RevisionGone):
        await check(SYSTEM, ask("ann", "read", "1"), Freshness(EXACT, token))


async def test_inside_a_unit_of_work_its_own_writes_count_and_are_not_remembered() -> None:
    await save_app()
    writing = TupleWrite(touch=(RelationTuple(key("document:1", "viewer", "user:ann")),))

    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await write_tuples(SYSTEM, writing)
            assert await decision(ask("ann", "read", "1")) is Decision.ALLOWED
            raise ZeroDivisionError

    assert await decision(ask("ann", "read", "1")) is Decision.DENIED


async def test_a_batch_has_a_limit() -> None:
    with pytest.raises(TooManyQuestions):
        await check_many(SYSTEM, [ask("ann", "read", "1")] * (MAX_BATCH + 1))


@pytest.mark.parametrize("call", [check, explain])
async def test_who_may_ask_about_whom(call: Callable[[Actor, Check], Awaitable[object]]) -> None:
    await save_app()
    plain, operator, manager = as_user("usr_plain"), as_user("usr_op"), as_user("usr_manager")
    await give(TupleKey("clients", SCOPE, "admin", "user", "usr_manager"))
    own, others = ask("usr_plain", "read", "1"), ask("usr_other", "read", "1")

    async def refusal(actor: Actor, question: Check) -> type[AppError] | None:
        try:
            await call(actor, question)
        except AppError as error:
            return type(error)
        return None

    with deciding(usr_op={"clients.manage_access"}):
        assert await refusal(ANONYMOUS, own) is Unauthenticated
        assert await refusal(plain, own) is (None if call is check else Forbidden)
        assert await refusal(plain, others) is Forbidden
        what_if = replace(own, contextual=(RelationTuple(key("document:1", "viewer", "user:usr_plain")),))
        assert await refusal(plain, what_if) is Forbidden
        assert await refusal(manager, others) is None
        assert await refusal(operator, others) is None
        assert await refusal(Actor(ActorKind.CLIENT, "usr_plain"), own) is Forbidden
