"""Policies on tuples through the API: written, read, explained; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.authz.graph.application import Application, ask, make_application
from tests.authz.policies import keep_policies
from tests.support import read_everything


async def make_guarded() -> Application:
    """Ann may edit document 2 at night."""
    app = await make_application()
    await keep_policies(app.client_id, night="return context.resource.hour > 20")
    given = {**app.key(f"document:2#owner@user:{app.ann.id}"), "policy": "night"}
    written = await ask("TuplesWrite", app.manager, input={"writes": [given]})
    assert written["errors"] == []
    return app


async def test_a_tuple_is_written_and_shown_with_its_policy() -> None:
    app = await make_guarded()

    wanted = {"entityType": app.type("document"), "entityId": "2"}
    (found,) = (await ask("Tuples", app.manager, filter=wanted))["nodes"]

    assert (found["policy"], found["condition"]) == ("night", None)


@pytest.mark.parametrize(("hour", "decision"), [(22, "ALLOWED"), (9, "DENIED"), (None, "UNDECIDED")])
async def test_a_check_asks_the_policy_of_the_tuple(hour: int | None, decision: str) -> None:
    app = await make_guarded()
    context = {} if hour is None else {"hour": hour}

    found = await ask("Check", app.manager, input=app.question(app.ann, "edit", "document:2", context=context))

    assert found["decision"] == decision
    assert (found["problem"] or {}).get("code") == (None if hour else "authz_policy_undecided")


async def test_a_contextual_tuple_may_have_a_policy() -> None:
    app = await make_guarded()
    supposed = {**app.key(f"document:2#owner@user:{app.ben.id}"), "policy": "night"}
    question = app.question(app.ben, "edit", "document:2", context={"hour": 22}, contextualTuples=[supposed])

    found = await ask("Check", app.manager, input=question)

    assert found["decision"] == "ALLOWED"


async def test_a_proof_has_the_verdict_of_the_policy() -> None:
    app = await make_guarded()
    question = app.question(app.ann, "edit", "document:2", context={"hour": 9, "token": "s3cret"})

    explained = await ask("Explain", app.manager, input=question)

    (node,) = [each for each in explained["nodes"] if each["kind"] == "POLICY"]
    assert (node["policy"], node["version"], node["decision"]) == ("night", 1, "DENIED")
    assert node["durationMicroseconds"] > 0
    assert node["inputs"]["resource"]["hour"] == 9
    assert node["inputs"]["action"] == "edit"
    assert "s3cret" not in str(node["inputs"])
    others = [each for each in explained["nodes"] if each["kind"] != "POLICY"]
    assert {
        (each["policy"], each["version"], each["durationMicroseconds"], str(each["inputs"])) for each in others
    } == {(None, None, None, "None")}


async def test_lists_ask_policies_too() -> None:
    app = await make_guarded()
    about = {"subject": app.subject(f"user:{app.ann.id}"), "action": "edit", "type": app.type("document")}

    by_night = await ask("ListObjects", app.manager, **about, context={"hour": 22}, first=10)
    by_day = await ask("ListObjects", app.manager, **about, context={"hour": 9}, first=10)
    unknown = await ask("ListObjects", app.manager, **about, first=10)

    assert [
        [(each["entity"]["id"], each["isDecided"]) for each in found["nodes"]] for found in (by_night, by_day, unknown)
    ] == [
        [("1", True), ("2", True)],
        [("1", True)],
        [("1", True), ("2", False)],
    ]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"policy": "nigth"}, "authz_policy_unknown"),
        ({"policy": "night", "condition": {"name": "in_office"}}, "authz_policy_refused"),
    ],
)
async def test_what_cannot_be_is_refused_and_named(limits: dict[str, Any], code: str) -> None:
    app = await make_guarded()
    before = await read_everything()

    given = {**app.key(f"document:3#viewer@user:{app.ann.id}"), **limits}
    written = await ask("TuplesWrite", app.manager, input={"writes": [given]})

    assert [(each["reason"], each["field"]) for each in written["errors"]] == [(code, ["writes", "0", "policy"])]
    assert await read_everything() == before


async def test_filters_delete_and_changes_take_policies_as_they_are() -> None:
    app = await make_guarded()
    key = app.key(f"document:2#owner@user:{app.ann.id}")
    changed = await ask("TuplesWrite", app.manager, input={"writes": [key]})

    wanted = {"entityType": app.type("document"), "entityId": "2"}
    (found,) = (await ask("Tuples", app.manager, filter=wanted))["nodes"]
    deleted = await ask("TuplesDelete", app.manager, input={"filter": wanted})

    assert len(changed["changed"]) == 1
    assert found["policy"] is None
    assert deleted["errors"] == []
