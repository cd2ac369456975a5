"""Proofs and userset trees through the API: flat lists that are trees."""

from __future__ import annotations

from typing import Any

import pytest

from app.authz.engine import proofs
from app.authz.errors import WorkExceeded
from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.kit.actor import SYSTEM
from tests.authz.graph.application import FORBIDDEN, SOURCE, UNAUTHENTICATED, ask, make_application, refused
from tests.graph.support import NOBODY
from tests.support import as_user, commit


def outline(nodes: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Depth, kind and decision of each node; numbers and parents must make a tree."""
    above: list[int] = []
    for number, node in enumerate(nodes):
        assert node["id"] == number
        above = above[: node["depth"]]
        assert (node["parentId"], node["depth"]) == (above[-1] if above else None, len(above))
        above.append(number)
    return [(node["depth"], node["kind"], node.get("decision", "")) for node in nodes]


async def test_a_proof_is_a_tree_that_leads_to_a_tuple() -> None:
    app = await make_application()

    explained = await ask("Explain", app.admin, input=app.question(app.ann, "edit"))

    assert (explained["answer"]["allowed"], explained["missing"]) == (True, [])
    assert outline(explained["nodes"]) == [
        (0, "PERMISSION", "ALLOWED"),
        (1, "RELATION", "ALLOWED"),
        (2, "DIRECT", "ALLOWED"),
        (3, "TUPLE", "ALLOWED"),
    ]
    key = app.full(f"document:1#owner@user:{app.ann.id}")
    assert [node["tuple"] and node["tuple"]["text"] for node in explained["nodes"]] == [None, None, None, key]
    assert explained["nodes"][3]["tuple"]["subject"]["node"]["email"] == "ann@example.com"


async def test_a_denial_names_the_nearest_missing_tuple() -> None:
    app = await make_application()

    explained = await ask("Explain", app.manager, input=app.question(app.ben, "edit"))

    assert explained["answer"]["decision"] == "DENIED"
    assert {node["decision"] for node in explained["nodes"]} == {"DENIED"}
    assert [key["text"] for key in explained["missing"]] == [app.full(f"document:1#owner@user:{app.ben.id}")]


async def test_a_proof_shows_what_was_excluded() -> None:
    app = await make_application()
    await app.write(f"document:1#banned@user:{app.ben.id}")

    explained = await ask("Explain", app.manager, input=app.question(app.ben, "read"))

    kinds = [node["kind"] for node in explained["nodes"]]
    assert (explained["answer"]["decision"], "EXCLUSION" in kinds, explained["missing"]) == ("DENIED", True, [])
    outline(explained["nodes"])


async def test_a_proof_that_is_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def give_up(*arguments: object) -> None:
        raise WorkExceeded

    app = await make_application()
    monkeypatch.setattr(proofs, "_follow", give_up)

    explained = await ask("Explain", app.manager, input=app.question(app.ben, "read"))

    assert explained["answer"]["allowed"]
    assert outline(explained["nodes"]) == [(0, "CUT", "ALLOWED")]
    assert explained["nodes"][0]["problem"] == WorkExceeded().message


async def test_a_relation_is_expanded_one_level_deep() -> None:
    app = await make_application()
    await app.write("document:1#parent@folder:a", "document:1#viewer@group:g#member")

    tree = await ask("Expand", app.manager, entity=app.entity("document:1"), relation="viewer")

    union, direct, owner, arrow = tree["nodes"]
    assert outline(tree["nodes"]) == [(0, "UNION", ""), (1, "DIRECT", ""), (1, "COMPUTED", ""), (1, "ARROW", "")]
    assert (union["tuples"], union["usersets"], owner["tuples"]) == ([], [], [])
    assert {key["text"] for key in direct["tuples"]} == {
        app.full("document:1#viewer@group:g#member"),
        app.full(f"document:1#viewer@user:{app.ben.id}"),
    }
    assert [(each["type"], each["id"], each["relation"]) for each in owner["usersets"]] == [
        (app.type("document"), "1", "owner")
    ]
    assert [(each["type"], each["id"], each["relation"]) for each in arrow["usersets"]] == [
        (app.type("folder"), "a", "viewer")
    ]
    assert [key["text"] for key in arrow["tuples"]] == [app.full("document:1#parent@folder:a")]
    assert not any(node["isCut"] for node in tree["nodes"])


async def test_expanding_needs_the_permission_and_a_relation() -> None:
    app = await make_application()
    entity = app.entity("document:1")

    assert await refused("Expand", NOBODY, entity=entity, relation="viewer") == UNAUTHENTICATED
    assert await refused("Expand", as_user(app.ann), entity=entity, relation="viewer") == FORBIDDEN
    for actor in (app.admin, app.manager):
        await ask("Expand", actor, entity=entity, relation="viewer")
        assert await refused("Expand", actor, entity=entity, relation="read") == (
            "BAD_USER_INPUT",
            "authz_action_unknown",
        )
    strange = app.entity("document:\0")
    assert await refused("Expand", app.admin, entity=strange, relation="viewer") == (
        "BAD_USER_INPUT",
        "authz_identifier_invalid",
    )


async def test_a_tree_is_read_at_the_asked_revision() -> None:
    app = await make_application()
    entity = app.entity("document:1")
    before = await ask("Expand", app.manager, entity=entity, relation="owner")
    await app.write("document:1#owner@user:carl")

    old = await ask(
        "Expand",
        app.manager,
        entity=entity,
        relation="owner",
        consistency={"mode": "AT_EXACT_SNAPSHOT", "token": before["checkedAt"]},
    )
    new = await ask("Expand", app.manager, entity=entity, relation="owner")

    assert old == before
    assert (len(old["nodes"][0]["tuples"]), len(new["nodes"][0]["tuples"])) == (1, 2)


async def test_a_tuple_that_the_model_takes_with_a_condition_only_is_missing_with_it() -> None:
    app = await make_application()
    source = SOURCE.replace("define owner: [user, apikey, client]", "define owner: [user with in_office, client]")
    await app.end(f"document:1#owner@user:{app.ann.id}")
    await commit(save_model(SYSTEM, ModelDraft(app.client_id, source)))

    explained = await ask("Explain", app.manager, input=app.question(app.ann, "edit"))

    key = app.full(f"document:1#owner@user:{app.ann.id}")
    assert (explained["answer"]["decision"], explained["missing"]) == ("DENIED", [])
    assert [(each["key"]["text"], each["condition"]) for each in explained["missingConditioned"]] == [
        (key, "in_office")
    ]
