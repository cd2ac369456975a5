"""Models through the API: read, previewed, saved, compared; by whom."""

from __future__ import annotations

from typing import Any

import pytest

from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.kit.actor import SYSTEM
from tests.authz.graph.application import (
    FORBIDDEN,
    SOURCE,
    UNAUTHENTICATED,
    ask,
    make_application,
    refused,
)
from tests.graph.support import NOBODY, read, refusal
from tests.support import as_user, commit, read_everything, unknown_id

NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Model { version } } }"
BROKEN = SOURCE.replace("or viewer from parent", "or viewer from parnt")
STRANDING = SOURCE.replace("define owner: [user, apikey, client]", "define owner: [apikey, client]")
CLOSED = SOURCE.replace("viewer but not banned", "owner but not banned")


async def test_the_model_of_a_client_with_all_that_it_defines() -> None:
    app = await make_application()

    model = await ask("Model", app.manager, scope=app.client_id)

    assert (model["id"], model["scope"], model["version"], model["note"]) == (app.model.id, app.client_id, 1, "first")
    assert (model["source"], model["isCurrent"], model["author"], model["client"]) == (SOURCE, True, None, None)
    assert [each["name"] for each in model["types"]] == ["user", "folder", "document"]
    document = model["types"][2]
    assert document["relations"][4] == {
        "name": "reader",
        "definition": "viewer but not banned",
        "isHierarchy": False,
    }
    assert document["permissions"] == [
        {"name": "edit", "relation": "owner", "policy": None},
        {"name": "read", "relation": "reader", "policy": None},
    ]
    assert model["conditions"] == [
        {"name": "in_office", "parameters": "ip: ipaddress", "expression": 'ip.in_cidr("10.0.0.0/8")'}
    ]
    assert model["json"]["types"]["document"]["permissions"] == {
        "edit": {"relation": "owner"},
        "read": {"relation": "reader"},
    }
    assert (await ask("Model", app.admin, scope=app.client_id))["client"] == {"id": app.client_id, "name": "Papers"}


async def test_who_sees_models() -> None:
    app = await make_application()

    for name, variables in (("Model", {"scope": app.client_id}), ("ModelVersion", {"id": app.model.id})):
        for actor in (app.admin, app.manager):
            assert (await ask(name, actor, **variables))["id"] == app.model.id
        assert await refused(name, as_user(app.ann), **variables) == FORBIDDEN
        assert await refused(name, NOBODY, **variables) == UNAUTHENTICATED
    assert await refused("ModelVersion", as_user(app.ann), id=unknown_id("mdl")) == FORBIDDEN
    assert await refused("Model", app.manager, scope="cli_other") == FORBIDDEN
    assert await refused("Model", app.manager) == FORBIDDEN
    assert await ask("Model", app.admin) is None
    assert await ask("ModelVersion", app.admin, id=unknown_id("mdl")) is None


async def test_a_version_is_a_node_with_the_same_guard() -> None:
    app = await make_application()
    expected = {"node": {"__typename": "Model", "id": app.model.id, "version": 1}}

    for actor in (app.admin, app.manager):
        assert await read(NODE, {"id": app.model.id}, actor=actor) == expected
    assert await read(NODE, {"id": app.model.id}, actor=as_user(app.ann)) == {"node": None}
    assert await refusal(NODE, {"id": app.model.id}) == UNAUTHENTICATED


async def test_the_model_of_auther_itself() -> None:
    app = await make_application()

    model = await ask("SystemModel", app.admin)

    assert {"platform", "users", "clients", "api_keys"} < {each["name"] for each in model["types"]}
    assert model["json"]["types"].keys() == {each["name"] for each in model["types"]}
    assert model["source"].startswith("model\n  schema 1.1\n")
    assert await refused("SystemModel", app.manager) == FORBIDDEN
    assert await refused("SystemModel", NOBODY) == UNAUTHENTICATED


async def test_a_manager_saves_versions_that_can_be_compared() -> None:
    app = await make_application()

    saved = await ask(
        "ModelSave",
        app.manager,
        input={"clientId": app.client_id, "source": CLOSED, "note": "closed", "expectedVersion": 1},
    )

    model = saved["model"]
    assert (model["version"], model["note"], model["isCurrent"], saved["errors"]) == (2, "closed", True, [])
    assert (saved["problems"], saved["preview"]) == (None, None)
    assert model["author"]["id"] == app.manager.id
    one = await ask("ModelVersion", app.manager, id=model["id"])
    other = await ask("ModelVersion", app.manager, id=app.model.id, **{"from": 2})
    assert "+    define reader: owner but not banned" in one["diff"].splitlines()
    assert "-    define reader: owner but not banned" in other["diff"].splitlines()
    assert other["isCurrent"] is False
    assert (await ask("ModelVersion", app.manager, id=model["id"], **{"from": 9}))["diff"] is None
    assert (await ask("ModelVersion", app.manager, id=model["id"], **{"from": 2}))["diff"] == ""
    assert "+type document" in (await ask("ModelVersion", app.manager, id=app.model.id))["diff"].splitlines()


