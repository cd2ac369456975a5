"""What a token would hold, through the API."""

from __future__ import annotations

import orjson

from tests.authz.graph.application import FORBIDDEN, UNAUTHENTICATED, ask, make_application, refused
from tests.graph.support import NOBODY, execute, read
from tests.support import as_user


async def test_what_a_token_of_oneself_would_hold() -> None:
    app = await make_application()
    document = f"{app.type('document')}:1"

    own = await ask("TokenPreview", as_user(app.ann), clientId=app.client_id)

    assert own == {
        "permissions": {document: ["edit", "read"]},
        "abacRequired": {},
        "isTruncated": False,
        "sizeBytes": len(orjson.dumps([{document: ["edit", "read"]}, {}])),
    }
    viewer = await ask("ViewerPermissions", as_user(app.ann), clientId=app.client_id)
    user = await ask("UserPermissions", as_user(app.ann), id=app.ann.id, clientId=app.client_id)
    assert viewer["permissions"] == user["permissions"] == own


async def test_what_needs_a_live_check_is_told_apart() -> None:
    app = await make_application()
    await app.write(f"document:2#viewer@user:{app.ben.id}", condition="in_office")
    subject = app.subject(f"user:{app.ben.id}")

    found = await ask("TokenPreview", app.manager, subject=subject, clientId=app.client_id)

    kind = app.type("document")
    assert found["permissions"] == {f"{kind}:1": ["read"], f"{kind}:2": ["read"]}
    assert found["abacRequired"] == {f"{kind}:2": ["read"]}
    assert await ask("TokenPreview", app.manager, userId=app.ben.id, clientId=app.client_id) == found


async def test_what_guards_auther_itself() -> None:
    app = await make_application()

    manager = await ask("ViewerPermissions", app.manager)
    admin = await ask("TokenPreview", app.admin)

    assert manager["permissions"]["permissions"] == {
        f"clients:{app.client_id}": ["create", "delete", "manage_access", "update", "view"]
    }
    assert admin["permissions"]["platform"] == ["manage_platform"]


async def test_only_who_manages_access_asks_for_others() -> None:
    app = await make_application()
    variables = {"userId": app.ann.id, "clientId": app.client_id}

    for actor in (app.admin, app.manager):
        assert (await ask("TokenPreview", actor, **variables))["permissions"]
    assert await refused("TokenPreview", as_user(app.ben), **variables) == FORBIDDEN
    assert await refused("TokenPreview", NOBODY, **variables) == UNAUTHENTICATED
    assert await refused("TokenPreview", NOBODY, clientId=app.client_id) == UNAUTHENTICATED
    assert await refused("TokenPreview", app.manager, userId=app.ann.id) == FORBIDDEN
    assert await refused("UserPermissions", app.manager, id=app.ann.id, clientId="cli_other") == FORBIDDEN
    both = {**variables, "subject": app.subject("user:ann")}
    assert await refused("TokenPreview", app.admin, **both) == ("BAD_USER_INPUT", "authz_subject_ambiguous")


async def test_permissions_of_many_users_are_each_their_own() -> None:
    app = await make_application()
    source = (
        "query ($client: ID!) { users(first: 100) { nodes { id permissions(clientId: $client) { permissions } } } }"
    )

    told = await read(source, {"client": app.client_id}, actor=app.admin)

    kind = app.type("document")
    found = {each["id"]: each["permissions"]["permissions"] for each in told["users"]["nodes"]}
    assert (found[app.ann.id], found[app.ben.id]) == ({f"{kind}:1": ["edit", "read"]}, {f"{kind}:1": ["read"]})
    assert found[app.manager.id] == {}


async def test_refused_permissions_leave_one_s_own_alone() -> None:
    app = await make_application()
    await app.write(f"users:*#viewer@user:{app.ben.id}")
    source = """query ($client: ID!, $ann: ID!) {
      viewer { user { permissions(clientId: $client) { permissions } } }
      user(id: $ann) { permissions(clientId: $client) { permissions } }
    }"""

    told = await execute(source, {"client": app.client_id, "ann": app.ann.id}, actor=as_user(app.ben))

    own = {f"{app.type('document')}:1": ["read"]}
    assert told["data"] == {"viewer": {"user": {"permissions": {"permissions": own}}}, "user": None}
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["user", "permissions"], "FORBIDDEN")


async def test_a_search_for_permissions_costs_more_than_a_node() -> None:
    app = await make_application()
    source = "query ($client: ID!) { users(first: 50) { nodes { permissions(clientId: $client) { permissions } } } }"

    told = await execute(source, {"client": app.client_id}, actor=app.admin)

    assert told["extensions"]["cost"]["requested"] == 1 + 50 * (1 + 10)
