"""Lists of what a subject can reach and of who can reach an entity, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from app.authz.service.follower import following
from tests.authz.graph.application import FORBIDDEN, UNAUTHENTICATED, Application, ask, make_application, refused
from tests.graph.support import NOBODY
from tests.support import as_user


async def list_ids(app: Application, **variables: Any) -> list[str]:
    found = await ask("ListObjects", as_user(app.ben), action="read", type=app.type("document"), **variables)
    return [each["entity"]["id"] for each in found["nodes"]]


async def test_one_lists_what_one_can_do_oneself() -> None:
    app = await make_application()
    await app.write(*(f"document:{n}#viewer@user:{app.ben.id}" for n in range(2, 5)))

    listed = await ask("ListObjects", as_user(app.ben), action="read", type=app.type("document"))

    assert [(each["entity"]["id"], each["isDecided"]) for each in listed["nodes"]] == [(n, True) for n in "1234"]
    assert {each["entity"]["type"] for each in listed["nodes"]} == {app.type("document")}
    assert listed["totalCount"] == 4
    at = {"mode": "AT_EXACT_SNAPSHOT", "token": listed["checkedAt"]}
    await app.write(f"document:5#viewer@user:{app.ben.id}")
    assert await list_ids(app, consistency=at) == ["1", "2", "3", "4"]
    assert await list_ids(app) == ["1", "2", "3", "4", "5"]


async def test_lists_come_in_pages_in_both_directions() -> None:
    app = await make_application()
    await app.write(*(f"document:{n}#viewer@user:{app.ben.id}" for n in range(2, 6)))
    variables = {"action": "read", "type": app.type("document")}

    first = await ask("ListObjects", as_user(app.ben), first=2, **variables)
    second = await ask("ListObjects", as_user(app.ben), first=2, after=first["pageInfo"]["endCursor"], **variables)
    last = await ask("ListObjects", as_user(app.ben), last=2, **variables)
    before = await ask("ListObjects", as_user(app.ben), last=2, before=last["pageInfo"]["startCursor"], **variables)

    pages = [[each["entity"]["id"] for each in page["nodes"]] for page in (first, second, last, before)]
    assert pages == [["1", "2"], ["3", "4"], ["4", "5"], ["2", "3"]]
    assert [page["totalCount"] for page in (first, second, last, before)] == [5] * 4
    assert (first["pageInfo"]["hasNextPage"], last["pageInfo"]["hasNextPage"]) == (True, False)


async def test_what_a_condition_decides_is_flagged() -> None:
    app = await make_application()
    await app.write(f"document:2#viewer@user:{app.ben.id}", condition="in_office")
    variables = {"action": "read", "type": app.type("document")}

    open_list = await ask("ListObjects", as_user(app.ben), **variables)
    inside = await ask("ListObjects", as_user(app.ben), context={"ip": "10.0.0.1"}, **variables)

    assert [(each["entity"]["id"], each["isDecided"]) for each in open_list["nodes"]] == [("1", True), ("2", False)]
    assert [each["isDecided"] for each in inside["nodes"]] == [True, True]
    assert await list_ids(app, context={"ip": "192.0.2.1"}) == ["1"]


async def test_what_if_needs_the_permission_in_lists_too() -> None:
    app = await make_application()
    extra = [app.key(f"document:7#viewer@user:{app.ben.id}")]
    variables = {"action": "read", "type": app.type("document"), "contextualTuples": extra}
    other = app.subject(f"user:{app.ben.id}")

    listed = await ask("ListObjects", app.manager, subject=other, **variables)

    assert [each["entity"]["id"] for each in listed["nodes"]] == ["1", "7"]
    assert [each["entity"]["id"] for each in (await ask("ListObjects", app.manager, **variables))["nodes"]] == []
    for subject in (None, other):
        assert await refused("ListObjects", as_user(app.ben), subject=subject, **variables) == FORBIDDEN
        assert await refused("ListObjects", as_user(app.ann), subject=other, **variables) == FORBIDDEN
    assert await refused("ListObjects", NOBODY, subject=other, **variables) == UNAUTHENTICATED
    assert await list_ids(app, contextualTuples=[]) == ["1"]


async def test_a_supposed_membership_does_not_tell_what_a_group_can_do() -> None:
    app = await make_application()
    await app.write("document:9#viewer@group:board#member")
    extra = [app.key(f"group:board#member@user:{app.ben.id}")]
    variables = {"action": "read", "type": app.type("document")}

    assert await refused("ListObjects", as_user(app.ben), contextualTuples=extra, **variables) == FORBIDDEN


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"action": "fly"}, ("BAD_USER_INPUT", "authz_action_unknown")),
        ({"type": "nothing"}, ("BAD_USER_INPUT", "authz_type_unknown")),
        ({"first": 0}, ("LIMIT_REACHED", "kit_page_size")),
        ({"first": 101}, ("LIMIT_REACHED", "kit_page_size")),
        ({"after": "nonsense"}, ("BAD_USER_INPUT", "kit_cursor")),
        ({"context": "no"}, ("BAD_USER_INPUT", "authz_context_invalid")),
        ({"consistency": {"mode": "AT_EXACT_SNAPSHOT"}}, ("BAD_USER_INPUT", "authz_token_invalid")),
    ],
)
async def test_a_list_that_means_nothing_is_refused(variables: dict[str, Any], expected: tuple[str, str]) -> None:
    app = await make_application()

    given = {"action": "read", "type": app.type("document"), **variables}

    assert await refused("ListObjects", app.admin, **given) == expected


async def test_who_can_do_something_and_how() -> None:
    app = await make_application()
    await app.write("document:1#viewer@group:g#member", f"group:g#member@user:{app.manager.id}")
    variables = {"entity": app.entity("document:1"), "action": "read"}

    users = await ask("ListSubjects", app.manager, type="user", **variables)
    groups = await ask("ListSubjects", app.manager, type="group", relation="member", **variables)

    found = {each["subject"]["id"]: [key["text"] for key in each["way"]] for each in users["nodes"]}
    assert found == {
        app.ann.id: [app.full(f"document:1#owner@user:{app.ann.id}")],
        app.ben.id: [app.full(f"document:1#viewer@user:{app.ben.id}")],
        app.manager.id: [app.full("document:1#viewer@group:g#member"), f"group:g#member@user:{app.manager.id}"],
    }
    assert users["totalCount"] == 3
    assert [(each["subject"]["id"], each["subject"]["relation"]) for each in groups["nodes"]] == [("g", "member")]
    # A client's manager does not see users: the reference stays, the account is hidden.
    assert [each["subject"]["node"] for each in users["nodes"]].count(None) == 2


async def test_more_subjects_than_a_search_may_touch_come_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    app = await make_application()
    await app.write(*(f"document:5#owner@user:{each.id}" for each in (app.ann, app.ben, app.manager)))
    await app.write("document:5#owner@apikey:key_1", "document:5#owner@apikey:key_2")
    monkeypatch.setattr("app.authz.engine.subjects.MAX_FOUND", 4)
    whole = sorted(each.id for each in (app.ann, app.ben, app.manager))
    about = {"entity": app.entity("document:5"), "action": "edit"}
    variables = {**about, "type": "user"}

    async with following() as follower:
        await follower.catch_up()
        first = await ask("ListSubjects", app.admin, first=2, **variables)
        second = await ask("ListSubjects", app.admin, first=2, after=first["pageInfo"]["endCursor"], **variables)
        last = await ask("ListSubjects", app.admin, last=1, **variables)
        before = await ask("ListSubjects", app.admin, last=2, before=last["pageInfo"]["startCursor"], **variables)
        everybody = await ask("WhoCan", app.admin, first=1, **about)
        await app.write("document:5#owner@user:zoe")
        await follower.catch_up()
        written = await ask("ListSubjects", app.admin, last=1, **variables)

    pages = [[each["subject"]["id"] for each in page["nodes"]] for page in (first, second, last, before)]
    assert pages == [whole[:2], whole[2:], whole[2:], whole[:2]]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, last, before)] == [True, False, False, True]
    assert [page["totalCount"] for page in (first, second, last, before)] == [3] * 4
    assert [key["text"] for key in last["nodes"][0]["way"]] == [app.full(f"document:5#owner@user:{whole[2]}")]
    counts = {name: everybody[name]["totalCount"] for name in ("users", "groups", "apiKeys", "clients")}
    assert counts == {"users": 3, "groups": 0, "apiKeys": 2, "clients": 0}
    assert [each["subject"]["id"] for each in everybody["apiKeys"]["nodes"]] == ["key_1"]
    assert ([each["subject"]["id"] for each in written["nodes"]], written["totalCount"]) == (["zoe"], 4)


async def test_everybody_who_can_comes_in_groups() -> None:
    app = await make_application()
    await app.write(
        "document:1#viewer@group:g#member",
        f"group:g#member@user:{app.manager.id}",
        "document:1#owner@apikey:key_1",
        f"document:1#owner@client:{app.client_id}",
    )

    found = await ask("WhoCan", app.admin, entity=app.entity("document:1"), action="read", first=2)

    counts = {name: found[name]["totalCount"] for name in ("users", "groups", "apiKeys", "clients")}
    assert counts == {"users": 3, "groups": 1, "apiKeys": 1, "clients": 1}
    assert len(found["users"]["nodes"]) == 2
    (client,) = found["clients"]["nodes"]
    assert client["subject"]["node"] == {"__typename": "Client", "id": app.client_id, "clientName": "Papers"}


@pytest.mark.parametrize("name", ["ListSubjects", "WhoCan"])
async def test_only_who_manages_access_learns_who_can(name: str) -> None:
    app = await make_application()
    variables = {"entity": app.entity("document:1"), "action": "read"}
    if name == "ListSubjects":
        variables["type"] = "user"

    for actor in (app.admin, app.manager):
        await ask(name, actor, **variables)
    assert await refused(name, as_user(app.ann), **variables) == FORBIDDEN
    assert await refused(name, NOBODY, **variables) == UNAUTHENTICATED
    assert await refused(name, app.manager, **{**variables, "entity": {"type": "users", "id": "*"}}) == FORBIDDEN
    assert await refused(name, app.admin, **{**variables, "action": "fly"}) == (
        "BAD_USER_INPUT",
        "authz_action_unknown",
    )


async def test_only_who_manages_access_lists_for_others() -> None:
    app = await make_application()
    variables = {"action": "read", "type": app.type("document"), "subject": app.subject(f"user:{app.ben.id}")}

    for actor in (app.admin, app.manager, as_user(app.ben)):
        assert (await ask("ListObjects", actor, **variables))["totalCount"] == 1
    assert await refused("ListObjects", as_user(app.ann), **variables) == FORBIDDEN
    assert await refused("ListObjects", NOBODY, **variables) == UNAUTHENTICATED
    del variables["subject"]
    assert await refused("ListObjects", NOBODY, **variables) == UNAUTHENTICATED