async def test_versions_come_in_pages_newest_first() -> None:
    app = await make_application()
    for number in range(2, 5):
        await commit(save_model(SYSTEM, ModelDraft(app.client_id, f"{SOURCE}\ntype extra{number}\n")))

    first = (await ask("ModelVersions", app.manager, scope=app.client_id, first=3))["versions"]
    after = first["pageInfo"]["endCursor"]
    rest = (await ask("ModelVersions", app.manager, scope=app.client_id, first=3, after=after))["versions"]

    assert [[each["version"] for each in page["nodes"]] for page in (first, rest)] == [[4, 3, 2], [1]]
    assert [each["isCurrent"] for each in first["nodes"]] == [True, False, False]
    assert first["totalCount"] == rest["totalCount"] == 4


@pytest.mark.parametrize("is_dry", [True, False])
async def test_problems_of_a_text_come_with_their_places(is_dry: bool) -> None:
    app = await make_application()
    given = {"clientId": app.client_id, "source": BROKEN}
    before = await read_everything()

    saved = await ask("ModelSave", app.manager, input={**given, "dryRun": is_dry})
    preview = await ask("ModelPreview", app.manager, input=given)

    (problem,) = saved["problems"]
    line = next(number for number, text in enumerate(BROKEN.splitlines(), start=1) if "parnt" in text)
    assert (problem["line"], problem["isWarning"], problem["path"]) == (line, False, [])
    assert problem["code"].startswith("authz_model_")
    shown, caret = problem["excerpt"].splitlines()
    assert shown[caret.index("^") :].startswith("parnt")
    assert BROKEN.splitlines()[line - 1][problem["column"] - 1 :].startswith("parnt")
    assert problem["hint"] == "Did you mean `parent`?"
    assert [(error["code"], error["field"]) for error in saved["errors"]] == [("INVALID", [])]
    assert (saved["model"], saved["preview"]) == (None, None)
    assert preview == {
        "problems": [problem],
        "source": None,
        "diff": None,
        "blockers": [],
        "failedAssertions": [],
        "impact": None,
    }
    assert await read_everything() == before


async def test_a_model_as_json() -> None:
    app = await make_application()
    json = (await ask("Model", app.manager, scope=app.client_id))["json"]
    broken = {"types": {"document": {"relations": {"owner": {"subjects": 5}}}}}

    same = await ask("ModelSave", app.manager, input={"clientId": app.client_id, "json": json})
    refusal_ = await ask("ModelSave", app.manager, input={"clientId": app.client_id, "json": broken})

    assert same["model"]["id"] == app.model.id
    (problem,) = refusal_["problems"]
    assert (problem["path"], problem["line"]) == (["types", "document", "relations", "owner", "subjects"], None)
    assert refusal_["errors"][0]["field"] == problem["path"]


@pytest.mark.parametrize("given", [{}, {"source": SOURCE, "json": {"types": {}}}, {"source": None}])
async def test_a_model_is_given_once(given: dict[str, Any]) -> None:
    app = await make_application()
    given = {"clientId": app.client_id, **given}

    saved = await ask("ModelSave", app.manager, input=given)

    assert [(error["code"], error["field"]) for error in saved["errors"]] == [("INVALID", ["source"])]
    assert await refused("ModelPreview", app.manager, input=given) == ("BAD_USER_INPUT", "authz_source_ambiguous")


async def test_a_preview_tells_who_gains_and_loses_and_saves_nothing() -> None:
    app = await make_application()
    given = {"clientId": app.client_id, "source": CLOSED}
    before = await read_everything()

    preview = await ask("ModelPreview", app.manager, input=given)
    dry = await ask("ModelSave", app.manager, input={**given, "dryRun": True})

    assert (preview["source"], preview["problems"], preview["blockers"]) == (CLOSED, [], [])
    assert "-    define reader: viewer but not banned" in preview["diff"].splitlines()
    impact = preview["impact"]
    assert (impact["gained"], impact["lost"], impact["isComplete"]) == (0, 1, True)
    (change,) = impact["changes"]
    assert (change["kind"], change["action"], change["subject"]["id"]) == ("LOST", "read", app.ben.id)
    assert change["entity"]["id"] == "1"
    assert (dry["preview"], dry["model"], dry["errors"]) == (preview, None, [])
    assert await read_everything() == before


