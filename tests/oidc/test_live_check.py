"""The live check over REST: what an access token alone does not settle."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service.follower import following
from app.kit.recall import ear, hearing
from app.oidc.live.checks import MAX_CHECKS
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.jobs.support import until
from tests.oidc.live import CHECK, EVALUATIONS, LIST, WITH_API, Asker, let_manage, let_read, make_asker
from tests.oidc.support import Party, make_party
from tests.support import SYSTEM, commit, counted_statements, deciding, make_user, read_everything

BATCH = f"{CHECK}/batch"


def question(name: str = "1", permission: str = "read", **fields: Any) -> dict[str, Any]:
    return {"entityType": "document", "entityId": name, "permission": permission, **fields}


@pytest.fixture
async def asker(party: Party, session: Session, user: User) -> Asker:
    return await make_asker(party, user)


@pytest.fixture
async def manager(browser: httpx.AsyncClient, session: Session, user: User) -> Asker:
    """Somebody whose application may use their rights, of which they have none yet."""
    return await make_asker(await make_party(browser, scopes=tuple(WITH_API.split())), user, scope=WITH_API)


async def test_the_holder_asks_about_themselves(asker: Asker) -> None:
    answer = await asker.post(CHECK, question())

    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    body = answer.json()
    assert len(body.pop("revision")) > 10
    assert body == {
        "allowed": True,
        "entityType": "document",
        "entityId": "1",
        "permission": "read",
        "subjectType": "user",
        "subjectId": asker.user.id,
    }
    assert (await asker.post(CHECK, question("9"))).json()["allowed"] is False
    full = question(entityType=f"{asker.party.client.id}:document")
    assert (await asker.post(CHECK, full)).json()["allowed"] is True


async def test_attributes_of_the_resource_decide(asker: Asker) -> None:
    async def share(**resource: Any) -> dict[str, Any]:
        return dict((await asker.post(CHECK, question("night", "share", **resource))).json())

    assert (await share(resource={"id": "night", "type": "document", "attributes": {"hour": 22}}))["allowed"] is True
    assert (await share(resource={"attributes": {"hour": 9}}))["allowed"] is False
    undecided = await share()
    assert (undecided["allowed"], undecided["problem"]["code"]) == (False, "authz_condition_undecided")
    assert (await share(resource=None))["allowed"] is False


async def test_a_problem_names_the_tuple_only_to_who_may_ask_about_others(asker: Asker, manager: Asker) -> None:
    missing = "The condition late needs hour."

    async def tell(each: Asker) -> list[str]:
        question = {"entityType": "document", "entityId": "night", "permission": "share"}
        alone = (await each.post(CHECK, question)).json()
        batch = (await each.post(f"{CHECK}/batch", {"checks": [question]})).json()["results"]
        evaluation = await each.decide("night", "share")
        request = {**each.request("night", "share"), "evaluations": [{}]}
        evaluations = (await each.post(EVALUATIONS, request)).json()["evaluations"]
        errors = [told["context"]["error"] for told in (evaluation, *evaluations)]
        assert {told["code"] for told in errors} == {"authz_condition_undecided"}
        return [told["message"] for told in (alone["problem"], batch[0]["problem"], *errors)]

    assert await tell(asker) == [missing] * 4
    assert await tell(manager) == [missing] * 4
    for each in (asker, manager):
        await let_manage(each.party, each.user.id)
    named = f"{manager.party.client.id}:document:night#owner@user:{manager.user.id}"
    # What the subject manages is not lent to who holds a token for something else.
    assert await tell(asker) == [missing] * 4
    assert await tell(manager) == [f"The condition late of {named}: The condition needs hour."] * 4


async def test_a_batch_keeps_its_order(asker: Asker) -> None:
    answer = await asker.post(BATCH, {"checks": [question("9"), question("1"), question("1", "fly")]})

    results = answer.json()["results"]
    assert [each["allowed"] for each in results] == [False, True, False]
    assert results[2]["problem"]["code"] == "authz_action_unknown"
    assert (await asker.post(BATCH, {"checks": []})).json() == {"results": []}


async def test_what_can_be_reached_comes_in_pages(asker: Asker) -> None:
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = (await asker.get(LIST, entityType="document", permission="read", first="2", **more)).json()
        found += [each["entityId"] for each in page["objects"]]
        assert page["total"] == 4
        if page["next"] is None:
            break
        more = {"after": page["next"]}

    assert found == ["0", "1", "2", "night"]


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        (CHECK, [], "oidc_check_invalid", []),
        (CHECK, {}, "oidc_check_invalid", ["entityType"]),
        (CHECK, question(permission=7), "oidc_check_invalid", ["permission"]),
        (CHECK, question(""), "oidc_check_invalid", ["entityId"]),
        (CHECK, question(resource=[]), "oidc_check_invalid", ["resource"]),
        (CHECK, question(resource={"attributes": 1}), "oidc_check_invalid", ["resource"]),
        (CHECK, question(subjectId="usr_x"), "oidc_check_invalid", ["subjectType"]),
        (CHECK, question(subjectType="user", subjectId=None), "oidc_check_invalid", ["subjectId"]),
        (BATCH, [], "oidc_check_invalid", ["checks"]),
        (BATCH, {"checks": {}}, "oidc_check_invalid", ["checks"]),
        (BATCH, {"checks": [question(), 1]}, "oidc_check_invalid", ["checks", "1"]),
        (BATCH, {"checks": [{}] * (MAX_CHECKS + 1)}, "oidc_check_limit", ["checks"]),
    ],
)
async def test_what_is_malformed_is_refused(path: str, body: Any, code: str, field: list[str], asker: Asker) -> None:
    answer = await asker.post(path, body)

    assert (answer.status_code, answer.json()["error"]) == (400, code)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"permission": "read"}, "oidc_check_invalid"),
        ({"entityType": "document", "permission": "read", "first": "-1"}, "oidc_check_invalid"),
        ({"entityType": "document", "permission": "read", "first": "101"}, "kit_page_size"),
        ({"entityType": "document", "permission": "read", "after": "forged"}, "kit_cursor"),
        ({"entityType": "spaceship", "permission": "read"}, "authz_type_unknown"),
        ({"entityType": "document", "permission": "fly"}, "authz_action_unknown"),
    ],
)
async def test_a_list_that_means_nothing_is_refused(params: dict[str, str], code: str, asker: Asker) -> None:
    answer = await asker.get(LIST, **params)

    assert (answer.status_code, answer.json()["error"]) == (400, code)


async def test_other_media_and_broken_json_are_refused(asker: Asker) -> None:
    browser, headers = asker.party.browser, asker.headers
    json = {**headers, "content-type": "application/json"}

    answers = [
        await browser.post(CHECK, data={"a": "b"}, headers=headers),
        await browser.post(CHECK, content=b"{", headers=json),
        await browser.post(CHECK, content=b"", headers=json),
        await browser.post(CHECK, content=b'{"entityId": "\xff"}', headers=json),
        await browser.post(CHECK, content=b"[" * 100_000, headers=json),
        await browser.post(CHECK, content=b'" "' + b" " * 300_000, headers=json),
    ]

    codes = [(each.status_code, each.json()["error"]) for each in answers]
    assert codes == [(400, "oidc_json_invalid")] * 5 + [(400, "kit_form_too_large")]


async def test_a_media_type_may_have_parameters(asker: Asker) -> None:
    answer = await asker.post(CHECK, question(), **{"content-type": "Application/JSON; charset=utf-8"})

    assert answer.json()["allowed"] is True


async def test_other_methods_are_refused(asker: Asker) -> None:
    answer = await asker.get(CHECK)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_without_a_live_token_nobody_is_answered(asker: Asker) -> None:
    browser = asker.party.browser
    browser.cookies.clear()

    nothing = await browser.post(CHECK, json=question())
    basic = await browser.post(CHECK, json=question(), headers={"authorization": "Basic YTpi"})
    forged = await browser.post(
        CHECK, json=question(), headers={"authorization": asker.headers["authorization"] + "AA"}
    )
    await commit(ban_user(SYSTEM, asker.user.id, reason="spam"))
    banned = await asker.post(CHECK, question())

    assert [each.status_code for each in (nothing, basic, forged, banned)] == [401, 400, 401, 401]
    algs = 'algs="ES256 PS256 EdDSA Ed25519"'
    told = nothing.headers["www-authenticate"]
    assert (told.partition(" ")[0], ", DPoP " in told, told.endswith(f", {algs}")) == ("Bearer", True, True)
    assert "error=" not in told
    assert 'error="invalid_token"' in banned.headers["www-authenticate"]


async def test_a_cookie_is_no_proof_here(asker: Asker) -> None:
    answer = await asker.party.browser.post(CHECK, json=question())

    assert answer.status_code == 401


async def test_about_others_it_takes_manage_access_on_the_client(manager: Asker) -> None:
    bob = await make_user("bob@example.com")
    await let_read(manager.party, bob.id, "7")
    about_bob = question("7", subjectType="user", subjectId=bob.id)
    permissions = {"clients.view", "users.view", "platform.manage_platform"}
    before = await tuples()

    plain = await manager.post(CHECK, about_bob)
    with deciding(**{manager.user.id: permissions}):
        lacking = await manager.post(CHECK, about_bob)
    listed = await manager.get(LIST, entityType="document", permission="read", subjectType="user", subjectId=bob.id)
    assert [(each.status_code, each.json()["error"]) for each in (plain, lacking, listed)] == [
        (403, "kit_permission_missing")
    ] * 3
    assert await tuples() == before

    with deciding(**{manager.user.id: {"clients.manage_access"}}):
        by_role = await manager.post(CHECK, about_bob)
    await let_manage(manager.party, manager.user.id)
    by_tuple = await manager.post(BATCH, {"checks": [about_bob, question("8")]})
    reached = await manager.get(LIST, entityType="document", permission="read", subjectType="user", subjectId=bob.id)

    assert (by_role.json()["allowed"], by_role.json()["subjectId"]) == (True, bob.id)
    assert [each["allowed"] for each in by_tuple.json()["results"]] == [True, False]
    assert [each["entityId"] for each in reached.json()["objects"]] == ["7"]


async def test_an_application_without_the_scope_cannot_use_its_user_s_rights(asker: Asker) -> None:
    await let_manage(asker.party, asker.user.id)

    answer = await asker.post(CHECK, question(subjectType="user", subjectId="usr_bob"))

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    named = await asker.post(CHECK, question(subjectType="user", subjectId=asker.user.id))
    assert named.json()["allowed"] is True


async def test_once_the_token_is_known_nothing_costs_a_statement(manager: Asker) -> None:
    await let_manage(manager.party, manager.user.id)
    about_bob = question(subjectType="user", subjectId="usr_bob")
    async with hearing(), following() as follower:
        await until(ready)
        await follower.catch_up()
        await manager.post(CHECK, question())

        with counted_statements() as statements:
            answers = [
                await manager.post(CHECK, question()),
                await manager.post(BATCH, {"checks": [question(str(n)) for n in range(50)]}),
                await manager.get(LIST, entityType="document", permission="read"),
                await manager.post(CHECK, about_bob),
            ]

    assert [each.status_code for each in answers] == [200] * 4
    assert statements == []


async def test_without_memory_and_index_a_check_costs_three_statements(asker: Asker) -> None:
    await asker.post(CHECK, question())

    with counted_statements() as statements:
        await asker.post(BATCH, {"checks": [question(str(n)) for n in range(3)]})

    assert len(statements) == 3, statements


async def ready() -> bool:
    return ear.hears


async def tuples() -> dict[str, str | None]:
    return {name: value for name, value in (await read_everything()).items() if name.startswith("authz_")}
