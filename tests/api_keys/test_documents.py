"""Every document of the room runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from app.api_keys.service import create_key
from app.api_keys.types import NewApiKey
from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.users.service import register_user
from app.users.types import NewUser
from tests.graph.support import console_documents, execute
from tests.support import as_user, counted_statements, make_admin

ROOM = "api_keys/"
DOCUMENTS = {path[len(ROOM) : -len(".graphql")]: text for path, text in console_documents().items() if ROOM in path}

# As an operator runs each, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "ApiKey": 9,
    "ApiKeyCreate": 9,
    "ApiKeyDelete": 14,
    "ApiKeyDisable": 9,
    "ApiKeyEnable": 6,
    "ApiKeyRotate": 9,
    "ApiKeyUpdate": 9,
    "ApiKeys": 5,
    "ClientApiKeys": 4,
    "OwnApiKeys": 3,
    "UserApiKeys": 4,
}


@dataclass(frozen=True)
class Stage:
    """What documents can be asked about: the last of the keys, with a hundred of its owners' at most."""

    key_id: str
    user_id: str
    client_id: str


async def build_stage(rows: range) -> Stage:
    """A user and a client with a key each for every row; more of them for the last ones."""
    async with unit_of_work():
        for n in rows:
            user = await register_user(SYSTEM, NewUser(email=f"user{n}@example.com", name=f"{n}"))
            new_client = NewClient(name=f"Client {n}", kind=ClientKind.MACHINE)
            client = (await create_client(SYSTEM, new_client)).client
            made = await create_key(SYSTEM, NewApiKey(name=f"Key {n}", owner_user_id=user.id))
            await create_key(SYSTEM, NewApiKey(name=f"Key {n}", owner_client_id=client.id))
        for _ in rows:
            await create_key(SYSTEM, NewApiKey(name="More", owner_user_id=user.id))
            await create_key(SYSTEM, NewApiKey(name="More", owner_client_id=client.id))
        for relation in ("viewer", "admin")[: len(rows) // 3]:
            await grant_relation(SYSTEM, TupleKey("users", "*", relation, "apikey", made.key.id))
    return Stage(made.key.id, user.id, client.id)


def variables_for(name: str, stage: Stage) -> Mapping[str, Any]:
    first, key = {"first": 100}, {"input": {"id": stage.key_id}}
    samples: dict[str, Mapping[str, Any]] = {
        "ApiKey": {"id": stage.key_id, **first},
        "ApiKeyCreate": {"input": {"name": "New", "ownerUserId": stage.user_id}},
        "ApiKeyDelete": key,
        "ApiKeyDisable": key,
        "ApiKeyEnable": key,
        "ApiKeyRotate": key,
        "ApiKeyUpdate": {"input": {"id": stage.key_id, "name": "Renamed"}},
        "ApiKeys": first,
        "ClientApiKeys": {"id": stage.client_id, **first},
        "OwnApiKeys": first,
        "UserApiKeys": {"id": stage.user_id, **first},
    }
    return samples[name]


async def count_twice(source: str, name: str | None) -> tuple[list[int], str]:
    """How many statements a document takes with few rows and with ten times as many, and the last ones."""
    forget_clients()
    admin, counts = as_user(await make_admin()), []
    for rows in (range(3), range(3, 30)):
        stage = await build_stage(rows)
        with counted_statements() as statements:
            answer = await execute(source, variables_for(name, stage) if name else {}, actor=admin)
        assert "errors" not in answer, answer
        assert all(not payload["errors"] for payload in answer["data"].values() if "errors" in (payload or {})), answer
        counts.append(len(statements))
    return counts, "\n".join(statements)


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_costs_a_constant_number_of_statements(name: str) -> None:
    counts, statements = await count_twice(DOCUMENTS[name], name)

    assert counts == [STATEMENTS[name]] * 2, statements


def test_no_document_is_counted_that_is_not_there() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("users(first: 100) { nodes { apiKeys(first: 2) { nodes { id status } totalCount } } }", 4),
        ("clients(first: 100) { nodes { apiKeys { nodes { id owner { node { id } } } } } }", 4),
        ("apiKeys(first: 100) { nodes { owner { node { id } } createdBy { id node { id } } } }", 4),
        ("apiKeys(first: 100) { nodes { tuples { nodes { relation } totalCount } } }", 5),
    ],
)
async def test_edges_of_a_list_come_in_one_statement(selection: str, expected: int) -> None:
    counts, statements = await count_twice(f"{{ {selection} }}", None)

    assert counts == [expected] * 2, statements
