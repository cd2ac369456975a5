"""Policies in the API: who sees what, trials, versions with their differences, and what was said by filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.kit import clock
from app.kit.actor import ANONYMOUS, Actor
from app.kit.guard import ALL_PERMISSIONS
from app.policies.service import flush_evaluations, judge_many
from app.policies.types import PolicyQuestion
from tests.clients.support import make_client
from tests.graph.support import execute, read
from tests.policies.support import FINE, SMALL, judge, make_policy, manager_of
from tests.support import ORIGIN, as_user, deciding, make_admin, make_user, read_everything

NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"
TEST = """query ($input: PolicyTestInput!) { policyTest(input: $input) {
    result { verdict problem { code message line } durationMicroseconds }
    warnings { line message }
    samples { holds sample { name isAllowed } result { verdict problem { code } } }
} }"""
SAVE = """mutation ($input: PolicySaveInput!) { policySave(input: $input) {
    policy { id name version description client { id } samples { name context isAllowed } }
    warnings { line message } errors { code reason message field }
} }"""
START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = [
    {"verdict": verdict, "action": action, "entityType": kind, "evaluatedAt": START + timedelta(minutes=n // 2)}
    for n, (verdict, action, kind) in enumerate(
        (verdict, action, kind)
        for verdict in ("ALLOWED", "DENIED", "ERROR")
        for action in ("approve", "read")
        for kind in ("invoice", "order")
    )
]
AMOUNTS: dict[str, object] = {"ALLOWED": 1, "DENIED": 5_000, "ERROR": "none"}


def error_codes(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["extensions"]["code"], each["extensions"].get("permission")) for each in answer["errors"]]


@pytest.mark.parametrize(
    "field", ["policies { nodes { id } }", 'policyTest(input: {source: "return true"}) { result { verdict } }']
)
async def test_what_belongs_to_the_installation_needs_the_platform(field: str) -> None:
    await make_policy()
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {"platform.manage_platform", "clients.manage_access"}):
        answers = [
            await execute(f"{{ {field} }}", actor=actor)
            for actor in (ANONYMOUS.at(ORIGIN), as_user("usr_plain"), as_user("usr_lacking"))
        ]
    with deciding(usr_holding={"platform.manage_platform"}):
        held = await execute(f"{{ {field} }}", actor=as_user("usr_holding"))

    codes = [error_codes(answer)[0][0] for answer in answers]
    assert codes == ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN"]
    assert "errors" not in held
    assert await read_everything() == before


async def test_what_belongs_to_a_client_is_for_who_manages_its_access() -> None:
    ours, theirs = await make_client(), await make_client(name="Other")
    policy = await make_policy(scope=ours.id)
    manager, plain = await manager_of(ours.id), as_user(await make_user())
    stranger = await manager_of(theirs.id, "stranger@example.com")
    source = "query ($id: ID!, $client: ID!) { policy(id: $id) { name } policies(client: $client) { nodes { name } } }"
    variables = {"id": policy.id, "client": ours.id}

    seen = await read(source, variables, actor=manager)
    refused = [await execute(source, variables, actor=actor) for actor in (ANONYMOUS.at(ORIGIN), plain, stranger)]

    assert seen == {"policy": {"name": "small"}, "policies": {"nodes": [{"name": "small"}]}}
    assert [{code for code, _ in error_codes(each)} for each in refused] == [
        {"UNAUTHENTICATED"},
        {"FORBIDDEN"},
        {"FORBIDDEN"},
    ]


async def test_nodes_are_hidden_from_who_may_not_see_the_policy() -> None:
    client = await make_client()
    policy = await make_policy(scope=client.id)
    await judge(scope=client.id)
    await flush_evaluations()
    manager, plain = await manager_of(client.id), as_user(await make_user())
    inner = "versions { nodes { id } } evaluations { nodes { id policy { id } } }"
    found = (await read(f'{{ policy(id: "{policy.id}") {{ {inner} }} }}', actor=manager))["policy"]
    ids = {
        "Policy": policy.id,
        "PolicyVersion": found["versions"]["nodes"][0]["id"],
        "PolicyEvaluation": found["evaluations"]["nodes"][0]["id"],
    }

    for name, node_id in ids.items():
        assert await read(NODE, {"id": node_id}, actor=manager) == {"node": {"id": node_id, "__typename": name}}
        assert await read(NODE, {"id": node_id}, actor=plain) == {"node": None}
    assert found["evaluations"]["nodes"][0]["policy"] == {"id": policy.id}


async def test_a_manager_tries_policies_of_the_client_only() -> None:
    client = await make_client()
    manager = await manager_of(client.id)

    own = await execute(TEST, {"input": {"client": client.id, "source": "return true", "context": {}}}, actor=manager)
    bare = await execute(TEST, {"input": {"source": "return true", "context": {}}}, actor=manager)

    assert own["data"]["policyTest"]["result"]["verdict"] == "ALLOWED"
    assert error_codes(bare) == [("FORBIDDEN", "clients.manage_access")]


@pytest.fixture
async def admin() -> Actor:
    return as_user(await make_admin())


async def try_it(admin: Actor, source: str, **given: Any) -> dict[str, Any]:
    told = await read(TEST, {"input": {"source": source, **given}}, actor=admin)
    return dict(told["policyTest"])


async def test_a_trial_tells_verdict_problem_and_warnings_and_keeps_nothing(admin: Actor) -> None:
    before = await read_everything()

    allowed = await try_it(admin, SMALL, context={"resource": {"amount": 3}})
    denied = await try_it(admin, SMALL, context={"resource": {"amount": 3_000}})
    failed = await try_it(admin, f"\n{SMALL}", context={})
    odd = await try_it(admin, "return amuont == 1")
    broken = await try_it(admin, "return (")

    assert (allowed["result"]["verdict"], allowed["result"]["problem"], allowed["warnings"]) == ("ALLOWED", None, [])
    assert denied["result"]["verdict"] == "DENIED"
    assert failed["result"]["verdict"] == "ERROR"
    assert (failed["result"]["problem"]["code"], failed["result"]["problem"]["line"]) == ("policies_failed", 2)
    assert "compare" in failed["result"]["problem"]["message"]
    assert (odd["result"], [each["line"] for each in odd["warnings"]]) == (None, [1])
    assert "amuont" in odd["warnings"][0]["message"]
    assert broken["result"]["problem"]["code"] == "policies_uncompiled"
    assert await flush_evaluations() == 0
    assert await read_everything() == before


async def test_a_trial_runs_samples(admin: Actor) -> None:
    samples = [
        {"name": "small", "context": {"resource": {"amount": 1}}, "isAllowed": True},
        {"name": "wrong", "context": {"resource": {"amount": 1}}, "isAllowed": False},
        {"name": "error", "context": {}, "isAllowed": False},
    ]

    told = await try_it(admin, SMALL, samples=samples)

    assert [(each["sample"]["name"], each["holds"], each["result"]["verdict"]) for each in told["samples"]] == [
        ("small", True, "ALLOWED"),
        ("wrong", False, "ALLOWED"),
        ("error", False, "ERROR"),
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"context": [1]}, "policies_context_invalid"),
        ({"context": {"a": "b" * 9_000}}, "policies_context_too_large"),
        ({"samples": [{"name": "a", "context": 1, "isAllowed": True}]}, "policies_sample_invalid"),
        ({"samples": [{"name": "a", "context": {}, "isAllowed": True}] * 51}, "policies_sample_limit"),
    ],
)
async def test_a_trial_that_cannot_be_is_refused(admin: Actor, given: dict[str, Any], reason: str) -> None:
    answer = await execute(TEST, {"input": {"source": "return true", **given}}, actor=admin)

    assert [each["extensions"]["reason"] for each in answer["errors"]] == [reason]


async def test_a_save_tells_what_is_odd_and_what_is_wrong(admin: Actor) -> None:
    samples = [{"name": "small", "context": {"resource": {"amount": 1}}, "isAllowed": True}]
    given = {"name": "small", "source": f"{SMALL} and unknown_global == nil", "samples": samples}

    saved = (await read(SAVE, {"input": given}, actor=admin))["policySave"]
    refused = (await read(SAVE, {"input": {"name": "small", "source": "return false"}}, actor=admin))["policySave"]
    broken = (await read(SAVE, {"input": {"name": "small", "source": "return ("}}, actor=admin))["policySave"]

    assert (saved["policy"]["version"], saved["policy"]["samples"], saved["errors"]) == (1, samples, [])
    assert [each["line"] for each in saved["warnings"]] == [1]
    assert (refused["policy"], refused["warnings"]) == (None, None)
    assert [(each["code"], each["reason"], each["field"]) for each in refused["errors"]] == [
        ("INVALID", "policies_sample_fails", ["samples", "0"])
    ]
    assert [(each["reason"], each["field"]) for each in broken["errors"]] == [("policies_syntax", ["source"])]


async def test_absent_keeps_and_null_clears(admin: Actor) -> None:
    await make_policy(samples=(FINE,), description="Small amounts")
    source = "return context.resource.amount < 20"

    kept = (await read(SAVE, {"input": {"name": "small", "source": source}}, actor=admin))["policySave"]["policy"]
    cleared = (
        await read(
            SAVE, {"input": {"name": "small", "source": source, "description": None, "samples": []}}, actor=admin
        )
    )["policySave"]["policy"]

    assert (kept["version"], kept["description"], len(kept["samples"])) == (2, "Small amounts", 1)
    assert (cleared["version"], cleared["description"], cleared["samples"]) == (3, None, [])


async def test_versions_show_what_each_changed(admin: Actor) -> None:
    policy = await make_policy("return true\n", note="Begin")
    await make_policy("-- nobody\nreturn false\n", actor=admin)
    inner = "versions { totalCount nodes { version note source diff author { type id } } }"

    told = (await read(f'{{ policy(id: "{policy.id}") {{ {inner} }} }}', actor=admin))["policy"]["versions"]

    assert told["totalCount"] == 2
    assert told["nodes"] == [
        {
            "version": 2,
            "note": None,
            "source": "-- nobody\nreturn false\n",
            "diff": "--- before\n+++ after\n@@ -1 +1,2 @@\n-return true\n+-- nobody\n+return false",
            "author": {"type": "user", "id": admin.id},
        },
        {
            "version": 1,
            "note": "Begin",
            "source": "return true\n",
            "diff": "--- before\n+++ after\n@@ -0,0 +1 @@\n+return true",
            "author": None,
        },
    ]


async def fill_evaluations() -> str:
    """Evaluations with every verdict, action and type of entity, two at each moment; the policy."""
    policy = await make_policy()
    for row in ROWS:
        with clock.frozen(row["evaluatedAt"]):  # type: ignore[arg-type]
            resource = {"amount": AMOUNTS[str(row["verdict"])]}
            await judge_about(str(row["entityType"]), str(row["action"]), resource)
    await flush_evaluations()
    return policy.id


async def judge_about(kind: str, action: str, resource: dict[str, object]) -> None:
    asked = PolicyQuestion(
        scope="", policy="small", resource={**resource, "id": "7", "type": kind}, subject=("user", "ann"),
        action=action, env={},
    )  # fmt: skip
    await judge_many([asked])


Kept = Callable[[dict[str, Any]], bool]


@pytest.mark.parametrize(
    ("condition", "is_wanted"),
    [
        ("", lambda row: True),
        ("verdict: ERROR", lambda row: row["verdict"] == "ERROR"),
        ('action: "read"', lambda row: row["action"] == "read"),
        ('entityType: "order"', lambda row: row["entityType"] == "order"),
        ('since: "2026-01-01T00:03:00Z"', lambda row: row["evaluatedAt"] >= START + timedelta(minutes=3)),
        (
            'verdict: DENIED, action: "approve", entityType: "invoice", since: "2026-01-01T00:02:00Z"',
            lambda row: (row["verdict"], row["action"], row["entityType"]) == ("DENIED", "approve", "invoice"),
        ),
        ('action: "nothing"', lambda row: False),
    ],
    ids=["all", "verdict", "action", "type", "since", "together", "none"],
)
async def test_evaluations_by_filter_are_what_filtering_all_gives(
    admin: Actor, condition: str, is_wanted: Kept
) -> None:
    policy_id = await fill_evaluations()
    source = f"""query ($first: Int, $after: String) {{ policy(id: "{policy_id}") {{
        evaluations(first: $first, after: $after, filter: {{{condition}}}) {{
            totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ id verdict action entityType evaluatedAt }}
        }}
    }} }}"""

    found, after, total = list[dict[str, Any]](), None, None
    while True:
        page = (await read(source, {"first": 5, "after": after}, actor=admin))["policy"]["evaluations"]
        found += page["nodes"]
        total, after = page["totalCount"], page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    wanted = [row for row in ROWS if is_wanted(row)]
    assert total == len(found) == len(wanted)
    assert len({each["id"] for each in found}) == len(found)
    moments = [datetime.fromisoformat(each["evaluatedAt"]) for each in found]
    assert moments == sorted(moments, reverse=True)
    shown = [(each["verdict"], each["action"], each["entityType"]) for each in found]
    assert sorted(shown) == sorted((row["verdict"], row["action"], row["entityType"]) for row in wanted)


async def test_a_cursor_of_one_list_is_none_of_another(admin: Actor) -> None:
    await fill_evaluations()
    await make_policy("return false")
    listed = await read("{ policies { nodes { versions { edges { cursor } } } } }", actor=admin)
    cursor = listed["policies"]["nodes"][0]["versions"]["edges"][0]["cursor"]

    answer = await execute(
        f'{{ policies {{ nodes {{ evaluations(after: "{cursor}") {{ nodes {{ id }} }} }} }} }}', actor=admin
    )

    assert [each["extensions"]["reason"] for each in answer["errors"]] == ["kit_cursor"]
