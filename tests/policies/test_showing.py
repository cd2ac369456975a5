"""What a run tells those who keep a policy: of users, only what a manager of the client may know anyway."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.policies.errors import PolicyFailed
from app.policies.rules import OWN_WORDS, show_context, show_reason
from tests.clients.support import make_client
from tests.graph.support import read
from tests.policies.support import judge, make_policy, manager_of, read_recorded

ADA: dict[str, Any] = {
    "id": "usr_ada",
    "name": "Ada Unmistakable",
    "email": "unmistakable@example.com",
    "role": "admin",
    "attributes": {"salary": 90_000, "department": "unmistakable"},
}
SEEN = {"id": "usr_ada", "attributes": ["department", "salary"]}


async def test_a_client_keeps_of_a_user_the_id_and_the_names_of_attributes() -> None:
    client = await make_client()
    manager = await manager_of(client.id)
    await make_policy("return context.user.email == 'unmistakable@example.com'", scope=client.id)

    verdict = await judge(scope=client.id, user=ADA)

    assert verdict.value is True
    assert verdict.seen is not None
    assert verdict.seen["user"] == SEEN
    assert [row["context"]["user"] for row in await read_recorded()] == [SEEN]
    document = "query ($c: ID!) { policies(client: $c) { nodes { evaluations { nodes { context problem } } } } }"
    told = await read(document, {"c": client.id}, actor=manager)
    (shown,) = told["policies"]["nodes"][0]["evaluations"]["nodes"]
    assert shown["context"]["user"] == SEEN
    assert b"nmistakable" not in orjson.dumps(shown)


async def test_the_installation_keeps_all_of_a_user() -> None:
    await make_policy("return true")

    await judge(user=ADA)

    (row,) = await read_recorded()
    assert row["context"]["user"] == {**ADA, **ADA["attributes"]}


@pytest.mark.parametrize(
    "source",
    [
        "error(context.resource.password)",
        "error(context.user.email, 0)",
        "error({context.user.email})",
        "assert(false, context.user.email)",
        "local t = setmetatable({}, {__name = context.user.email}) return t + 1",
        "return string.format('%' .. context.user.email)",
        "return utf8.char(tonumber(context.user.name) or context.user.email)",
        "error('attempt to compare ' .. context.user.email .. ' with nil')",
        "error(\"attempt to index a nil value (field '\" .. context.user.name:match('%u%l+$') .. \"')\")",
        "error('policy:1: ' .. context.user.email, 0)",
    ],
)
@pytest.mark.parametrize("is_of_client", [True, False])
async def test_a_script_cannot_say_what_it_saw_by_failing(source: str, is_of_client: bool) -> None:
    scope = (await make_client()).id if is_of_client else ""
    await make_policy(source, scope=scope)

    verdict = await judge(scope=scope, user=ADA, resource={"password": "unmistakable"})

    assert isinstance(verdict.problem, PolicyFailed)
    assert "nmistakable" not in f"{verdict.problem.reason} {verdict.problem.detail} {verdict.problem.message}".lower()
    (row,) = await read_recorded()
    assert row["verdict"] == "error"
    assert "nmistakable" not in row["problem"].lower()


async def test_a_line_that_a_script_makes_up_is_none() -> None:
    await make_policy("error('policy:36901234: x', 0)")

    await judge()

    (row,) = await read_recorded()
    assert row["problem"] == f"policies_failed: {OWN_WORDS}"


async def test_a_text_of_the_script_itself_is_not_told_but_its_line_is() -> None:
    await make_policy("\nerror('my own words')")

    await judge()

    (row,) = await read_recorded()
    assert row["problem"] == f"policies_failed: line 2: {OWN_WORDS}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("return context.resource.missing.x > 1", "attempt to index a nil value (field 'missing')"),
        ("return context.resource.missing > 1", "attempt to compare number with nil"),
        ("return {} < {}", "attempt to compare two table values"),
        ("return 1 + {}", "attempt to perform arithmetic on a table value"),
        ("return nobody()", "attempt to call a nil value (global 'nobody')"),
        ("return 'x' .. nil", "attempt to concatenate a nil value"),
        ("return #nil", "attempt to get length of a nil value"),
        ("return 1 // 0", "attempt to divide by zero"),
        ("return 1 % 0", "attempt to perform 'n%0'"),
        ("return math.floor({})", "bad argument #1 to 'floor' (number expected, got table)"),
        ("for i = 'a', 2 do end", "bad 'for' initial value (number expected, got string)"),
        ("return 1.5 | 1", "number has no integer representation"),
        ("assert(false)", "assertion failed!"),
    ],
)
async def test_what_lua_itself_says_is_told(source: str, reason: str) -> None:
    await make_policy(source)

    verdict = await judge()

    assert isinstance(verdict.problem, PolicyFailed)
    assert (verdict.problem.reason, verdict.problem.line) == (reason, 1)


def test_a_word_that_is_not_in_the_source_is_not_of_lua() -> None:
    reason = "attempt to index a nil value (field 'salary')"

    assert show_reason("return context.user.salary.x", reason) == reason
    assert show_reason("return context.user.x", reason) == OWN_WORDS


def test_what_is_shown_already_stays_as_it_is() -> None:
    once = show_context("cli_a", {"user": ADA, "action": "read"})

    assert once == {"user": SEEN, "action": "read"}
    assert show_context("cli_a", once) == once
    for user in (None, "x", {"id": "usr_ada"}, {"id": "usr_ada", "attributes": None}):
        shown = show_context("cli_a", {"user": user})["user"]
        assert shown == ({"id": "usr_ada", "attributes": []} if isinstance(user, dict) else user)
