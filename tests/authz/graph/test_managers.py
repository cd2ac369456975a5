"""Who manages access of a client asks about others at no cost, for as long as they do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from app.authz.service.follower import Follower, following
from tests.authz.graph.application import FORBIDDEN, Application, ask, make_application, refused
from tests.support import counted_statements

NAMES: Final = ("Actions", "Check", "Checks", "Expand", "ListObjects", "ListSubjects", "TokenPreview", "WhoCan")


@pytest.fixture
async def follower(database: None) -> AsyncIterator[Follower]:
    async with following() as one:
        yield one


def variables_for(name: str, app: Application) -> dict[str, Any]:
    """About Ben, where nothing is found that has a name to be looked up."""
    subject, entity = app.subject(f"user:{app.ben.id}"), app.entity("document:8")
    question = app.question(app.ben, "read")
    variables: dict[str, dict[str, Any]] = {
        "Actions": {"entity": entity, "subject": subject},
        "Check": {"input": question},
        "Checks": {"inputs": [question, {**question, "contextualTuples": [app.key("document:1#viewer@user:carl")]}]},
        "Expand": {"entity": entity, "relation": "owner"},
        "ListObjects": {"subject": subject, "action": "read", "type": app.type("document")},
        "ListSubjects": {"entity": entity, "action": "read", "type": "user"},
        "TokenPreview": {"userId": app.ben.id, "clientId": app.client_id},
        "WhoCan": {"entity": entity, "action": "read"},
    }
    return variables[name]


@pytest.mark.parametrize("name", NAMES)
async def test_it_costs_no_statement_where_the_index_answers(follower: Follower, name: str) -> None:
    app = await make_application()
    await follower.catch_up()

    with counted_statements() as statements:
        await ask(name, app.manager, **variables_for(name, app))

    assert statements == []


async def test_who_managed_access_once_does_not_ask_about_that_time(follower: Follower) -> None:
    app = await make_application()
    await follower.catch_up()
    question = app.question(app.ben, "read")
    told = await ask("Check", app.manager, input=question)
    at = {"consistency": {"mode": "AT_EXACT_SNAPSHOT", "token": told["checkedAt"]}}
    assert (await ask("Check", app.manager, input=question, **at))["allowed"]

    await app.end(f"clients:{app.client_id}#admin@user:{app.manager.id}")
    await follower.catch_up()

    assert await refused("Check", app.manager, input=question, **at) == FORBIDDEN
    assert await refused("Explain", app.manager, input=question, **at) == FORBIDDEN
    for name in ("Actions", "Expand", "ListObjects", "ListSubjects", "WhoCan"):
        assert await refused(name, app.manager, **variables_for(name, app), **at) == FORBIDDEN, name
