"""AuthZEN's evaluations: the MUSTs of OpenID Authorization API 1.0, and what its certification asks for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service.checks import check_many
from app.authz.service.follower import following
from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import Check, ConditionRef, EntityRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.kit.recall import ear, hearing
from app.kit.runtime import override
from app.oidc.live.checks import MAX_CHECKS
from app.sessions.types import Session
from app.users.types import User
from tests.authz.answers.support import save_app_of
from tests.jobs.support import until
from tests.oidc.live import CHECK, EVALUATION, EVALUATIONS, WITH_API, Asker, let_manage, let_read, make_asker
from tests.oidc.machines import make_machine
from tests.oidc.support import Party, make_party
from tests.support import SYSTEM, as_user, commit, counted_statements, deciding, make_user, read_everything

# The fixture of the certification: an archived record is for admins, a deletion has to be soft.
RECORDS = """
model
  schema 1.1
type user
type record
  relations
    define reader: [user]
    define writer: [user with open_record, user with by_admin]
    define remover: [user with is_soft]
  permissions
    define read: reader
    define write: writer
    define delete: remover
condition open_record(status: string) { status != "archived" }
condition by_admin(subject_role: string, resource_status: string) {
  subject_role == "admin" && resource_status == "archived"
}
condition is_soft(action_soft: bool) { action_soft }
"""


@pytest.fixture
async def asker(party: Party, session: Session, user: User) -> Asker:
    return await make_asker(party, user)


@pytest.fixture
async def manager(browser: httpx.AsyncClient, session: Session, user: User) -> Asker:
    return await make_asker(await make_party(browser, scopes=tuple(WITH_API.split())), user, scope=WITH_API)


async def test_6_2_a_decision_is_true_or_false_with_status_200(asker: Asker) -> None:
    allowed = await asker.post(EVALUATION, asker.request("1"))
    denied = await asker.post(EVALUATION, asker.request("9"))

    assert [(each.status_code, each.json()) for each in (allowed, denied)] == [
        (200, {"decision": True}),
        (200, {"decision": False}),
    ]
    assert allowed.headers["content-type"] == "application/json"
    assert allowed.headers["cache-control"] == "no-store"


async def test_6_1_unknown_fields_and_more_properties_are_ignored(asker: Asker) -> None:
    request = asker.request("1", foo="bar", futureField={"nested": True}, context={"ip": "192.168.1.1"})
    request["subject"] |= {"properties": {"department": "Sales"}}
    request["action"] |= {"properties": {"method": "GET"}}
    request["resource"] |= {"properties": {"status": "active"}, "extra": 1}

    assert (await asker.post(EVALUATION, request)).json() == {"decision": True}


async def test_5_properties_and_context_are_what_conditions_are_told(asker: Asker) -> None:
    def night(**fields: Any) -> dict[str, Any]:
        return {**asker.request("night", "share"), **fields}

    resource = {"type": "document", "id": "night"}
    asked = [
        night(context={"hour": 22}),
        night(context={"hour": 9}),
        night(resource={**resource, "properties": {"hour": 22}}),
        night(resource={**resource, "properties": {"hour": 22}}, context={"hour": 9}),
    ]

    decisions = [(await asker.post(EVALUATION, each)).json()["decision"] for each in asked]
    assert decisions == [True, False, True, False]


async def test_certification_1_4_properties_of_subject_resource_and_action_decide(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    party = await make_party(browser, scopes=tuple(WITH_API.split()))
    await commit(save_model(SYSTEM, ModelDraft(party.client.id, RECORDS)))
    await let_manage(party, user.id)
    asker = Asker(party, user, (await party.tokens(scope=WITH_API))["access_token"])
    alice, bob = await make_user("alice@example.com"), await make_user("bob@example.com")
    await _fill_records(party.client.id, alice.id, bob.id)

    async def decide(who: User, name: str, record: str = "record-1", **properties: dict[str, Any]) -> bool:
        entities: dict[str, Any] = {"subject": {"type": "user", "id": who.id}, "action": {"name": name}}
        entities["resource"] = {"type": "record", "id": record}
        for entity, given in properties.items():
            entities[entity]["properties"] = given
        return bool((await asker.post(EVALUATION, entities)).json()["decision"])

    archived, active = {"status": "archived"}, {"status": "active"}
    assert [await decide(alice, "read"), await decide(alice, "write", resource=active)] == [True, True]
    assert [await decide(bob, "read"), await decide(bob, "write")] == [True, False]
    assert await decide(alice, "write", "record-2", resource=archived) is False
    assert await decide(bob, "write", "record-2", subject={"role": "admin"}, resource=archived) is True
    assert await decide(alice, "delete", action={"soft": True}) is True
    assert await decide(alice, "delete", action={"soft": False}) is False


async def _fill_records(client_id: str, alice: str, bob: str) -> None:
    record = f"{client_id}:record"
    rows = [(f"record-{n}", "reader", who, None) for n in (1, 2) for who in (alice, bob)]
    rows += [(f"record-{n}", "writer", alice, "open_record") for n in (1, 2)]
    rows += [("record-2", "writer", bob, "by_admin"), ("record-1", "remover", alice, "is_soft")]
    tuples = [
        RelationTuple(TupleKey(record, name, relation, "user", who), ConditionRef(condition) if condition else None)
        for name, relation, who, condition in rows
    ]
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(tuples))))


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
@pytest.mark.parametrize(
    "change",
    [
        {"subject": None},
        {"action": None},
        {"resource": None},
        {"subject": {"id": "usr_x"}},
        {"subject": {"type": "user"}},
        {"action": {}},
        {"resource": {"id": "1"}},
        {"resource": {"type": "document"}},
        {"subject": "usr_x"},
        {"action": {"name": 123}},
        {"resource": ["document", "1"]},
        {"resource": {"type": "document", "id": "1", "properties": "many"}},
        {"context": "now"},
    ],
)
async def test_10_1_2_a_request_that_is_no_question_is_a_bad_request(
    path: str, change: dict[str, Any], asker: Asker
) -> None:
    request = {name: value for name, value in {**asker.request(), **change}.items() if value is not None}

    answer = await asker.post(path, request)

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_invalid")


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
async def test_10_1_a_body_that_is_no_json_object_is_a_bad_request(path: str, asker: Asker) -> None:
    browser, headers = asker.party.browser, asker.headers
    json = {**headers, "content-type": "application/json"}

    answers = [
        await browser.post(path, content=b"{}", headers={**headers, "content-type": "text/plain"}),
        await browser.post(path, content=b"{}", headers=headers),
        await browser.post(path, content=b'{"subject": ', headers=json),
        await browser.post(path, content=b"", headers=json),
        await browser.post(path, content=b"[]", headers=json),
    ]

    assert [each.status_code for each in answers] == [400] * 5


async def test_10_1_2_who_shows_no_proof_is_unauthorized(asker: Asker) -> None:
    browser = asker.party.browser

    nothing = await browser.post(EVALUATION, json=asker.request())
    forged = await browser.post(EVALUATION, json=asker.request(), headers={"authorization": "Bearer forged"})

    assert [(each.status_code, each.json()["error"]) for each in (nothing, forged)] == [(401, "invalid_token")] * 2


@pytest.mark.parametrize("sent", ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", 'a b;c="d" <e>', "x" * 1_024, "1"])
async def test_10_1_3_the_request_id_goes_back_as_it_came(sent: str, asker: Asker) -> None:
    answers = [
        await asker.post(EVALUATION, asker.request(), **{"x-request-id": sent}),
        await asker.post(EVALUATIONS, {}, **{"x-request-id": sent}),
        await asker.party.browser.post(EVALUATION, json={}, headers={"x-request-id": sent}),
        await asker.party.browser.get(EVALUATION, headers={"x-request-id": sent}),
    ]

    assert [each.status_code for each in answers] == [200, 400, 401, 405]
    assert [each.headers["x-request-id"] for each in answers] == [sent] * 4


async def test_10_1_3_without_a_request_id_there_is_one_of_ours(asker: Asker) -> None:
    answer = await asker.post(EVALUATION, asker.request())

    assert len(answer.headers["x-request-id"]) == 16
    assert (
        len((await asker.post(EVALUATION, asker.request(), **{"x-request-id": "x" * 1_025})).headers["x-request-id"])
        == 16
    )


async def test_7_1_2_1_all_are_answered_in_their_order(asker: Asker) -> None:
    answer = await asker.post(
        EVALUATIONS,
        {"evaluations": [asker.request("1"), asker.request("9"), asker.request("2")], "options": {"other": 1}},
    )

    assert answer.json() == {"evaluations": [{"decision": True}, {"decision": False}, {"decision": True}]}


async def test_7_1_1_what_an_evaluation_leaves_out_is_the_request_s(asker: Asker) -> None:
    request = {
        "subject": asker.subject,
        "action": {"name": "share"},
        "resource": {"type": "document"},
        "context": {"hour": 22},
        "evaluations": [
            {"resource": {"type": "document", "id": "night"}},
            {"resource": {"id": "night"}},
            {"resource": {"id": "night"}, "context": {"hour": 9}},
            {"resource": {"id": "night"}, "context": {}},
            {"resource": {"id": "1"}, "action": {"name": "read"}},
            {"resource": {"id": "1"}},
        ],
    }

    decisions = [each["decision"] for each in (await asker.post(EVALUATIONS, request)).json()["evaluations"]]

    assert decisions == [True, True, False, False, True, False]


async def test_7_1_1_properties_of_a_default_do_not_leak_into_an_entity_of_an_evaluation(asker: Asker) -> None:
    default = {"type": "document", "id": "night", "properties": {"hour": 22}}
    request = {
        "subject": asker.subject,
        "action": {"name": "share"},
        "resource": default,
        "evaluations": [{}, {"resource": {"id": "night"}}],
    }

    first, second = (await asker.post(EVALUATIONS, request)).json()["evaluations"]

    assert first == {"decision": True}
    assert second["decision"] is False


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
async def test_7_1_2_1_the_first_decision_of_a_kind_ends_it(semantic: str, expected: list[bool], asker: Asker) -> None:
    evaluations = [asker.request(name) for name in ("1", "9", "2")]

    answer = await asker.post(EVALUATIONS, {"evaluations": evaluations, "options": {"evaluations_semantic": semantic}})

    assert [each["decision"] for each in answer.json()["evaluations"]] == expected


async def test_7_1_2_1_a_failure_counts_as_a_denial(asker: Asker) -> None:
    options = {"evaluations_semantic": "deny_on_first_deny"}

    answer = await asker.post(EVALUATIONS, {"evaluations": [{}, asker.request("1")], "options": options})

    assert [each["decision"] for each in answer.json()["evaluations"]] == [False]


@pytest.mark.parametrize(
    "change",
    [
        {"evaluations": {}},
        {"options": []},
        {"options": {"evaluations_semantic": "all"}},
        {"options": {"evaluations_semantic": None}},
        {"options": {"evaluations_semantic": []}},
        {"subject": "usr_x"},
        {"context": 1},
    ],
)
async def test_7_2_1_what_concerns_the_whole_request_fails_it(change: dict[str, Any], asker: Asker) -> None:
    answer = await asker.post(EVALUATIONS, {"evaluations": [asker.request()], **change})

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_invalid")


async def test_7_2_1_an_evaluation_that_fails_does_not_fail_the_others(asker: Asker) -> None:
    request = {
        "subject": asker.subject,
        "action": {"name": "read"},
        "evaluations": [
            {"resource": {"type": "document", "id": "1"}},
            {},
            7,
            {"resource": {"type": "ship", "id": "1"}},
        ],
    }

    answer = await asker.post(EVALUATIONS, request)

    first, missing, number, unknown = answer.json()["evaluations"]
    assert (answer.status_code, first) == (200, {"decision": True})
    assert [each["decision"] for each in (missing, number, unknown)] == [False] * 3
    assert missing["context"]["error"] == {
        "status": 400,
        "code": "oidc_check_invalid",
        "message": "The question is malformed: resource is an object.",
    }
    assert unknown["context"]["error"]["code"] == "authz_type_unknown"


@pytest.mark.parametrize("extra", [{}, {"evaluations": []}, {"evaluations": None}])
async def test_7_1_without_evaluations_it_is_one(extra: dict[str, Any], asker: Asker) -> None:
    assert (await asker.post(EVALUATIONS, {**asker.request("1"), **extra})).json() == {"decision": True}


async def test_too_many_evaluations_are_refused(asker: Asker) -> None:
    answer = await asker.post(EVALUATIONS, {"evaluations": [{}] * (MAX_CHECKS + 1)})

    assert (answer.status_code, answer.json()["error"]) == (400, "oidc_check_limit")


async def test_what_is_undecided_opens_no_door(asker: Asker) -> None:
    answer = await asker.decide("night", "share")

    assert answer["decision"] is False
    assert answer["context"]["error"]["code"] == "authz_condition_undecided"


async def test_every_way_of_asking_gets_the_same_decision(asker: Asker) -> None:
    client = asker.party.client.id
    asked = [(name, action) for name in ("0", "1", "9", "night") for action in ("read", "share", "sign", "fly")]
    context = {"hour": 22}
    subject = SubjectRef("user", asker.user.id)
    checks = [Check(subject, action, EntityRef(f"{client}:document", name), context) for name, action in asked]

    by_service = [each.is_allowed for each in await check_many(as_user(asker.user), checks)]
    questions = [
        {"entityType": "document", "entityId": n, "permission": a, "resource": {"attributes": context}}
        for n, a in asked
    ]
    by_rest = (await asker.post(f"{CHECK}/batch", {"checks": questions})).json()["results"]
    evaluations = [asker.request(name, action) for name, action in asked]
    by_authzen = (await asker.post(EVALUATIONS, {"evaluations": evaluations, "context": context})).json()["evaluations"]

    assert [each["allowed"] for each in by_rest] == by_service
    assert [each["decision"] for each in by_authzen] == by_service
    assert sum(by_service) == 5


async def test_about_others_it_takes_manage_access_on_the_client(manager: Asker) -> None:
    bob = await make_user("bob@example.com")
    await let_read(manager.party, bob.id, "7")
    about_bob = manager.request("7") | {"subject": {"type": "user", "id": bob.id}}
    batch = {"evaluations": [manager.request("1"), about_bob]}
    before = await read_everything()

    plain = [await manager.post(path, body) for path, body in ((EVALUATION, about_bob), (EVALUATIONS, batch))]
    with deciding(**{manager.user.id: {"platform.manage_platform", "clients.view"}}):
        lacking = await manager.post(EVALUATION, about_bob)
    assert [(each.status_code, each.json()["error"]) for each in (*plain, lacking)] == [
        (403, "kit_permission_missing")
    ] * 3
    after = await read_everything()
    assert {name for name in before if before[name] != after[name]} <= {"events_audit", "events_denial"}

    await let_manage(manager.party, manager.user.id)
    single, both = await manager.post(EVALUATION, about_bob), await manager.post(EVALUATIONS, batch)

    assert single.json() == {"decision": True}
    assert both.json() == {"evaluations": [{"decision": True}, {"decision": True}]}


async def test_a_gateway_that_manages_access_of_its_client_asks_about_everybody(browser: httpx.AsyncClient) -> None:
    machine = await make_machine(browser, scopes=("read", "auther:api"))
    bob = await make_user("bob@example.com")
    await save_app_of(machine.client.id)
    await let_read(machine, bob.id, "7")
    headers = {"authorization": f"Bearer {await machine.token()}"}
    request = {"subject": {"type": "user", "id": bob.id}, "action": {"name": "read"}}
    evaluations = [{"resource": {"type": "document", "id": name}} for name in ("7", "8")]

    before = await browser.post(EVALUATIONS, json={**request, "evaluations": evaluations}, headers=headers)
    key = TupleKey("clients", machine.client.id, "admin", "client", machine.client.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))
    after = await browser.post(EVALUATIONS, json={**request, "evaluations": evaluations}, headers=headers)

    narrow = {"authorization": f"Bearer {await machine.token(scope='read')}"}
    lent = await browser.post(EVALUATIONS, json={**request, "evaluations": evaluations}, headers=narrow)

    assert before.status_code == 403
    assert (lent.status_code, lent.json()["error"]) == (403, "insufficient_scope")
    assert after.json() == {"evaluations": [{"decision": True}, {"decision": False}]}


async def test_once_the_token_is_known_no_evaluation_costs_a_statement(asker: Asker) -> None:
    async with hearing(), following() as follower:
        await until(ready)
        await follower.catch_up()
        await asker.decide()

        with counted_statements() as statements:
            await asker.decide()
            await asker.post(EVALUATIONS, {"evaluations": [asker.request(str(n)) for n in range(50)]})

    assert statements == []


async def ready() -> bool:
    return ear.hears


async def test_9_2_the_metadata_name_every_endpoint(browser: httpx.AsyncClient) -> None:
    with override(public_url="https://id.example.com"):
        answer = await browser.get("/.well-known/authzen-configuration")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {
        "policy_decision_point": "https://id.example.com",
        "access_evaluation_endpoint": "https://id.example.com/access/v1/evaluation",
        "access_evaluations_endpoint": "https://id.example.com/access/v1/evaluations",
        "search_subject_endpoint": "https://id.example.com/access/v1/search/subject",
        "search_resource_endpoint": "https://id.example.com/access/v1/search/resource",
        "search_action_endpoint": "https://id.example.com/access/v1/search/action",
    }


async def test_9_2_the_metadata_are_not_sent_again_unchanged(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/.well-known/authzen-configuration")
    second = await browser.get("/.well-known/authzen-configuration", headers={"if-none-match": first.headers["etag"]})

    assert (first.headers["cache-control"], second.status_code) == ("public, max-age=300", 304)


async def test_9_2_every_endpoint_of_the_metadata_is_there(asker: Asker) -> None:
    document = (await asker.party.browser.get("/.well-known/authzen-configuration")).json()
    point = document.pop("policy_decision_point")

    statuses = [(await asker.post(url.removeprefix(point), [])).status_code for url in document.values()]

    assert statuses == [400] * 5
