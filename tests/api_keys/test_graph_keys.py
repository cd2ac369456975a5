"""API keys in the API."""

from __future__ import annotations

from typing import Any

import pytest

from app.api_keys.service import actor_of_key
from app.clients.types import ClientKind
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from app.users.types import User
from tests.api_keys.support import make_client_key, make_key, relate, show, tuples_of
from tests.clients.support import make_client
from tests.graph.support import NOBODY, execute, read, refusal
from tests.support import ORIGIN, as_user, deciding, make_admin, make_user, read_everything, unknown_id

FIELDS = """id name note hint status isEnabled uses scopes allowedAddresses rateLimitPerMinute expiresAt lastUsedAt
    rotatedAt formerEndsAt owner { type id node { id } } createdBy { type id }
    tuples { nodes { relation entity { type } } } permissions { permissions }"""
CREATE = f"""mutation ($input: ApiKeyCreateInput!) {{ apiKeyCreate(input: $input) {{
    apiKey {{ {FIELDS} }} secret errors {{ code field message }} }} }}"""
UPDATE = f"""mutation ($input: ApiKeyUpdateInput!) {{ apiKeyUpdate(input: $input) {{
    apiKey {{ {FIELDS} }} errors {{ code field }} }} }}"""
ROTATE = f"""mutation ($input: ApiKeyRotateInput!) {{ apiKeyRotate(input: $input) {{
    apiKey {{ {FIELDS} }} secret errors {{ code field }} }} }}"""
DISABLE = """mutation ($input: ApiKeyDisableInput!) { apiKeyDisable(input: $input) {
    apiKey { id status isEnabled } errors { code } } }"""
ENABLE = DISABLE.replace("ApiKeyDisable", "ApiKeyEnable").replace("apiKeyDisable", "apiKeyEnable")
DELETE = "mutation ($input: ApiKeyDeleteInput!) { apiKeyDelete(input: $input) { deletedId errors { code field } } }"
ONE = f"query ($id: ID!) {{ apiKey(id: $id) {{ {FIELDS} }} node(id: $id) {{ ... on ApiKey {{ id name }} }} }}"


async def create(user: User, **values: Any) -> dict[str, Any]:
    payload = await read(CREATE, {"input": {"name": "Backup", **values}}, actor=as_user(user))
    return dict(payload["apiKeyCreate"])


async def test_a_user_makes_a_key_and_sees_its_secret_once() -> None:
    user = await make_user()
    await relate("users:*", "viewer", user.id)

    made = await create(
        user, note="Nightly", uses=["EXCHANGE"], scopes=["auther:api"], allowedAddresses=["10.0.0.0/8"],
        rateLimitPerMinute=60, grants=[{"entity": {"type": "users", "id": "*"}, "relation": "viewer"}],
    )  # fmt: skip

    key, secret = made["apiKey"], made["secret"]
    assert secret.startswith("ak_live_")
    assert made["errors"] == []
    assert {name: key[name] for name in ("name", "note", "uses", "status", "rateLimitPerMinute", "hint")} == {
        "name": "Backup", "note": "Nightly", "uses": ["EXCHANGE"], "status": "ACTIVE", "rateLimitPerMinute": 60,
        "hint": secret[-4:],
    }  # fmt: skip
    assert key["owner"] == {"type": "user", "id": user.id, "node": {"id": user.id}}
    assert key["createdBy"] == {"type": "user", "id": user.id}
    assert key["tuples"] == {"nodes": [{"relation": "viewer", "entity": {"type": "users"}}]}
    assert key["permissions"] == {"permissions": {"users": ["view"]}}
    later = await execute(ONE, {"id": key["id"]}, actor=as_user(user))
    assert later["data"]["apiKey"] == key
    assert secret not in str(later)


async def test_no_read_shows_a_secret_whatever_the_permission() -> None:
    made = await make_key(await make_user())
    admin = as_user(await make_admin())

    told = str(await execute(ONE, {"id": made.key.id}, actor=admin))
    types = await read('{ __type(name: "ApiKey") { fields { name } } }', actor=admin)

    assert made.secret is not None
    assert made.secret[-48:] not in told
    assert [field["name"] for field in types["__type"]["fields"] if "secret" in field["name"].lower()] == []


async def test_bad_values_are_told_with_the_names_of_the_input() -> None:
    made = await create(
        await make_user(), name="", allowedAddresses=["10.0.0.1/8"], rateLimitPerMinute=0, uses=[], scopes=["x"]
    )

    assert (made["apiKey"], made["secret"]) == (None, None)
    assert sorted((error["code"], error["field"][0]) for error in made["errors"]) == [
        ("INVALID", "allowedAddresses"), ("INVALID", "rateLimitPerMinute"), ("INVALID", "scopes"),
        ("REQUIRED", "name"), ("REQUIRED", "uses"),
    ]  # fmt: skip