async def test_what_would_be_stranded_stands_in_the_way() -> None:
    app = await make_application()
    given = {"clientId": app.client_id, "source": STRANDING}

    preview = await ask("ModelPreview", app.manager, input=given)
    saved = await ask("ModelSave", app.manager, input=given)

    (blocker,) = preview["blockers"]
    assert (blocker["kind"], blocker["count"]) == ("tuple", 1)
    assert blocker["samples"] == [app.full(f"document:1#owner@user:{app.ann.id}")]
    assert [(error["code"], error["field"]) for error in saved["errors"]] == [("CONFLICT", ["source"])]


async def test_warnings_come_with_their_places_and_assertions_that_fail() -> None:
    app = await make_application()
    source = f"{SOURCE}\nassertions\n  check user:a read document:1 is true\n"

    preview = await ask("ModelPreview", app.manager, input={"clientId": app.client_id, "source": source})
    saved = await ask("ModelSave", app.manager, input={"clientId": app.client_id, "source": source})

    (failed,) = preview["failedAssertions"]
    assert (failed["expected"], failed["actual"], failed["line"]) == ("allowed", "denied", len(source.splitlines()))
    assert all(problem["isWarning"] for problem in preview["problems"])
    assert [(error["code"], error["field"]) for error in saved["errors"]] == [("CONFLICT", ["source"])]


async def test_a_version_that_somebody_saved_meanwhile_is_a_conflict() -> None:
    app = await make_application()
    given = {"clientId": app.client_id, "source": CLOSED, "expectedVersion": 0}

    saved = await ask("ModelSave", app.manager, input=given)

    assert [(error["code"], error["field"]) for error in saved["errors"]] == [("CONFLICT", ["expectedVersion"])]


async def test_a_renamed_type_keeps_its_tuples() -> None:
    app = await make_application()
    given = {
        "clientId": app.client_id,
        "source": SOURCE.replace("type document", "type paper"),
        "renames": [{"old": "document", "new": "paper"}],
    }

    saved = await ask("ModelSave", app.manager, input=given)

    assert saved["errors"] == []
    assert (await ask("Check", as_user(app.ann), input=app.question(None, "edit", "paper:1")))["allowed"]


async def test_only_who_manages_access_saves() -> None:
    app = await make_application()
    own, installation = {"clientId": app.client_id, "source": CLOSED}, {"source": CLOSED}
    before = await read_everything()

    for name in ("ModelSave", "ModelPreview"):
        assert await refused(name, NOBODY, input=own) == UNAUTHENTICATED
        assert await refused(name, as_user(app.ann), input=own) == FORBIDDEN
        assert await refused(name, app.manager, input=installation) == FORBIDDEN
        assert await refused(name, app.manager, input={**own, "clientId": "cli_other"}) == FORBIDDEN

    after = await read_everything()
    assert {name for name in before if before[name] != after[name]} == set()
    saved = await ask("ModelSave", app.admin, input=installation)
    assert (saved["model"]["scope"], saved["model"]["version"], saved["model"]["client"]) == ("", 1, None)


async def test_the_model_is_an_edge_of_its_client() -> None:
    app = await make_application()
    source = "query ($id: ID!) { client(id: $id) { model { id versions { totalCount } } } }"

    told = await read(source, {"id": app.client_id}, actor=app.admin)

    assert told == {"client": {"model": {"id": app.model.id, "versions": {"totalCount": 1}}}}


async def test_impact_on_what_a_condition_decides() -> None:
    app = await make_application()
    await app.end(f"document:1#viewer@user:{app.ben.id}")
    await app.write(f"document:1#viewer@user:{app.ben.id}", condition="in_office")
    gone = SOURCE.replace("    define read: reader\n", "")
    wider = SOURCE.replace("10.0.0.0/8", "10.0.0.0/7")

    lost = await ask("ModelImpact", app.manager, input={"clientId": app.client_id, "source": gone})
    unknown = await ask("ModelImpact", app.manager, input={"clientId": app.client_id, "source": wider})

    told = {(each["subject"]["id"], each["before"], each["after"]) for each in lost["changes"]}
    assert told == {(app.ann.id, "ALLOWED", "DENIED"), (app.ben.id, "UNDECIDED", "DENIED")}
    assert (lost["lost"], lost["lostConditionally"], lost["isComplete"], lost["omissions"]) == (2, 1, True, [])
    assert (unknown["gained"], unknown["lost"], unknown["isComplete"]) == (0, 0, False)
    assert unknown["omissions"] == ["Conditions change: in_office. Answers that may be others with it: 1."]
