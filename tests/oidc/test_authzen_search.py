"""AuthZEN's searches: what they return would be permitted, page by page."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service.bypasses import flush_bypasses
from app.authz.service.follower import following
from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.live import EVALUATION, WITH_API, Asker, let_manage, let_read, make_asker
from tests.oidc.support import Party, make_party
from tests.support import commit, counted_statements, deciding, make_user, read_audit, read_everything

SUBJECT, RESOURCE, ACTION = (f"/access/v1/search/{kind}" for kind in ("subject", "resource", "action"))
READ = {"name": "read"}
DOCUMENT = {"type": "document", "id": "1"}


@pytest.fixture
async def asker(party: Party, session: Session, user: User) -> Asker:
    return await make_asker(party, user)


@pytest.fixture
async def manager(browser: httpx.AsyncClient, session: Session, user: User) -> Asker:
    """Somebody who manages access of the client."""
    party = await make_party(browser, scopes=tuple(WITH_API.split()))
    asker = await make_asker(party, user, scope=WITH_API)
    await let_manage(party, user.id)
    return asker


async def search(asker: Asker, path: str, **request: Any) -> dict[str, Any]:
    answer = await asker.post(path, request)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def search_all(asker: Asker, path: str, limit: int, **request: Any) -> list[list[Any]]:
    """Every page; the limit is only in the first request."""
    found = await search(asker, path, **request, page={"limit": limit})
    pages = [found["results"]]
    while token := found["page"]["next_token"]:
        found = await search(asker, path, **request, page={"token": token})
        pages.append(found["results"])
    return pages


async def test_8_4_the_subjects_who_may_are_found_with_the_type_that_was_asked_for(manager: Asker) -> None:
    bob = await make_user("bob@example.com")
    await let_read(manager.party, bob.id, "1")

    found = await search(manager, SUBJECT, subject={"type": "user", "id": "ignored"}, action=READ, resource=DOCUMENT)

    ids = sorted([manager.user.id, bob.id])
    assert found == {"page": {"next_token": "", "count": 2}, "results": [{"type": "user", "id": each} for each in ids]}


async def test_8_1_what_groups_and_folders_give_is_found_too(manager: Asker) -> None:
    client, carol = manager.party.client.id, await make_user("carol@example.com")
    keys = [
        TupleKey(f"{client}:group", "eng", "member", "user", carol.id),
        TupleKey(f"{client}:folder", "plans", "viewer", f"{client}:group", "eng", "member"),
        TupleKey(f"{client}:document", "deep", "parent", f"{client}:folder", "plans"),
    ]
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, keys)))))
    deep = {"type": "document", "id": "deep"}

    subjects = await search(manager, SUBJECT, subject={"type": "user"}, action=READ, resource=deep)
    resources = await search(
        manager, RESOURCE, subject={"type": "user", "id": carol.id}, action=READ, resource={"type": "document"}
    )

    assert subjects["results"] == [{"type": "user", "id": carol.id}]
    assert resources["results"] == [deep]


async def test_8_5_resources_that_one_may_are_found_without_any_permission(asker: Asker) -> None:
    found = await search(
        asker, RESOURCE, subject=asker.subject, action=READ, resource={"type": "document", "id": "ignored"}
    )

    # What needs more context to be decided would not be permitted now.
    assert found["results"] == [{"type": "document", "id": each} for each in ("0", "1", "2")]


async def test_8_1_every_result_is_permitted_with_the_same_context(asker: Asker) -> None:
    context = {"hour": 22}
    found = await search(
        asker, RESOURCE, subject=asker.subject, action=READ, resource={"type": "document"}, context=context
    )
    actions = await search(
        asker, ACTION, subject=asker.subject, resource={"type": "document", "id": "night"}, context=context
    )

    assert [each["id"] for each in found["results"]] == ["0", "1", "2", "night"]
    assert actions["results"] == [{"name": "read"}, {"name": "share"}, {"name": "sign"}]
    questions = [(each["id"], "read") for each in found["results"]] + [("night", "share"), ("night", "sign")]
    for name, action in questions:
        answer = await asker.post(EVALUATION, asker.request(name, action, context=context))
        assert answer.json() == {"decision": True}


async def test_8_6_actions_that_one_may_are_found(asker: Asker) -> None:
    found = await search(asker, ACTION, subject=asker.subject, resource=DOCUMENT)

    assert found == {"page": {"next_token": "", "count": 1}, "results": [{"name": "read"}]}


async def test_8_2_pages_go_on_until_the_token_is_empty(manager: Asker) -> None:
    people = [await make_user(f"p{n}@example.com") for n in range(3)]
    for each in people:
        await let_read(manager.party, each.id, "1")
    document = {"type": "document"}
    night = {"type": "document", "id": "night"}

    subjects = await search_all(manager, SUBJECT, 3, subject={"type": "user"}, action=READ, resource=DOCUMENT)
    resources = await search_all(manager, RESOURCE, 2, subject=manager.subject, action=READ, resource=document)
    actions = await search_all(manager, ACTION, 1, subject=manager.subject, resource=night, context={"hour": 22})

    assert [len(each) for each in subjects] == [3, 1]
    ids = sorted([manager.user.id, *(each.id for each in people)])
    assert [each for page in subjects for each in page] == [{"type": "user", "id": each} for each in ids]
    assert [[each["id"] for each in page] for page in resources] == [["0", "1"], ["2"]]
    assert actions == [[{"name": "read"}], [{"name": "share"}], [{"name": "sign"}]]


async def test_8_2_1_a_limit_of_nothing_gives_nothing_and_says_that_there_is_more(asker: Asker) -> None:
    request = {"subject": asker.subject, "action": READ, "resource": {"type": "document"}}

    found = await search(asker, RESOURCE, **request, page={"limit": 0})

    assert (found["results"], found["page"]["count"]) == ([], 0)
    assert found["page"]["next_token"] != ""


async def test_8_2_1_a_limit_may_be_larger_than_any_page(asker: Asker) -> None:
    request = {"subject": asker.subject, "action": READ, "resource": {"type": "document"}}

    found = await search(asker, RESOURCE, **request, page={"limit": 10**9, "properties": {"sort": "id"}})

    assert len(found["results"]) == 3


async def test_8_2_a_token_is_good_for_the_search_that_it_came_from_only(asker: Asker) -> None:
    request = {"subject": asker.subject, "action": READ, "resource": {"type": "document"}}
    token = (await search(asker, RESOURCE, **request, page={"limit": 1}))["page"]["next_token"]
    forged = b64url(b'[1,"forged","x"]')

    answers = [
        await asker.post(RESOURCE, {**request, "action": {"name": "sign"}, "page": {"token": token}}),
        await asker.post(RESOURCE, {**request, "context": {"hour": 1}, "page": {"token": token}}),
        await asker.post(RESOURCE, {**request, "page": {"token": token, "limit": 2}}),
        await asker.post(ACTION, {**request, "resource": DOCUMENT, "page": {"token": token}}),
        await asker.post(RESOURCE, {**request, "page": {"token": forged}}),
        await asker.post(RESOURCE, {**request, "page": {"token": "%%%"}}),
        await asker.post(RESOURCE, {**request, "page": {"token": "x" * 5_000}}),
        await asker.post(RESOURCE, {**request, "page": {"token": 7}}),
    ]

    assert [(each.status_code, each.json()["error"]) for each in answers] == [(400, "oidc_page_invalid")] * 8
    same = await search(asker, RESOURCE, **request, page={"token": token, "limit": 1})
    assert [each["id"] for each in same["results"]] == ["1"]


def make_requests(asker: Asker) -> list[tuple[str, dict[str, Any]]]:
    return [
        (RESOURCE, {"subject": asker.subject, "action": READ, "resource": {"type": "document"}}),
        (ACTION, {"subject": asker.subject, "resource": DOCUMENT}),
        (SUBJECT, {"subject": {"type": "user"}, "action": READ, "resource": DOCUMENT}),
    ]


async def test_8_names_and_answers_rest_on_one_state_of_the_tuples(manager: Asker) -> None:
    states = []
    for path, request in make_requests(manager):
        with counted_statements() as statements:
            await search(manager, path, **request)
        states.append(len([each for each in statements if "FROM authz_head" in each]))

    # Who may find subjects is read as of now.
    assert states == [1, 1, 2]


async def test_8_a_search_by_the_index_costs_no_statement_of_its_own(manager: Asker) -> None:
    async with following() as follower:
        await follower.catch_up()
        for path, request in make_requests(manager):
            with counted_statements() as statements:
                found = await search(manager, path, **request)

            assert found["results"], path
            assert not [each for each in statements if "authz_" in each], path


async def test_8_who_passes_the_models_by_leaves_a_trace(asker: Asker) -> None:
    key = TupleKey("clients", asker.party.client.id, "full_access", "user", asker.user.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))

    found = await search(asker, RESOURCE, subject=asker.subject, action=READ, resource={"type": "document"})
    actions = await search(asker, ACTION, subject=asker.subject, resource=DOCUMENT)

    assert found["results"] == [{"type": "document", "id": "*"}]
    assert len(actions["results"]) == 3
    assert await flush_bypasses() == 1
    (event,) = (each for each in await read_audit() if each.action == "authz.bypassed")
    assert event.after
    assert (event.about_user_id, event.after["count"]) == (asker.user.id, 4)


@pytest.mark.parametrize("page", [[], {"limit": -1}, {"limit": "1"}, {"limit": True}, {"limit": 1.5}])
async def test_8_2_1_a_page_that_is_none_is_a_bad_request(page: Any, asker: Asker) -> None:
    answer = await asker.post(
        RESOURCE, {"subject": asker.subject, "action": READ, "resource": {"type": "document"}, "page": page}
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_invalid")


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (SUBJECT, {"action": None}),
        (SUBJECT, {"resource": {"type": "document"}}),
        (SUBJECT, {"subject": {}}),
        (RESOURCE, {"subject": None}),
        (RESOURCE, {"subject": {"type": "user"}}),
        (RESOURCE, {"resource": {"id": "1"}}),
        (RESOURCE, {"action": {"name": ""}}),
        (ACTION, {"resource": None}),
        (ACTION, {"resource": {"type": "document"}}),
        (ACTION, {"subject": "usr_x"}),
    ],
)
async def test_10_1_2_a_search_that_is_no_question_is_a_bad_request(
    path: str, change: dict[str, Any], manager: Asker
) -> None:
    request = {**manager.request(), **change}

    answer = await manager.post(path, {name: value for name, value in request.items() if value is not None})

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_invalid")


async def test_certification_4_6_what_nobody_knows_matches_nothing(manager: Asker) -> None:
    nobody = {"type": "user", "id": "nonexistent-user"}
    empty = {"page": {"next_token": "", "count": 0}, "results": []}

    assert await search(manager, ACTION, subject=nobody, resource=DOCUMENT) == empty
    assert await search(manager, RESOURCE, subject=nobody, action=READ, resource={"type": "document"}) == empty
    assert await search(manager, SUBJECT, subject={"type": "spaceship"}, action=READ, resource=DOCUMENT) == empty
    assert await search(manager, SUBJECT, subject={"type": "user"}, action={"name": "fly"}, resource=DOCUMENT) == empty
    assert await search(manager, RESOURCE, subject=manager.subject, action=READ, resource={"type": "ship"}) == empty
    assert await search(manager, ACTION, subject=manager.subject, resource={"type": "ship", "id": "1"}) == empty


async def test_about_others_it_takes_manage_access_on_the_client(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    asker = await make_asker(await make_party(browser, scopes=tuple(WITH_API.split())), user, scope=WITH_API)
    other = {"type": "user", "id": "usr_bob"}
    asked = [
        (SUBJECT, {"subject": {"type": "user"}, "action": READ, "resource": DOCUMENT}),
        (RESOURCE, {"subject": other, "action": READ, "resource": {"type": "document"}}),
        (ACTION, {"subject": other, "resource": DOCUMENT}),
    ]
    before = await read_everything()

    nobody = [await browser.post(path, json=body) for path, body in asked]
    plain = [await asker.post(path, body) for path, body in asked]
    with deciding(**{user.id: {"platform.manage_platform", "clients.view"}}):
        lacking = [await asker.post(path, body) for path, body in asked]
    with deciding(**{user.id: {"clients.manage_access"}}):
        allowed = [await asker.post(path, body) for path, body in asked]

    assert [each.status_code for each in nobody] == [401] * 3
    assert [(each.status_code, each.json()["error"]) for each in (*plain, *lacking)] == [
        (403, "kit_permission_missing")
    ] * 6
    assert [each.status_code for each in allowed] == [200] * 3
    after = await read_everything()
    assert {name for name in before if before[name] != after[name]} <= {"events_audit", "events_denial"}


async def test_an_application_without_the_scope_cannot_search_for_others(asker: Asker) -> None:
    await let_manage(asker.party, asker.user.id)

    answer = await asker.post(SUBJECT, {"subject": {"type": "user"}, "action": READ, "resource": DOCUMENT})

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


async def test_a_search_that_is_nested_too_deeply_is_a_bad_request(manager: Asker) -> None:
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}

    answer = await manager.post(RESOURCE, {**manager.request(), "resource": {"type": "document"}, "context": deep})

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_invalid")