async def test_giving_more_than_one_holds_is_refused() -> None:
    user = await make_user()
    values = {"name": "x", "grants": [{"entity": {"type": "platform", "id": "*"}, "relation": "super_admin"}]}
    before = await read_everything()

    code, reason = await refusal(CREATE, {"input": values}, actor=as_user(user))

    assert (code, reason) == ("FORBIDDEN", "api_keys_rights_exceeded")
    after = await read_everything()
    assert {name for name in after if after[name] != before[name]} <= {"events_audit", "events_outbox"}


async def test_the_same_key_of_a_request_gives_the_same_api_key_without_its_secret() -> None:
    user = await make_user()

    first, second = [await create(user, idempotencyKey="k") for _ in range(2)]
    third = await create(user, idempotencyKey="k", note="other")

    assert second["apiKey"] == first["apiKey"]
    assert (first["secret"] is None, second["secret"] is None) == (False, True)
    assert third["errors"][0]["code"] == "CONFLICT"


async def test_what_is_absent_stays_and_null_clears() -> None:
    user = await make_user()
    key = (await create(user, note="Old", rateLimitPerMinute=5))["apiKey"]

    async def update(**changes: Any) -> Any:
        return (await read(UPDATE, {"input": {"id": key["id"], **changes}}, actor=as_user(user)))["apiKeyUpdate"]

    assert (await update())["apiKey"] == key
    changed = (await update(name="New", note=None, rateLimitPerMinute=None, uses=["DIRECT"]))["apiKey"]
    assert changed == {**key, "name": "New", "note": None, "rateLimitPerMinute": None, "uses": ["DIRECT"]}
    for name in ("name", "uses", "scopes", "allowedAddresses"):
        assert await update(**{name: None}) == {"apiKey": None, "errors": [{"code": "REQUIRED", "field": [name]}]}


async def test_a_key_is_rotated_switched_and_deleted() -> None:
    user = await make_user()
    made, actor = await make_key(user), as_user(user)
    which = {"input": {"id": made.key.id}}

    rotated = (await read(ROTATE, which, actor=actor))["apiKeyRotate"]
    off = (await read(DISABLE, which, actor=actor))["apiKeyDisable"]["apiKey"]
    on = (await read(ENABLE, which, actor=actor))["apiKeyEnable"]["apiKey"]
    bad = (await read(ROTATE, {"input": {"id": made.key.id, "overlapSeconds": -1}}, actor=actor))["apiKeyRotate"]

    assert rotated["secret"].startswith("ak_live_")
    assert rotated["secret"] != made.secret
    assert rotated["apiKey"]["formerEndsAt"] is not None
    assert [(each["status"], each["isEnabled"]) for each in (off, on)] == [("DISABLED", False), ("ACTIVE", True)]
    assert bad == {"apiKey": None, "secret": None, "errors": [{"code": "INVALID", "field": ["overlapSeconds"]}]}
    await show(made)
    deleted = (await read(DELETE, which, actor=actor))["apiKeyDelete"]
    assert deleted == {"deletedId": made.key.id, "errors": []}
    assert (await read(ONE, {"id": made.key.id}, actor=as_user(await make_admin()))) == {"apiKey": None, "node": None}
    assert await tuples_of(made.key.id) == set()


async def test_what_is_hidden_is_the_same_denial_everywhere() -> None:
    made = await make_key(await make_user())
    plain = as_user(await make_user("plain@example.com"))

    for key_id in (made.key.id, unknown_id("key")):
        assert await refusal("query ($id: ID!) { apiKey(id: $id) { id } }", {"id": key_id}, actor=plain) == (
            "FORBIDDEN", "kit_permission_missing",
        )  # fmt: skip
        assert (await read("query ($id: ID!) { node(id: $id) { id } }", {"id": key_id}, actor=plain))["node"] is None
        assert await refusal(DELETE, {"input": {"id": key_id}}, actor=plain) == ("FORBIDDEN", "kit_permission_missing")


