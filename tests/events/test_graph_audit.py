"""The audit trail in the API."""

from __future__ import annotations

import pytest

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.events.denials import record_denial
from app.events.service import seal_chain
from app.events.stream import find_audit_place, read_audit_slice
from app.events.types import AuditFilter, EndpointDenied
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.errors import Forbidden
from app.sessions.service import begin_session
from app.users.service import ban_user, delete_user
from tests.graph.support import read, refusal
from tests.support import as_user, commit, counted_statements, deciding, make_admin, make_user

EVENT = """{ auditEvents(first: 1) { nodes {
    action outcome actorType actorId actor { email } impersonator { id } clientId client { id }
    targetType targetId target { __typename id } before after ip userAgent requestId reason
} } }"""


async def test_an_event_says_who_did_what_to_whom() -> None:
    admin, user = await make_admin(), await make_user()
    await commit(ban_user(as_user(admin), user.id, reason="spam"))

    (event,) = (await read(EVENT, actor=as_user(admin)))["auditEvents"]["nodes"]

    assert event == {
        "action": "user.banned",
        "outcome": "SUCCESS",
        "actorType": "user",
        "actorId": admin.id,
        "actor": {"email": "admin@example.com"},
        "impersonator": None,
        "clientId": None,
        "client": None,
        "targetType": "user",
        "targetId": user.id,
        "target": {"__typename": "User", "id": user.id},
        "before": {"status": "active"},
        "after": {"status": "banned", "reason": "spam", "until": None},
        "ip": "203.0.113.7",
        "userAgent": "Mozilla/5.0 (X11; Linux) Firefox/140.0",
        "requestId": "test-request",
        "reason": "spam",
    }


async def test_what_is_hidden_or_gone_is_null() -> None:
    admin, user = await make_admin(), await make_user()
    await commit(ban_user(as_user(admin), user.id))
    await commit(delete_user(as_user(admin), user.id))

    with deciding(usr_reader={"platform.manage_platform"}):
        hidden = (await read(EVENT, actor=as_user("usr_reader")))["auditEvents"]["nodes"]
    bans = '{ auditEvents(filter: {action: "user.banned"}) { nodes { target { id } } } }'
    gone = await read(bans, actor=as_user(admin))

    assert (hidden[0]["actor"], hidden[0]["target"]) == (None, None)
    assert gone["auditEvents"]["nodes"] == [{"target": None}]


async def test_a_person_reads_what_is_about_them() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    await commit(begin_session(SYSTEM, other, amr=("pwd",), acr="1", browser_id="a browser"))

    with deciding():
        answer = await read("{ viewer { user { auditEvents { nodes { action targetId } } } } }", actor=as_user(user))

    assert answer["viewer"]["user"]["auditEvents"]["nodes"] == [{"action": "user.created", "targetId": user.id}]


async def test_a_target_that_is_a_name_is_no_node_and_costs_no_look_up() -> None:
    admin = await make_admin()
    await record_denial(SYSTEM, EndpointDenied(target_id="POST /graphql", reason="graph_csrf"))

    with counted_statements() as statements:
        read_it = '{ auditEvents(filter: {action: "endpoint."}) { nodes { target { id } targetId } } }'
        answer = await read(read_it, actor=as_user(admin))

    assert answer["auditEvents"]["nodes"] == [{"target": None, "targetId": "POST /graphql"}]
    assert len(statements) == 2


async def test_who_did_it_is_a_node_whatever_it_is() -> None:
    admin = await make_admin()
    created = await commit(create_client(SYSTEM, NewClient(name="Sync", kind=ClientKind.MACHINE)))
    client_id = created.client.id
    for actor in (Actor(ActorKind.CLIENT, client_id), as_user(admin), SYSTEM):
        await record_denial(actor, EndpointDenied(target_id="POST /graphql", reason="graph_csrf"))

    document = '{ auditEvents(filter: {action: "endpoint."}) { nodes { actor { id } actorNode { __typename id } } } }'
    answer = await read(document, actor=as_user(admin))

    assert answer["auditEvents"]["nodes"] == [
        {"actor": None, "actorNode": None},
        {"actor": {"id": admin.id}, "actorNode": {"__typename": "User", "id": admin.id}},
        {"actor": None, "actorNode": {"__typename": "Client", "id": client_id}},
    ]


async def test_filters_by_client_and_address() -> None:
    admin = as_user(await make_admin())
    for n in (1, 2):
        origin = Origin(f"req-{n}", f"203.0.113.{n}")
        event = EndpointDenied(target_id=f"GET /{n}", reason="graph_csrf")
        await record_denial(Actor(ActorKind.USER, "usr_1", client_id=f"cli_{n}", origin=origin), event)

    async def found(given: str) -> list[str]:
        answer = await read(
            f'{{ auditEvents(filter: {{action: "endpoint.*", {given}}}) {{ nodes {{ targetId }} }} }}', actor=admin
        )
        return [node["targetId"] for node in answer["auditEvents"]["nodes"]]

    assert await found('clientId: "cli_1"') == ["GET /1"]
    assert await found('ip: "::ffff:203.0.113.2"') == ["GET /2"]
    assert await refusal('{ auditEvents(filter: {ip: "nonsense"}) { nodes { id } } }', actor=admin) == (
        "BAD_USER_INPUT",
        "events_address_invalid",
    )


async def test_who_manages_a_client_reads_what_came_through_it_and_nothing_else() -> None:
    created = await commit(create_client(SYSTEM, NewClient(name="App", kind=ClientKind.MACHINE)))
    client_id, manager = created.client.id, await make_user("manager@example.com")
    await commit(grant_relation(SYSTEM, TupleKey("clients", client_id, "admin", "user", manager.id)))
    event = EndpointDenied(target_id="GET /", reason="graph_csrf")
    await record_denial(Actor(ActorKind.CLIENT, client_id, client_id=client_id), event)
    await record_denial(Actor(ActorKind.CLIENT, "cli_other", client_id="cli_other"), event)
    caller = as_user(manager)

    mine = await read(
        f'{{ auditEvents(filter: {{clientId: "{client_id}"}}) {{ nodes {{ clientId id }} }} }}', actor=caller
    )

    assert [node["clientId"] for node in mine["auditEvents"]["nodes"]] == [client_id]
    audit_id = mine["auditEvents"]["nodes"][0]["id"]
    assert (await read(f'{{ node(id: "{audit_id}") {{ id }} }}', actor=caller))["node"] == {"id": audit_id}
    for other in ('{clientId: "cli_other"}', "{}", f'{{targetId: "{client_id}"}}'):
        document = f"{{ auditEvents(filter: {other}) {{ nodes {{ id }} }} }}"
        assert await refusal(document, actor=caller) == ("FORBIDDEN", "kit_permission_missing")
    place = await find_audit_place(caller, AuditFilter(client_id=client_id), None)
    await commit(seal_chain())
    part = await read_audit_slice(caller, AuditFilter(client_id=client_id), place)
    assert {event.client_id for _, event in part.events} == {client_id}
    with pytest.raises(Forbidden):
        await find_audit_place(caller, AuditFilter(), None)
