"""Tuples through the API: written, listed, found by id, deleted; by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.kit import clock
from tests.authz.graph.application import FORBIDDEN, UNAUTHENTICATED, Application, ask, make_application, refused
from tests.graph.support import NOBODY, execute, read, refusal
from tests.support import as_user, read_everything

NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Tuple { relation } } }"


async def texts(app: Application, **wanted: Any) -> list[str]:
    """Entity, relation and subject of the tuples that a filter means."""
    found = await ask("Tuples", app.admin, filter={"entityType": app.type("document"), **wanted}, first=100)
    return [f"{each['entity']['id']}#{each['relation']}@{each['subject']['id']}" for each in found["nodes"]]


async def test_a_manager_writes_tuples_and_reads_them() -> None:
    app = await make_application()
    ends = clock.now().replace(microsecond=0) + timedelta(days=1)
    new = {
        **app.key("document:2#viewer@user:carl"),
        "condition": {"name": "in_office", "context": {"ip": "10.0.0.1"}},
        "expiresAt": ends.isoformat(),
    }

    written = await ask("TuplesWrite", app.manager, input={"writes": [new], "reason": "a test"})

    assert [key["text"] for key in written["created"]] == [app.full("document:2#viewer@user:carl")]
    assert (written["changed"], written["deleted"], written["isRepeat"], written["errors"]) == ([], [], False, [])
    filter_ = {"entityType": app.type("document"), "entityId": "2"}
    (found,) = (await ask("Tuples", app.manager, filter=filter_))["nodes"]
    assert found["condition"] == {"name": "in_office", "context": {"ip": "10.0.0.1"}}
    assert (found["startsAt"], found["expiresAt"]) == (None, ends.isoformat().replace("+00:00", "Z"))
    assert (found["createdRevision"], found["reason"]) == (written["revision"], "a test")
    assert found["writtenBy"]["id"] == app.manager.id
    assert found["writtenBy"]["node"]["email"] == "manager@example.com"
    assert found["entity"] == {"type": app.type("document"), "id": "2", "node": None}


async def test_all_changes_of_a_write_happen_together() -> None:
    app = await make_application()
    await app.write("document:1#viewer@user:old", "document:1#viewer@user:kept")
    given = {
        "writes": [app.key("document:1#viewer@user:kept"), app.key("document:1#viewer@user:new")],
        "creates": [app.key("document:3#owner@user:new")],
        "deletes": [app.key(f"document:1#owner@user:{app.ann.id}")],
        "replace": [{"entity": app.entity("document:1"), "relation": "viewer"}],
        "mustExist": [app.key("document:1#viewer@user:old")],
        "mustNotExist": [app.key("document:3#viewer@user:new")],
    }

    preview = await ask("TuplesWrite", app.manager, input={**given, "dryRun": True})
    assert len(await texts(app)) == 4
    written = await ask("TuplesWrite", app.manager, input=given)

    assert {**preview, "revision": "", "token": ""} == {**written, "revision": "", "token": ""}
    assert sorted(await texts(app)) == ["1#viewer@kept", "1#viewer@new", "3#owner@new"]


@pytest.mark.parametrize(
    ("given", "expected", "path"),
    [
        ({"writes": ["document:1#viewer@group:g"]}, "INVALID authz_subject_not_allowed", ["writes", "0", "subject"]),
        ({"writes": ["document:1#nothing@user:a"]}, "INVALID authz_relation_unknown", ["writes", "0", "relation"]),
        ({"creates": ["nothing:1#owner@user:a"]}, "INVALID authz_tuple_type_unknown", ["creates", "0", "entity"]),
        ({"deletes": ["nothing:1#owner@user:a"]}, "INVALID authz_tuple_type_unknown", ["deletes", "0", "entity"]),
        ({"mustExist": ["document:1#viewer@user:a"]}, "CONFLICT authz_tuple_missing", ["mustExist", "0"]),
        ({"creates": ["document:1#owner@user:ann"]}, "CONFLICT authz_tuple_exists", ["creates", "0"]),
        ({"writes": ["document:9#viewer@user:a b"]}, "INVALID authz_tuple_invalid", ["writes", "0", "subject"]),
        ({}, "LIMIT_REACHED authz_write_limit", ["writes"]),
    ],
)
async def test_what_can_be_mended_is_told_with_its_cause_and_place(
    given: dict[str, list[str]], expected: str, path: list[str]
) -> None:
    app = await make_application()
    await app.write("document:1#owner@user:ann")
    before = await read_everything()

    payload = await ask(
        "TuplesWrite", app.manager, input={name: [app.key(text) for text in keys] for name, keys in given.items()}
    )

    told = [(f"{error['code']} {error['reason']}", error["field"]) for error in payload["errors"]]
    assert told == [(expected, path)]
    assert payload["token"] is payload["created"] is None
    assert await read_everything() == before


async def test_everything_that_is_wrong_is_told_at_once() -> None:
    app = await make_application()
    bad = {**app.key("document:9#viewer@user:a"), "condition": {"name": "nothing"}}

    payload = await ask("TuplesWrite", app.manager, input={"writes": [bad, app.key("document:9#x@user:a")]})

    assert [error["field"] for error in payload["errors"]] == [
        ["writes", "0", "condition"],
        ["writes", "1", "relation"],
    ]


async def test_who_does_not_exist_is_told_with_the_place_where_it_is_named() -> None:
    app = await make_application()
    before = await read_everything()
    role, viewer = app.key("users:*#viewer@user:nobody"), app.key("document:2#viewer@user:nobody")

    about = await ask("TuplesWrite", app.admin, input={"writes": [viewer, app.key("clients:x#viewer@user:nobody")]})
    wanted = await ask("TuplesWrite", app.manager, input={"creates": [viewer], "subjectsMustExist": True})
    roles = await ask("TuplesWrite", app.admin, input={"writes": [role], "dryRun": True})

    told = [[(each["reason"], each["field"]) for each in payload["errors"]] for payload in (about, wanted, roles)]
    assert told == [
        [("authz_entity_unknown", ["writes", "1", "entity"]), ("authz_subject_unknown", ["writes", "1", "subject"])],
        [("authz_subject_unknown", ["creates", "0", "subject"])],
        [("authz_subject_unknown", ["writes", "0", "subject"])],
    ]
    assert await read_everything() == before


async def test_the_same_write_under_a_key_happens_once() -> None:
    app = await make_application()
    given = {"creates": [app.key("document:1#viewer@user:carl")], "idempotencyKey": "once"}

    first = await ask("TuplesWrite", app.manager, input=given)
    again = await ask("TuplesWrite", app.manager, input=given)
    other = await ask("TuplesWrite", app.manager, input={**given, "reason": "else"})

    assert again == {**first, "isRepeat": True}
    assert [(error["code"], error["field"]) for error in other["errors"]] == [("CONFLICT", ["idempotencyKey"])]


@pytest.mark.parametrize("size", [0, 201])
@pytest.mark.parametrize("is_dry", [False, True], ids=["real", "dry"])
async def test_a_key_has_the_size_that_keys_have_everywhere(*, size: int, is_dry: bool) -> None:
    app = await make_application()
    given = {"creates": [app.key("document:1#viewer@user:carl")], "idempotencyKey": "k" * size, "dryRun": is_dry}
    before = await read_everything()

    payload = await ask("TuplesWrite", app.manager, input=given)

    assert payload["revision"] is None
    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("INVALID", ["idempotencyKey"])]
    assert await read_everything() == before


async def test_only_who_manages_access_writes_and_deletes() -> None:
    app = await make_application()
    write = {"writes": [app.key("document:1#viewer@user:carl")]}
    delete = {"filter": {"entityType": app.type("document")}}
    foreign = {"entityType": "cli_other:document"}
    before = await read_everything()

    for name, given in (("TuplesWrite", write), ("TuplesDelete", delete)):
        assert await refused(name, NOBODY, input=given) == UNAUTHENTICATED
        assert await refused(name, as_user(app.ann), input=given) == FORBIDDEN
    assert await refused("TuplesDelete", app.manager, input={"filter": foreign}) == FORBIDDEN
    about = {"subjectType": "user", "subjectId": app.ben.id}
    assert await refused("TuplesDelete", app.manager, input={"filter": about}) == FORBIDDEN
    platform = {"writes": [app.key(f"platform:*#super_admin@user:{app.manager.id}")]}
    assert await refused("TuplesWrite", app.manager, input=platform) == FORBIDDEN
    after = await read_everything()
    assert {name for name in before if before[name] != after[name]} == set()


async def test_a_write_of_nothing_is_for_those_who_are_signed_in_too() -> None:
    assert await refused("TuplesWrite", NOBODY, input={}) == UNAUTHENTICATED


async def test_a_filter_deletes_what_it_means() -> None:
    app = await make_application()
    await app.write(*(f"document:{n}#viewer@user:carl" for n in range(5)))
    wanted = {"entityType": app.type("document"), "subjectType": "user", "subjectId": "carl"}

    counted = await ask("TuplesDelete", app.manager, input={"filter": wanted, "dryRun": True})
    deleted = await ask("TuplesDelete", app.manager, input={"filter": wanted, "reason": "left"})
    wide = await ask("TuplesDelete", app.admin, input={"filter": {}})

    assert (counted["deletedCount"], counted["hasMore"], deleted["deletedCount"]) == (5, False, 5)
    assert await texts(app, subjectId="carl") == []
    assert len(await texts(app)) == 2
    assert [(error["code"], error["field"]) for error in wide["errors"]] == [("INVALID", ["filter"])]


async def test_lists_are_filtered_and_paged() -> None:
    app = await make_application()
    await app.write(*(f"document:{n}#viewer@user:carl" for n in range(5)), "document:1#viewer@group:g#member")

    assert await texts(app, entityId="1", subjectType="group", subjectRelation="member") == ["1#viewer@g"]
    assert await texts(app, relation="owner") == [f"1#owner@{app.ann.id}"]
    assert await texts(app, subjectRelation="", entityId="3") == ["3#viewer@carl"]
    wanted = {"entityType": app.type("document"), "subjectId": "carl"}
    first = await ask("Tuples", app.manager, filter=wanted, first=3)
    rest = await ask("Tuples", app.manager, filter=wanted, first=3, after=first["pageInfo"]["endCursor"])
    assert [len(page["nodes"]) for page in (first, rest)] == [3, 2]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (5, True, False)


async def test_who_may_list_tuples() -> None:
    app = await make_application()
    own = {"subjectType": "user", "subjectId": app.ben.id, "subjectRelation": ""}

    assert len((await ask("Tuples", as_user(app.ben), filter=own))["nodes"]) == 1
    assert len((await ask("Tuples", app.admin))["nodes"]) == 4
    for wanted in (None, {"entityType": app.type("document")}, {**own, "subjectId": app.ann.id}):
        assert await refused("Tuples", as_user(app.ben), filter=wanted) == FORBIDDEN
        assert await refused("Tuples", NOBODY, filter=wanted) == UNAUTHENTICATED
    assert await refused("Tuples", app.manager) == FORBIDDEN


async def test_a_tuple_is_found_by_its_id_with_the_same_guard() -> None:
    app = await make_application()
    (found,) = (await ask("Tuples", app.admin, filter={"subjectType": "user", "subjectId": app.ben.id}))["nodes"]
    expected = {"node": {"__typename": "Tuple", "id": found["id"], "relation": "viewer"}}

    for actor in (app.admin, app.manager, as_user(app.ben)):
        assert await read(NODE, {"id": found["id"]}, actor=actor) == expected
    assert await read(NODE, {"id": found["id"]}, actor=as_user(app.ann)) == {"node": None}
    assert await refusal(NODE, {"id": found["id"]}) == UNAUTHENTICATED
    for strange in ("tup_0", "tup_", "tup_x", "tup_-1", "tup_1.5", "tup_" + "9" * 18, "tup_" + "9" * 40):
        assert await read(NODE, {"id": strange}, actor=app.admin) == {"node": None}
    await app.end(f"document:1#viewer@user:{app.ben.id}")
    assert await read(NODE, {"id": found["id"]}, actor=app.admin) == {"node": None}


async def test_the_tuples_of_users_are_edges() -> None:
    app = await make_application()

    told = await ask("UserTuples", as_user(app.ben), id=app.ben.id)

    assert told["tuples"]["totalCount"] == 1
    (found,) = told["tuples"]["nodes"]
    assert (found["entity"]["id"], found["relation"], found["subject"]["node"]["email"]) == (
        "1",
        "viewer",
        "ben@example.com",
    )
    assert (await ask("UserTuples", app.admin, id=app.ben.id))["tuples"]["totalCount"] == 1
    assert await refused("UserTuples", app.manager, id=app.ben.id) == FORBIDDEN
    assert await refused("UserTuples", NOBODY, id=app.ben.id) == UNAUTHENTICATED


async def test_the_tuples_of_clients_are_edges() -> None:
    app = await make_application()
    await app.write(f"document:1#owner@client:{app.client_id}")

    told = await ask("ClientTuples", app.admin, id=app.client_id)

    assert told["tuples"]["totalCount"] == 3
    assert [each["subject"]["type"] for each in told["tuples"]["nodes"]] == ["user", "user", "client"]
    assert [each["entity"]["id"] for each in told["grants"]["nodes"]] == ["1"]
    assert await refused("ClientTuples", as_user(app.ann), id=app.client_id) == FORBIDDEN


async def test_the_edges_of_a_manager_s_client() -> None:
    app = await make_application()
    source = """query ($type: String!) { tuples(filter: { entityType: $type }) {
      nodes { subject { node { __typename } } } } }"""

    told = await execute(source, {"type": app.type("document")}, actor=app.manager)

    assert told["data"]["tuples"]["nodes"] == [{"subject": {"node": None}}] * 2