@pytest.mark.parametrize(
    ("document", "permission"),
    [
        ("{ apiKeys { nodes { id } totalCount } }", "api_keys.view_all"),
        ('query ($user: ID!) { apiKeys(filter: {ownerUserId: $user}) { nodes { id } } }', "api_keys.view_all"),
        ("query ($user: ID!) { user(id: $user) { apiKeys { nodes { id } } } }", "api_keys.view_all"),
        ("query ($client: ID!) { client(id: $client) { apiKeys { nodes { id } } } }", "api_keys.view_all"),
        ("query ($key: ID!) { apiKey(id: $key) { id } }", "api_keys.view_all"),
        ("mutation ($key: ID!) { apiKeyDisable(input: {id: $key}) { apiKey { id } } }", "api_keys.revoke"),
        ("mutation ($key: ID!) { apiKeyEnable(input: {id: $key}) { apiKey { id } } }", "api_keys.revoke"),
        ("mutation ($key: ID!) { apiKeyDelete(input: {id: $key}) { deletedId } }", "api_keys.revoke"),
        ('mutation ($key: ID!) { apiKeyUpdate(input: {id: $key, name: "x"}) { apiKey { id } } }', "users.impersonate"),
        ("mutation ($key: ID!) { apiKeyRotate(input: {id: $key}) { secret } }", "users.impersonate"),
        ('mutation ($user: ID!) { apiKeyCreate(input: {name: "x", ownerUserId: $user}) { secret } }',
         "users.impersonate"),
    ],
)  # fmt: skip
async def test_each_field_for_four_callers(document: str, permission: str) -> None:
    user, client = await make_user(), await make_client(ClientKind.MACHINE)
    made = await make_key(user)
    await make_client_key(client.id)
    given = {"user": user.id, "client": client.id, "key": made.key.id}
    variables = {name: value for name, value in given.items() if f"${name}" in document}
    # Who may act as the user, or manages the client, needs no other permission.
    lacking = ALL_PERMISSIONS - {permission, "users.impersonate", "clients.manage_access"}
    callers = {"usr_plain": frozenset[str](), "usr_lacking": lacking, "usr_holding": ALL_PERMISSIONS}
    before = await read_everything()

    with deciding(**callers):
        answers = [
            await refusal(document, variables, actor=actor)
            for actor in (NOBODY, as_user("usr_plain"), as_user("usr_lacking"))
        ]
        after = await read_everything()
        await read(document, variables, actor=as_user("usr_holding"))

    assert answers[0] == ("UNAUTHENTICATED", "kit_sign_in_required")
    assert {code for code, _ in answers[1:]} == {"FORBIDDEN"}
    assert {name for name in after if after[name] != before[name]} <= {"events_audit", "events_outbox"}


async def test_viewers_see_their_own_keys() -> None:
    user, client = await make_user(), await make_client(ClientKind.MACHINE)
    of_user, of_client = await make_key(user), await make_client_key(client.id)
    document = "{ viewer { apiKey { id } apiKeys { nodes { id } totalCount } } }"
    callers: list[tuple[Actor, str | None, list[str]]] = [
        (as_user(user), None, [of_user.key.id]),
        (Actor(ActorKind.CLIENT, client.id, client_id=client.id), None, [of_client.key.id]),
        (actor_of_key(of_user.key, ORIGIN), of_user.key.id, []),
    ]

    for actor, own, keys in callers:
        viewer = (await read(document, actor=actor))["viewer"]
        assert viewer == {
            "apiKey": {"id": own} if own else None,
            "apiKeys": {"nodes": [{"id": each} for each in keys], "totalCount": len(keys)},
        }


async def test_a_key_sees_itself_and_what_it_may_do_and_changes_nothing_of_itself() -> None:
    made = await make_key(await make_user())
    actor = actor_of_key(made.key, ORIGIN)
    await relate("sessions:*", "admin", made.key.id, "apikey")

    seen = await read(ONE, {"id": made.key.id}, actor=actor)

    assert seen["apiKey"]["permissions"] == {"permissions": {"sessions": ["revoke_all", "view_all"]}}
    assert seen["apiKey"]["owner"]["node"] is None
    for document in (ROTATE, DISABLE, DELETE, UPDATE):
        code, _ = await refusal(document, {"input": {"id": made.key.id}}, actor=actor)
        assert code == "FORBIDDEN"


async def test_a_tuple_leads_to_the_key_that_it_names() -> None:
    user, admin = await make_user(), as_user(await make_admin())
    made = await make_key(user)
    await relate("users:*", "viewer", made.key.id, "apikey")
    document = (
        '{ tuples(filter: {subjectType: "apikey"}) { nodes { subject { id node { ... on ApiKey { name } } } } } }'
    )

    found = await read(document, actor=admin)

    assert found["tuples"]["nodes"] == [{"subject": {"id": made.key.id, "node": {"name": "Backup"}}}]
