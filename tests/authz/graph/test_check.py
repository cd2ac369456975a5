"""Checks through the API: who may ask, what is told, and what is no error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.graph.cost import MAX_BATCH
from app.kit import clock
from app.kit.actor import SYSTEM
from tests.authz.graph.application import (
    FORBIDDEN,
    UNAUTHENTICATED,
    ask,
    make_application,
    refused,
    refused_field,
)
from tests.graph.support import NOBODY, execute, refusal
from tests.support import as_user, commit, make_admin, unknown_id


def shown(answer: dict[str, Any]) -> tuple[bool, str, str | None]:
    return answer["allowed"], answer["decision"], answer["problem"] and answer["problem"]["code"]


async def test_everybody_asks_about_themselves() -> None:
    app = await make_application()

    assert shown(await ask("Check", as_user(app.ann), input=app.question(None, "edit"))) == (True, "ALLOWED", None)
    assert shown(await ask("Check", as_user(app.ben), input=app.question(None, "edit"))) == (False, "DENIED", None)
    assert shown(await ask("Check", as_user(app.ben), input=app.question(app.ben, "read"))) == (True, "ALLOWED", None)


@pytest.mark.parametrize("name", ["Check", "Explain"])
async def test_only_who_manages_access_asks_about_others(name: str) -> None:
    app = await make_application()
    question = app.question(app.ben, "read")

    for actor in (app.admin, app.manager):
        await ask(name, actor, input=question)
    assert await refused(name, as_user(app.ann), input=question) == FORBIDDEN
    assert await refused(name, NOBODY, input=question) == UNAUTHENTICATED
    assert await refused(name, NOBODY, input=app.question(None, "read")) == UNAUTHENTICATED


async def test_who_manages_one_client_asks_about_its_types_only() -> None:
    app = await make_application()
    foreign = {"subject": app.subject(f"user:{app.ann.id}"), "action": "read"}

    for kind in ("cli_other:document", "document", "users"):
        question = {**foreign, "entity": {"type": kind, "id": "1"}}
        assert await refused("Check", app.manager, input=question) == FORBIDDEN
        assert await refused("Checks", app.manager, inputs=[app.question(app.ann, "read"), question]) == FORBIDDEN


async def test_what_means_nothing_is_told_in_the_answer() -> None:
    app = await make_application()
    contextual = [app.key("document:1#owner@group:g#member")]
    cases: dict[str, dict[str, Any]] = {
        "authz_action_unknown": app.question(app.ann, "fly"),
        "authz_type_unknown": app.question(app.ann, "read", "nothing:1"),
        "authz_contextual_forbidden": app.question(app.ann, "read", contextualTuples=contextual),
    }

    answered = await ask("Checks", app.admin, inputs=list(cases.values()))

    assert [shown(each) for each in answered] == [(False, "DENIED", code) for code in cases]
    assert [each["problem"]["field"] for each in answered] == [["action"], ["entity"], ["contextualTuples", "0"]]
    for code, question in cases.items():
        assert shown(await ask("Check", app.admin, input=question)) == (False, "DENIED", code)
        explained = await ask("Explain", app.admin, input=question)
        assert (shown(explained["answer"]), explained["nodes"]) == ((False, "DENIED", code), [])


async def test_a_condition_decides_with_the_context() -> None:
    app = await make_application()
    await app.write("document:2#viewer@user:carl", condition="in_office")

    def inputs(*contexts: dict[str, Any] | None) -> list[dict[str, Any]]:
        return [
            app.question("user:carl", "read", "document:2", **({"context": context} if context else {}))
            for context in contexts
        ]

    answered = await ask("Checks", app.admin, inputs=inputs({"ip": "10.1.2.3"}, {"ip": "192.0.2.1"}, None))

    assert [shown(each) for each in answered] == [
        (True, "ALLOWED", None),
        (False, "DENIED", None),
        (False, "UNDECIDED", "authz_condition_undecided"),
    ]
    assert answered[2]["problem"]["field"] == ["context", "ip"]


async def test_contextual_tuples_count_for_one_question() -> None:
    app = await make_application()
    tuples = [
        {
            **app.key("document:9#viewer@user:carl"),
            "expiresAt": (clock.now() + timedelta(days=1)).isoformat(),
            "condition": {"name": "in_office", "context": {"ip": "10.0.0.1"}},
        }
    ]
    questions = [
        app.question("user:carl", "read", "document:9", contextualTuples=tuples),
        app.question("user:carl", "read", "document:9"),
    ]

    assert [each["allowed"] for each in await ask("Checks", app.admin, inputs=questions)] == [True, False]


async def test_what_if_about_oneself_needs_the_permission() -> None:
    app = await make_application()
    question = app.question(None, "read", contextualTuples=[app.key(f"document:1#viewer@user:{app.ben.id}")])

    assert await refused("Check", as_user(app.ben), input=question) == FORBIDDEN


async def test_a_context_is_an_object() -> None:
    app = await make_application()
    bad = app.question(app.ann, "read", context=[1])
    condition = {**app.key("document:1#viewer@user:ann"), "condition": {"name": "in_office", "context": "no"}}

    assert await refused("Check", app.admin, input=bad) == ("BAD_USER_INPUT", "authz_context_invalid")
    assert await refused_field("Checks", app.admin, inputs=[app.question(app.ann, "read"), bad]) == [
        "inputs", "1", "context",
    ]  # fmt: skip
    assert await refused_field("Check", app.admin, input=app.question(None, "read", contextualTuples=[condition])) == [
        "input", "contextualTuples", "0", "condition", "context",
    ]  # fmt: skip


async def test_a_batch_keeps_its_order_and_answers_repetitions() -> None:
    app = await make_application()
    questions = [app.question(user, action) for user in (app.ann, app.ben) for action in ("read", "edit", "owner")] * 20

    answered = await ask("Checks", app.manager, inputs=questions)

    assert [each["allowed"] for each in answered] == [True, True, True, True, False, False] * 20
    assert len({each["checkedAt"] for each in answered}) == 1


async def test_a_batch_costs_what_it_asks_and_has_a_bound() -> None:
    app = await make_application()
    source = "query ($inputs: [CheckInput!]!) { checks(inputs: $inputs) { allowed } }"
    inputs = [app.question(app.ann, "read")] * (MAX_BATCH + 1)

    told = await execute(source, {"inputs": inputs[:MAX_BATCH]}, actor=app.admin)

    assert told["extensions"]["cost"]["requested"] == MAX_BATCH
    assert [each["allowed"] for each in told["data"]["checks"]] == [True] * MAX_BATCH
    assert (await execute(source, {"inputs": inputs[:150]}, actor=app.admin))["extensions"]["cost"]["requested"] == 150
    assert await refusal(source, {"inputs": inputs}, actor=app.admin) == ("LIMIT_REACHED", "authz_batch_limit")


async def test_the_literal_inputs_of_a_batch_count() -> None:
    admin = as_user(await make_admin())
    one = '{ action: "view", entity: { type: "users", id: "*" } }'

    told = await execute(f"{{ checks(inputs: [{one}, {one}, {one}]) {{ decision source }} }}", actor=admin)

    assert told == {
        "data": {"checks": [{"decision": "ALLOWED", "source": "BYPASS"}] * 3},
        "extensions": {"cost": {"requested": 3}},
    }


async def test_strange_names_are_no_fault() -> None:
    app = await make_application()
    strange = ["", " ", "\x00", "a" * 10_000, "*", "1#viewer", "ü", "a\nb"]
    questions = [app.question(f"user:{text}", "read", f"document:{text}") for text in strange]
    questions += [{**app.question(app.ann, text), "entity": {"type": text, "id": text}} for text in strange]

    answered = await ask("Checks", app.admin, inputs=questions)

    assert [each["allowed"] for each in answered] == [False] * len(questions)
    assert shown(answered[2]) == (False, "DENIED", "authz_identifier_invalid")
    explained = await ask("Explain", app.admin, input=questions[2])
    assert (shown(explained["answer"]), explained["nodes"]) == ((False, "DENIED", "authz_identifier_invalid"), [])
    parent = app.question(app.ann, "read", contextualTuples=[app.key("document:1#parent@folder:\0")])
    assert shown(await ask("Check", app.admin, input=parent)) == (False, "DENIED", "authz_identifier_invalid")


async def test_everything_that_somebody_can_do_to_an_entity() -> None:
    app = await make_application()
    document = app.entity("document:1")

    found = await ask("Actions", as_user(app.ben), entity=document)

    assert [(each["action"], each["answer"]["decision"]) for each in found] == [("edit", "DENIED"), ("read", "ALLOWED")]
    assert await ask("Actions", app.manager, entity=app.entity("nothing:1"), subject=app.subject("user:ann")) == []
    other = app.subject(f"user:{app.ann.id}")
    assert [
        each["answer"]["allowed"] for each in await ask("Actions", app.manager, entity=document, subject=other)
    ] == [
        True,
        True,
    ]
    assert await refused("Actions", as_user(app.ben), entity=document, subject=other) == FORBIDDEN
    assert await refused("Actions", NOBODY, entity=document) == UNAUTHENTICATED


async def test_a_write_is_seen_with_its_token() -> None:
    app = await make_application()
    before = (await ask("Check", app.admin, input=app.question("user:carl", "read")))["checkedAt"]
    written = await ask("TuplesWrite", app.manager, input={"writes": [app.key("document:1#viewer@user:carl")]})
    question = app.question("user:carl", "read")

    for mode, token, expected in (
        ("AT_LEAST_AS_FRESH", written["token"], True),
        ("AT_EXACT_SNAPSHOT", written["token"], True),
        ("AT_EXACT_SNAPSHOT", before, False),
        ("AT_LEAST_AS_FRESH", before, True),
        ("FULLY_CONSISTENT", None, True),
    ):
        answer = await ask("Check", app.admin, input=question, consistency={"mode": mode, "token": token})
        assert (mode, answer["allowed"]) == (mode, expected)
    exact = {"mode": "AT_EXACT_SNAPSHOT", "token": before}
    assert (await ask("Check", app.admin, input=question, consistency=exact))["checkedAt"] == before


@pytest.mark.parametrize("token", ["nonsense", "", None, "a" * 500])
async def test_a_token_that_is_not_ours_is_refused(token: str | None) -> None:
    app = await make_application()
    consistency = {"mode": "AT_LEAST_AS_FRESH", "token": token}

    for name in ("Check", "Explain"):
        assert await refused(name, app.admin, input=app.question(None, "read"), consistency=consistency) == (
            "BAD_USER_INPUT",
            "authz_token_invalid",
        )


async def test_the_edge_of_a_user_answers_checks() -> None:
    app = await make_application()
    source = """query ($id: ID!, $entity: EntityInput!) {
      user(id: $id) {
        read: can(action: "read", entity: $entity) { allowed }
        edit: can(action: "edit", entity: $entity) { allowed problem { code } }
      }
    }"""
    variables = {"id": app.ben.id, "entity": app.entity("document:1")}

    told = await execute(source, variables, actor=as_user(app.ben))

    assert told["data"] == {"user": {"read": {"allowed": True}, "edit": {"allowed": False, "problem": None}}}
    assert (await execute(source, variables, actor=app.admin))["data"] == told["data"]
    assert await refusal(source, variables, actor=as_user(app.ann)) == FORBIDDEN
    assert await refusal(source, {**variables, "id": unknown_id()}, actor=as_user(app.ann)) == FORBIDDEN


async def test_a_refused_question_leaves_those_beside_it_alone() -> None:
    app = await make_application()
    other = await commit(create_client(SYSTEM, NewClient(name="Other", kind=ClientKind.MACHINE)))
    source = """query ($ann: ID!, $entity: EntityInput!, $other: EntityInput!) {
      viewer { user {
        own: can(action: "read", entity: $entity) { allowed }
        foreign: can(action: "read", entity: $other) { allowed }
      } }
      user(id: $ann) { can(action: "read", entity: $entity) { allowed } }
    }"""
    variables = {
        "ann": app.ann.id,
        "entity": app.entity("document:1"),
        "other": {"type": f"{other.client.id}:document", "id": "1"},
    }
    await app.write(f"users:*#viewer@user:{app.ben.id}")

    told = await execute(source, variables, actor=as_user(app.ben))

    own = {"own": {"allowed": True}, "foreign": {"allowed": False}}
    assert told["data"] == {"viewer": {"user": own}, "user": None}
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["user", "can"], "FORBIDDEN")


async def test_who_manages_one_client_is_answered_beside_what_another_client_keeps() -> None:
    app = await make_application()
    other = await commit(create_client(SYSTEM, NewClient(name="Other", kind=ClientKind.MACHINE)))
    await app.write(f"users:*#viewer@user:{app.manager.id}")
    source = """query ($ben: ID!, $entity: EntityInput!, $other: EntityInput!) {
      mine: user(id: $ben) { can(action: "read", entity: $entity) { allowed } }
      foreign: user(id: $ben) { can(action: "read", entity: $other) { allowed } }
    }"""
    variables = {
        "ben": app.ben.id,
        "entity": app.entity("document:1"),
        "other": {"type": f"{other.client.id}:document", "id": "1"},
    }

    told = await execute(source, variables, actor=app.manager)

    assert told["data"] == {"mine": {"can": {"allowed": True}}, "foreign": None}
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["foreign", "can"], "FORBIDDEN")
