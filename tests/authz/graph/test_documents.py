"""Every document of the permission engine runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types.saving import ModelDraft
from app.authz.types.tuples import EntityRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.writes import TupleWrite
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.notify import flush_notifications
from app.users.service import register_user
from app.users.types import NewUser
from tests.authz.graph.application import make_application
from tests.graph.support import console_documents, execute
from tests.support import as_user, counted_statements, make_admin

ROOM = "authz/"
DOCUMENTS = {path[len(ROOM) : -len(".graphql")]: text for path, text in console_documents().items() if ROOM in path}
SUBSCRIPTIONS = {"CheckChanged", "TuplesChanged"}
SOURCE = """model
  schema 1.1

type user

type document
  relations
    define owner: [user, client, apikey, group#member]
    define viewer: [user] or owner
  permissions
    define edit: owner
    define read: viewer
"""

# As an operator runs each, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "Actions": 5,
    "Check": 5,
    "Checks": 5,
    "ClientTuples": 10,
    "Expand": 6,
    "Explain": 6,
    "ListObjects": 6,
    "ListSubjects": 6,
    "Model": 4,
    "ModelImpact": 20,
    "ModelPreview": 24,
    "ModelProblems": 6,
    "ModelSave": 16,
    "ModelVersion": 4,
    "ModelVersions": 5,
    "Models": 4,
    "SystemModel": 1,
    "TokenClaims": 9,
    "TokenPreview": 5,
    "Tuples": 8,
    "TuplesDelete": 9,
    "TuplesWrite": 9,
    "TypeNames": 4,
    "UserPermissions": 6,
    "UserTuples": 6,
    "ViewerPermissions": 5,
    "WhoCan": 10,
}
# A change that is told, and the one for which the changelog was read.
STATEMENTS_OF_A_CHANGE, STATEMENTS_OF_A_SLICE = 1, 4


@dataclass(frozen=True)
class Stage:
    """What documents can be asked about: the last of the clients, users and models."""

    client_id: str
    user_id: str
    model_id: str


async def build_stage(rows: range) -> Stage:
    """A client with a model and a user for each row; a document of the last client for each, and one for all."""
    async with unit_of_work():
        users = [(await register_user(SYSTEM, NewUser(email=f"user{n}@example.com", name=f"{n}"))).id for n in rows]
        clients = [
            (await create_client(SYSTEM, NewClient(name=f"Client {n}", kind=ClientKind.MACHINE))).client.id
            for n in rows
        ]
        for client_id in clients:
            model = await save_model(SYSTEM, ModelDraft(client_id, SOURCE))
        await write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, make_keys(clients, users)))))
    return Stage(clients[-1], users[-1], model.id)


def make_keys(clients: Sequence[str], users: Sequence[str]) -> list[TupleKey]:
    kind, keys = f"{clients[-1]}:document", []
    for number, (client_id, user_id) in enumerate(zip(clients, users, strict=True)):
        owned, shared = EntityRef(kind, f"own-{number}"), EntityRef(kind, "shared")
        for entity, relation, subject in (
            (owned, "owner", SubjectRef("user", users[-1])),
            (owned, "owner", SubjectRef("client", clients[-1])),
            (shared, "viewer", SubjectRef("user", user_id)),
            (shared, "owner", SubjectRef("client", client_id)),
        ):
            keys.append(TupleKey(entity.type, entity.id, relation, subject.type, subject.id))
    return keys


def variables_for(name: str, stage: Stage) -> Mapping[str, Any]:
    kind, first = f"{stage.client_id}:document", {"first": 100}
    subject, entity = {"type": "user", "id": stage.user_id}, {"type": kind, "id": "shared"}
    question = {"subject": subject, "action": "read", "entity": entity}
    key = {"entity": entity, "relation": "viewer", "subject": {"type": "user", "id": "new"}}
    one = {"entityType": kind, "entityId": "own-0", "subjectType": "user"}
    changed = {"clientId": stage.client_id, "source": SOURCE.replace("read: viewer", "read: owner")}
    of_user, of_client = {"userId": stage.user_id, "clientId": stage.client_id}, {"scope": stage.client_id}
    samples: dict[str, Mapping[str, Any]] = {
        "Actions": {"entity": entity, "subject": subject},
        "Check": {"input": question},
        "Checks": {"inputs": [question, {**question, "action": "edit"}]},
        "ClientTuples": {"id": stage.client_id, **first},
        "Expand": {"entity": entity, "relation": "owner"},
        "Explain": {"input": question},
        "ListObjects": {"subject": subject, "action": "read", "type": kind, **first},
        "ListSubjects": {"entity": entity, "action": "read", "type": "user", **first},
        "Model": of_client,
        "ModelImpact": {"input": changed},
        "ModelPreview": {"input": {"clientId": stage.client_id, "source": SOURCE}},
        "ModelProblems": {"input": changed},
        "ModelSave": {"input": changed},
        "ModelVersion": {"id": stage.model_id},
        "ModelVersions": {**of_client, **first},
        "TokenClaims": of_user,
        "TokenPreview": of_user,
        "Tuples": {"filter": {"entityType": kind}, **first},
        "TuplesDelete": {"input": {"filter": one}},
        "TuplesWrite": {"input": {"writes": [key], "reason": "a test"}},
        "UserPermissions": {"id": stage.user_id, "clientId": stage.client_id},
        "UserTuples": {"id": stage.user_id, **first},
        "ViewerPermissions": {"clientId": stage.client_id},
        "WhoCan": {"entity": entity, "action": "read", **first},
    }
    return samples.get(name, {})


async def count_twice(source: str, name: str) -> tuple[list[int], str]:
    """How many statements a document takes with few rows and with ten times as many, and the last ones."""
    admin, counts = as_user(await make_admin()), []
    for rows in (range(3), range(3, 30)):
        stage = await build_stage(rows)
        await flush_notifications()
        with counted_statements() as statements:
            answer = await execute(source, variables_for(name, stage), actor=admin)
        assert "errors" not in answer, answer
        assert all(not payload.get("errors") for payload in answer["data"].values() if isinstance(payload, dict))
        counts.append(len(statements))
    return counts, "\n".join(statements)


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - SUBSCRIPTIONS))
async def test_a_document_costs_a_constant_number_of_statements(name: str) -> None:
    counts, statements = await count_twice(DOCUMENTS[name], name)

    assert counts == [STATEMENTS[name]] * 2, statements


def test_no_document_is_counted_that_is_not_there() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys() - SUBSCRIPTIONS


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("users(first: 100) { nodes { tuples { nodes { relation createdAt writtenBy { id } } totalCount } } }", 6),
        ('users(first: 100) { nodes { can(action: "manage_platform", entity: $all) { allowed } } }', 6),
        ("users(first: 100) { nodes { permissions { permissions } } }", 6),
        ("clients(first: 100) { nodes { model { version isCurrent versions { nodes { id } } diff } } }", 4),
        ("clients(first: 100) { nodes { model { versions { totalCount } client { id } } } }", 6),
        ("clients(first: 100) { nodes { tuples { nodes { relation } totalCount } grants { totalCount } } }", 8),
        ("tuples(first: 100) { nodes { subject { node { id } } entity { node { id } } } }", 5),
    ],
)
async def test_edges_of_a_list_come_in_one_statement(selection: str, expected: int) -> None:
    head = '($all: EntityInput! = { type: "platform", id: "*" })' if "$all" in selection else ""
    counts, statements = await count_twice(f"query {head} {{ {selection} }}", "")

    assert counts == [expected] * 2, statements


async def count_changes(count: int) -> list[int]:
    """How many statements it takes to tell of each of some changes; the first of them reads the changelog for all."""
    app = await make_application()
    written = await app.write("document:1#viewer@user:first")
    await app.write(*(f"document:{n}#viewer@user:{app.ben.id}" for n in range(100, 100 + count)))
    variables = {"after": written.token}
    operation = prepare(Parameters(DOCUMENTS["TuplesChanged"], variables, None), Context(app.admin))
    watch, counts = Watch(Credentials(app.admin), Context(app.admin)), []
    async with aclosing(subscribe(operation, watch, "test-request")) as bodies:
        await anext(bodies)
        for _ in range(count):
            with counted_statements() as statements:
                body = await anext(bodies)
            assert body["data"]["tuplesChanged"]["node"]["subject"]["id"] == app.ben.id
            counts.append(len(statements))
    return counts


async def test_a_change_costs_a_constant_number_of_statements() -> None:
    assert await count_changes(12) == [STATEMENTS_OF_A_SLICE, *[STATEMENTS_OF_A_CHANGE] * 11]
