"""What a browser's session costs in the API: no statement once the process knows it, its document and its rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.authz.service import revoke_relation, super_admin
from app.authz.service.follower import Follower, following
from app.kit.actor import SYSTEM
from app.kit.recall import ear, hearing
from app.kit.runtime import override
from app.sessions.service import end_session
from tests.graph.support import console_documents
from tests.graph.test_callers import CSRF, sign_in
from tests.support import commit, counted_statements, make_admin, make_user

CHECK = "query ($input: CheckInput!) { check(input: $input) { allowed source } }"
FOUND = """query ($subject: SubjectInput) {
  listObjects(action: "view", type: "users", subject: $subject) { totalCount nodes { entity { id } } } }"""
CHANGE = 'mutation { userDelete(input: {id: "usr_nobody"}) { errors { message } } }'
BOB = {"type": "user", "id": "usr_bob"}
ABOUT_BOB = {"subject": BOB, "action": "view", "entity": {"type": "users", "id": "*"}}
PATIENCE_SECONDS = 20


@pytest.fixture
async def follower(database: None) -> AsyncIterator[Follower]:
    """A process as it runs: it hears of changes and has the tuples in memory."""
    async with hearing(), following() as running:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not ear.hears:  # noqa: ASYNC110 - what is heard sets no event of ours
                await asyncio.sleep(0.001)
        await running.catch_up()
        with override(graphql_ad_hoc="operators"):
            yield running


async def ask(browser: httpx.AsyncClient, query: str, **variables: Any) -> Any:
    answer = (await browser.post("/graphql", json={"query": query, "variables": variables}, headers=CSRF)).json()
    return answer["data"] if "errors" not in answer else answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("query", [CHECK, console_documents()["authz/Check.graphql"]], ids=["own", "registered"])
async def test_a_check_about_others_costs_no_statement(
    query: str, follower: Follower, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, await make_admin())
    await follower.catch_up()
    await ask(browser, query, input=ABOUT_BOB)

    with counted_statements() as statements:
        told = await ask(browser, query, input=ABOUT_BOB)

    assert (told["check"]["allowed"], told["check"]["source"]) == (False, "INDEX")
    assert statements == []


async def test_a_list_of_what_others_reach_costs_no_statement(follower: Follower, browser: httpx.AsyncClient) -> None:
    await sign_in(browser, await make_admin())
    await follower.catch_up()
    await ask(browser, FOUND, subject=BOB)

    with counted_statements() as statements:
        told = await ask(browser, FOUND, subject=BOB)

    assert told == {"listObjects": {"totalCount": 0, "nodes": []}}
    assert statements == []


async def test_who_is_no_operator_any_more_is_refused_at_the_next_request(
    follower: Follower, browser: httpx.AsyncClient
) -> None:
    admin = await make_admin()
    await sign_in(browser, admin)
    await follower.catch_up()
    before = await ask(browser, CHECK, input=ABOUT_BOB)

    await commit(revoke_relation(SYSTEM, super_admin("user", admin.id)))
    after = [await ask(browser, CHECK, input=ABOUT_BOB), await ask(browser, CHANGE)]

    assert before["check"]["allowed"] is False
    assert after == ["DOCUMENT_NOT_REGISTERED"] * 2


async def test_what_a_remembered_session_may_ask_ends_with_it(follower: Follower, browser: httpx.AsyncClient) -> None:
    new = await sign_in(browser, await make_admin())
    await follower.catch_up()
    before = [await ask(browser, CHECK, input=ABOUT_BOB) for _ in range(2)]

    await commit(end_session(SYSTEM, new.session.id))

    assert before[1]["check"]["source"] == "INDEX"
    assert await ask(browser, CHECK, input=ABOUT_BOB) == "UNAUTHENTICATED"


async def test_nobody_is_answered_by_what_somebody_else_s_cookie_made_known(
    follower: Follower, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, await make_admin())
    await follower.catch_up()
    await ask(browser, CHECK, input=ABOUT_BOB)
    browser.cookies.clear()
    anonymous = await ask(browser, CHECK, input=ABOUT_BOB)

    await sign_in(browser, await make_user())

    assert anonymous == "UNAUTHENTICATED"
    assert await ask(browser, CHECK, input=ABOUT_BOB) == "DOCUMENT_NOT_REGISTERED"
    assert await ask(browser, console_documents()["authz/Check.graphql"], input=ABOUT_BOB) == "FORBIDDEN"
