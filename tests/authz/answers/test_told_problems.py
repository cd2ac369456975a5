"""Why something is undecided: the tuple, and so the group, is named only to who may ask about others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from app.authz.service.checks import LATEST, check, check_again, check_many
from app.authz.service.follower import following
from app.authz.service.lists import check_actions
from app.authz.service.sources import open_source
from app.authz.types import ConditionRef, Decision, RelationTuple, TupleKey
from app.authz.types.answers import Answer
from app.authz.types.tuples import with_policy
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.errors import AppError, Forbidden, Unauthenticated
from tests.authz.answers.support import SCOPE, ask, document, grant, key, save_app, subject
from tests.authz.people import give
from tests.authz.policies import FAILS, keep_policies
from tests.support import as_user, deciding

Ask = Callable[[Actor, str], Awaitable[Answer]]

BY_GROUP = RelationTuple(key("folder:f", "viewer", "group:grp_secret#member"), with_policy("night"))
BY_CONDITION = RelationTuple(key("document:late", "owner", "user:ann"), ConditionRef("late"))
BARE = {
    "1": "The policy night could not be evaluated, so what it guards is not allowed.",
    "late": "The condition late needs hour.",
}
CODES = {"1": "authz_policy_undecided", "late": "authz_condition_undecided"}
NAMED = {"1": f"The policy night of {BY_GROUP.key}: ", "late": f"The condition late of {BY_CONDITION.key}: "}


@pytest.fixture(params=["index", "sql"])
async def source(request: pytest.FixtureRequest, database: None) -> AsyncIterator[str]:
    await keep_policies(SCOPE, night=FAILS)
    await save_app()
    await grant(
        BY_GROUP,
        BY_CONDITION,
        ("group:grp_secret", "member", "user:ann"),
        ("group:grp_secret", "member", "user:boss"),
        ("document:1", "parent", "folder:f"),
    )
    await give(TupleKey("clients", SCOPE, "admin", "user", "boss"))
    if request.param == "index":
        async with following() as follower:
            await follower.catch_up()
            yield request.param
    else:
        yield request.param


async def ask_alone(actor: Actor, name: str) -> Answer:
    return await check(actor, ask("ann", "read", name))


async def ask_among_others(actor: Actor, name: str) -> Answer:
    return (await check_many(actor, [ask("ann", "read", "9"), ask("ann", "read", name)]))[1]


async def ask_again(actor: Actor, name: str) -> Answer:
    return await check_again(actor, ask("ann", "read", name))


async def ask_all_actions(actor: Actor, name: str) -> Answer:
    found = await check_actions(actor, await open_source(LATEST), subject("ann"), document(name), context={})
    return found["read"]


ASKING = pytest.mark.parametrize("ask_for", [ask_alone, ask_among_others, ask_again, ask_all_actions])


def told(answer: Answer) -> tuple[Decision, str, str]:
    assert answer.problem is not None
    return answer.decision, answer.problem.code, answer.problem.message


@ASKING
@pytest.mark.parametrize("name", ["1", "late"])
async def test_who_asks_about_themselves_is_told_no_tuple(source: str, ask_for: Ask, name: str) -> None:
    plain, elsewhere = as_user("ann"), replace(as_user("ann"), is_account_level=True)

    with deciding(ann={"users.view", "groups.view", "clients.view"}):
        answers = [await ask_for(plain, name), await ask_for(elsewhere, name)]

    assert [told(each) for each in answers] == [(Decision.UNDECIDED, CODES[name], BARE[name])] * 2


@ASKING
@pytest.mark.parametrize("name", ["1", "late"])
async def test_who_may_ask_about_others_is_told_the_tuple(source: str, ask_for: Ask, name: str) -> None:
    with deciding(op={"clients.manage_access"}, ann={"clients.manage_access"}):
        answers = [await ask_for(each, name) for each in (as_user("boss"), as_user("op"), as_user("ann"), SYSTEM)]

    assert [told(each)[:2] for each in answers] == [(Decision.UNDECIDED, CODES[name])] * 4
    assert [told(each)[2].startswith(NAMED[name]) for each in answers] == [True] * 4


@ASKING
async def test_nobody_else_is_told_anything(source: str, ask_for: Ask) -> None:
    async def refusal(actor: Actor) -> type[AppError]:
        with pytest.raises(AppError) as caught:
            await ask_for(actor, "1")
        return type(caught.value)

    with deciding(op={"platform.manage_platform"}):
        found = [await refusal(each) for each in (ANONYMOUS, as_user("bob"), as_user("op"))]

    assert found == [Unauthenticated, Forbidden, Forbidden]


async def test_what_is_not_missing_is_not_told_either(source: str) -> None:
    answer = await check(as_user("ann"), ask("ann", "read", "late", context={"hour": "nine"}))

    assert told(answer)[2] == "The condition late cannot be evaluated with this context."
