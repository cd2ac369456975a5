"""Plain questions at the least cost: the decisions, guards, counts and traces of every other way to ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import product

import pytest

from app.authz.engine.policies import PolicyInput, PolicyVerdict, Surroundings, bind_policies
from app.authz.errors import TooManyQuestions
from app.authz.service.asking import MAX_BATCH, ask_many
from app.authz.service.bypasses import flush_bypasses
from app.authz.service.checks import LATEST, check_many
from app.authz.service.follower import following
from app.authz.service.sources import open_source
from app.authz.types import Check, ConditionRef, RelationTuple, Source, SubjectRef, TupleKey
from app.authz.types.answers import PlainQuestion
from app.kit.actor import ANONYMOUS, Actor, ActorKind
from app.kit.errors import AppError, Forbidden, Unauthenticated
from tests.authz.answers.support import SCOPE, ask, grant, key, save_app
from tests.authz.people import give
from tests.metrics.support import Change
from tests.support import as_user, counted_statements, deciding, read_audit

ANSWERED = "authz_decision_count_total"


class _OnlyAnn:
    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
        return [PolicyVerdict(each.check.subject.id == "ann") for each in questions]


@pytest.fixture(params=["index", "sql"])
async def source(request: pytest.FixtureRequest, database: None) -> AsyncIterator[str]:
    before = bind_policies(_OnlyAnn())
    await save_app()
    await grant(
        ("document:1", "viewer", "user:ann"),
        ("document:1", "viewer", "user:bob"),
        ("document:2", "owner", "user:bob"),
        ("document:2", "blocked", "user:bob"),
        ("document:3", "viewer", "user:*"),
    )
    late = RelationTuple(key("document:4", "owner", "user:ann"), ConditionRef("late"))
    over = [
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
        TupleKey("clients", SCOPE, "admin", "user", "manager"),
    ]
    await give(late, *over)
    if request.param == "index":
        async with following() as follower:
            await follower.catch_up()
            yield request.param
    else:
        yield request.param
    bind_policies(before)


def plain(checks: Sequence[Check]) -> list[PlainQuestion]:
    return [(each.subject, each.action, each.entity.type, each.entity.id, each.context) for each in checks]


async def test_every_decision_is_that_of_a_check(source: str) -> None:
    people, names = ("ann", "bob", "root", "boss", "x\0"), ("1", "2", "3", "4", "*", "")
    checks = [
        ask(who, action, name, context=context)
        for who, name, action, context in product(people, names, ("read", "share", "sign", "fly"), ({}, {"hour": 22}))
    ]
    opened = await open_source(LATEST)

    asked = await ask_many(SYSTEM_ADMIN, opened, plain(checks))

    answers = await check_many(SYSTEM_ADMIN, checks)
    assert opened.kind is (Source.INDEX if source == "index" else Source.SQL)
    assert [each.decision for each in asked] == [each.decision for each in answers]
    problems = [(each.problem and each.problem.code) for each in answers]
    assert [(each.problem and each.problem.code) for each in asked] == problems
    assert [each.bypass is not None for each in asked] == [each.source is Source.BYPASS for each in answers]


SYSTEM_ADMIN = as_user("root")


@pytest.mark.usefixtures("source")
async def test_who_may_ask_about_whom_is_as_everywhere() -> None:
    own, others = plain([ask("usr_plain", "read", "1")]), plain([ask("usr_other", "read", "1")])
    unowned: list[PlainQuestion] = [(SubjectRef("user", "usr_other"), "view", "users", "1", {})]
    opened = await open_source(LATEST)

    async def refusal(actor: Actor, questions: list[PlainQuestion]) -> type[AppError] | None:
        try:
            await ask_many(actor, opened, questions)
        except AppError as error:
            return type(error)
        return None

    with deciding(usr_op={"clients.manage_access"}, usr_platform={"platform.manage_platform"}):
        assert await refusal(ANONYMOUS, own) is Unauthenticated
        assert await refusal(as_user("usr_plain"), own) is None
        assert await refusal(as_user("usr_plain"), [*own, *others]) is Forbidden
        assert await refusal(as_user("usr_platform"), others) is Forbidden
        assert await refusal(as_user("usr_op"), others) is None
        assert await refusal(as_user("usr_op"), unowned) is Forbidden
        assert await refusal(as_user("usr_platform"), unowned) is None
        assert await refusal(as_user("manager"), others) is None
        assert await refusal(as_user("boss"), others) is None
        assert await refusal(as_user("manager"), unowned) is Forbidden
        assert await refusal(Actor(ActorKind.CLIENT, "usr_plain"), own) is Forbidden


@pytest.mark.parametrize("source", ["index"], indirect=True)
async def test_a_manager_asks_about_others_without_a_statement(source: str) -> None:
    opened = await open_source(LATEST)

    with counted_statements() as statements:
        await ask_many(as_user("manager"), opened, plain([ask("ann", "read", str(n)) for n in range(50)]))

    assert statements == []


@pytest.mark.usefixtures("source")
async def test_bypasses_leave_their_trace() -> None:
    checks = [ask("root", "read", "1"), ask("ann", "read", "1"), ask("root", "share", "2"), ask("boss", "sign", "3")]

    await ask_many(SYSTEM_ADMIN, await open_source(LATEST), plain(checks))

    assert await flush_bypasses() == 2
    told = {event.target_id: event.after for event in await read_audit() if event.action == "authz.bypassed"}
    counts = {name: after["count"] for name, after in told.items() if after}
    assert counts == {"user:root": 2, "user:boss": 1}


async def test_each_is_counted_and_timed(source: str) -> None:
    change = Change()
    checks = [ask("ann", "read", "1"), ask("ann", "read", "9"), ask("root", "read", "1"), ask("ann", "share", "4")]

    await ask_many(SYSTEM_ADMIN, await open_source(LATEST), plain([*checks, ask("bob", "read", "1")]))

    assert change(ANSWERED, result="allowed", source=source) == 2
    assert change(ANSWERED, result="denied", source=source) == 1
    assert change(ANSWERED, result="undecided", source=source) == 1
    assert change(ANSWERED, result="allowed", source="bypass") == 1
    assert change("authz_check_duration_ms_count", source=source) == 5


@pytest.mark.usefixtures("source")
async def test_more_than_a_batch_holds_are_refused() -> None:
    questions = plain([ask("root", "read", "1")]) * (MAX_BATCH + 1)

    with pytest.raises(TooManyQuestions):
        await ask_many(SYSTEM_ADMIN, await open_source(LATEST), questions)
