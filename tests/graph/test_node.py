"""Anything by its id, and the same answer for what is missing and what is hidden."""

from __future__ import annotations

import pytest

from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.kit.guard import ALL_PERMISSIONS
from app.kit.ids import new_id
from app.login.service import send_invitation
from app.sessions.service import begin_session
from app.signing.service import ensure_keys, forget_keys
from app.users.types import User
from tests.graph.support import execute, read, refusal
from tests.support import as_user, commit, deciding, make_user

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
PERMISSIONS = {
    "User": "users.view",
    "Client": "clients.view",
    "Session": "sessions.view_all",
    "SigningKey": "keys.view",
    "AuditEvent": "platform.manage_platform",
    "Mail": "platform.manage_platform",
}
PREFIXES = {"User": "usr", "Client": "cli", "Session": "ses", "SigningKey": "sk", "AuditEvent": "aud", "Mail": "mail"}


async def make_one_of_each() -> tuple[User, dict[str, str]]:
    """A user, and the id of one thing of each type, all about that user where that can be."""
    forget_clients()
    forget_keys()
    await commit(ensure_keys())
    user = await make_user()
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    machine = NewClient(name="Machine", kind=ClientKind.MACHINE)
    created = await commit(create_client(SYSTEM, machine))
    await commit(send_invitation(user))
    with deciding(usr_reader=ALL_PERMISSIONS):
        found = await read(
            "{ signingKeys { id } mails(first: 1) { nodes { id } } auditEvents(last: 1) { nodes { id } } }",
            actor=as_user("usr_reader"),
        )
    return user, {
        "User": user.id,
        "Client": created.client.id,
        "Session": new.session.id,
        "SigningKey": found["signingKeys"][0]["id"],
        "AuditEvent": found["auditEvents"]["nodes"][0]["id"],
        "Mail": found["mails"]["nodes"][0]["id"],
    }


@pytest.mark.parametrize("kind", PERMISSIONS)
async def test_a_node_is_found_with_its_permission_alone(kind: str) -> None:
    _, ids = await make_one_of_each()

    with deciding(usr_reader={PERMISSIONS[kind]}):
        answer = await read(NODE, {"id": ids[kind]}, actor=as_user("usr_reader"))

    assert answer == {"node": {"__typename": kind, "id": ids[kind]}}


@pytest.mark.parametrize("kind", PERMISSIONS)
async def test_a_hidden_node_looks_like_a_missing_one(kind: str) -> None:
    _, ids = await make_one_of_each()
    reader = as_user("usr_reader")

    with deciding(usr_reader=ALL_PERMISSIONS - {PERMISSIONS[kind]}):
        hidden = await execute(NODE, {"id": ids[kind]}, actor=reader)
        missing = await execute(NODE, {"id": new_id(PREFIXES[kind])}, actor=reader)
        together = await execute(NODES, {"ids": [ids[kind], new_id(PREFIXES[kind])]}, actor=reader)

    assert hidden == missing == {"data": {"node": None}, "extensions": {"cost": {"requested": 1}}}
    assert together == {"data": {"nodes": [None, None]}, "extensions": {"cost": {"requested": 2}}}


async def test_a_person_sees_their_own_account_and_sessions_and_events_about_them() -> None:
    user, ids = await make_one_of_each()

    with deciding():
        answer = await read(NODES, {"ids": list(ids.values())}, actor=as_user(user))

    assert [node and node["__typename"] for node in answer["nodes"]] == ["User", None, "Session", None, None, None]


async def test_order_is_kept_and_repetition_answered() -> None:
    _, ids = await make_one_of_each()
    wanted = [ids["Session"], "nonsense", ids["User"], new_id("usr"), ids["Session"], "", "usr_", "a" * 5_000]

    with deciding(usr_reader=ALL_PERMISSIONS):
        answer = await read(NODES, {"ids": wanted}, actor=as_user("usr_reader"))

    kinds = [node and node["__typename"] for node in answer["nodes"]]
    assert kinds == ["Session", None, "User", None, "Session", None, None, None]


async def test_a_user_with_a_foreign_id_is_found() -> None:
    await make_user(id="legacy-42")

    with deciding(usr_reader={"users.view"}):
        answer = await read(NODE, {"id": "legacy-42"}, actor=as_user("usr_reader"))

    assert answer == {"node": {"__typename": "User", "id": "legacy-42"}}


async def test_at_most_a_hundred_ids() -> None:
    ids = [new_id("usr") for _ in range(101)]

    assert (await read(NODES, {"ids": ids[:100]}, actor=as_user("usr_reader")))["nodes"] == [None] * 100
    assert await refusal(NODES, {"ids": ids}, actor=as_user("usr_reader")) == ("LIMIT_REACHED", "graph_ids")


async def test_nobody_learns_nothing() -> None:
    _, ids = await make_one_of_each()

    for identifier in (*ids.values(), new_id("usr"), "nonsense"):
        assert await refusal(NODE, {"id": identifier}) == ("UNAUTHENTICATED", "kit_sign_in_required")
        assert await refusal(NODES, {"ids": [identifier]}) == ("UNAUTHENTICATED", "kit_sign_in_required")


@pytest.mark.parametrize(("field", "kind"), [("user", "User"), ("client", "Client")])
async def test_a_field_of_its_own_refuses_alike_what_is_missing_and_what_is_hidden(field: str, kind: str) -> None:
    _, ids = await make_one_of_each()
    source = f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"

    with deciding(usr_reader=ALL_PERMISSIONS - {PERMISSIONS[kind]}):
        hidden = await execute(source, {"id": ids[kind]}, actor=as_user("usr_reader"))
        missing = await execute(source, {"id": new_id(PREFIXES[kind])}, actor=as_user("usr_reader"))
    with deciding(usr_reader={PERMISSIONS[kind]}):
        absent = await read(source, {"id": new_id(PREFIXES[kind])}, actor=as_user("usr_reader"))

    assert hidden == missing
    assert hidden["errors"][0]["extensions"]["permission"] == PERMISSIONS[kind]
    assert absent == {field: None}
