"""What `@requires` says below the roots and of streams is what the guards ask; other roots have tests beside this."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.errors import describe
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.schema import graphql_schema
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.errors import AppError
from app.kit.guard import ALL_PERMISSIONS
from app.oidc.consents import grant_consent
from app.sessions.service import begin_session
from tests.graph.support import execute
from tests.graph.test_schema import OURS, fields_of, permission_of
from tests.support import ORIGIN, as_user, commit, deciding, make_user

USER = "query ($user: ID!) { user(id: $user) { %s } }"
CLIENT = "query ($client: ID!) { client(id: $client) { %s } }"
CHANGED_USER = 'mutation ($user: ID!) { userUpdate(input: {id: $user, name: "x"}) { user { %s } } }'
ROOTS = {"Query", "Mutation", "Subscription"}


@dataclass(frozen=True)
class Edge:
    """A document that leads to a field, what its root asks for, and what opens it too by its description."""

    source: str
    root: str
    others: frozenset[str] = frozenset()


EDGES = {
    "User.factors": Edge(CHANGED_USER % "factors { isProtected }", "users.update"),
    "User.tuples": Edge(USER % "tuples { totalCount }", "users.view"),
    "User.permissions": Edge(
        "query ($user: ID!, $client: ID!) { user(id: $user) { permissions(clientId: $client) { sizeBytes } } }",
        "users.view",
    ),
    "User.can": Edge(
        "query ($user: ID!, $type: String!) "
        '{ user(id: $user) { can(action: "view", entity: {type: $type, id: "1"}) { allowed } } }',
        "users.view",
    ),
    "User.sessions": Edge(USER % "sessions { totalCount }", "users.view"),
    "User.auditEvents": Edge(USER % "auditEvents { totalCount }", "users.view"),
    "User.tokenFamilies": Edge(USER % "tokenFamilies { totalCount }", "users.view"),
    "Client.tokenFamilies": Edge(
        CLIENT % "tokenFamilies { totalCount }", "clients.view", frozenset({"clients.manage_access"})
    ),
    "User.linkedIdentities": Edge(USER % "linkedIdentities { totalCount }", "users.view"),
    "User.consents": Edge(CHANGED_USER % "consents { totalCount }", "users.update"),
    "User.clients": Edge(USER % "clients { totalCount }", "users.view"),
    "User.apiKeys": Edge(USER % "apiKeys { totalCount }", "users.view", frozenset({"users.impersonate"})),
    "Client.model": Edge(CLIENT % "model { id }", "clients.view"),
    "Client.tuples": Edge(CLIENT % "tuples { totalCount }", "clients.view"),
    "Client.grants": Edge(CLIENT % "grants { totalCount }", "clients.view"),
    "Client.apiKeys": Edge(CLIENT % "apiKeys { totalCount }", "clients.view", frozenset({"clients.manage_access"})),
    "Session.user": Edge("{ sessions { nodes { user { id } } } }", "sessions.view_all"),
    "Permissions.claims": Edge(
        "query ($user: ID!, $client: ID!) "
        "{ tokenPreview(userId: $user, clientId: $client) { claims { accessToken } } }",
        "clients.manage_access",
    ),
}
STREAMS = {
    "auditEvents": "subscription { auditEvents { cursor } }",
    "checkChanged": """subscription { checkChanged(input: {
        action: "view", entity: {type: "cli_x:invoice", id: "1"}, subject: {type: "user", id: "usr_other"}
    }) { allowed } }""",
    "job": 'subscription { job(id: "job_01jq3zv4m9w8k2c7d5f6g1h0ab") { __typename } }',
    "metrics": "subscription { metrics { __typename } }",
    "sessionsRevoked": "subscription { sessionsRevoked { cursor } }",
    "tuplesChanged": "subscription { tuplesChanged { cursor } }",
}


def required(place: str) -> str:
    name, _, field = place.partition(".")
    permission = permission_of(fields_of(OURS[name])[field])
    assert permission is not None
    return permission


async def build_stage() -> dict[str, str]:
    """A signed-in user who has used a client; the variables of the documents."""
    forget_clients()
    user = await make_user()
    await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    created = await commit(create_client(SYSTEM, NewClient(name="App", kind=ClientKind.MACHINE)))
    await commit(grant_consent(SYSTEM, user.id, created.client.id, ("openid",)))
    return {"user": user.id, "client": created.client.id, "type": f"{created.client.id}:invoice"}


def variables_of(source: str, stage: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in stage.items() if f"${name}:" in source}


def test_every_edge_that_needs_a_permission_is_here() -> None:
    found = {
        f"{name}.{field}"
        for name, named in OURS.items()
        for field, value in fields_of(named).items()
        if name not in ROOTS and permission_of(value)
    }

    assert found == EDGES.keys()


@pytest.mark.parametrize("place", EDGES)
async def test_an_edge_needs_exactly_the_permission_that_it_names(place: str) -> None:
    edge, permission = EDGES[place], required(place)
    values = variables_of(edge.source, await build_stage())
    reader = as_user("usr_reader")

    with deciding(usr_reader=ALL_PERMISSIONS - {permission} - edge.others):
        refused = await execute(edge.source, values, actor=reader)
    with deciding(usr_reader={permission, edge.root}):
        allowed = await execute(edge.source, values, actor=reader)

    (error,) = refused["errors"]
    assert (error["extensions"]["code"], error["extensions"]["permission"]) == ("FORBIDDEN", permission)
    assert "errors" not in allowed, allowed


async def first_refusal(source: str, actor: Actor) -> dict[str, Any]:
    """Why a stream does not begin."""
    context = Context(actor)
    operation = prepare(Parameters(source, {}, None), context)
    async with aclosing(subscribe(operation, Watch(Credentials(actor), context), "test-request")) as bodies:
        try:
            body: Any = await anext(bodies)
        except AppError as error:
            return describe(error, "test-request")
    told: dict[str, Any] = body["errors"][0]["extensions"]
    return told


@pytest.mark.parametrize("name", graphql_schema.subscription_type.fields)  # type: ignore[union-attr]
async def test_a_stream_needs_the_permission_that_it_names(name: str) -> None:
    permission = required(f"Subscription.{name}")

    anonymous = await first_refusal(STREAMS[name], ANONYMOUS.at(ORIGIN))
    with deciding(usr_reader=ALL_PERMISSIONS - {permission}):
        refused = await first_refusal(STREAMS[name], as_user("usr_reader"))

    assert anonymous["code"] == "UNAUTHENTICATED"
    assert (refused["code"], refused["permission"]) == ("FORBIDDEN", permission)
