"""Every document of the room runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.policies.service import flush_evaluations, judge_many, save_policy
from tests.graph.support import console_documents, execute
from tests.policies.support import FINE, LARGE, draft, question
from tests.support import as_user, counted_statements, make_admin

ROOM = "policies/"
DOCUMENTS = {path[len(ROOM) : -len(".graphql")]: text for path, text in console_documents().items() if ROOM in path}
MODEL = """model
  schema 1.1

type user

type invoice
  relations
    define viewer: [user]
  permissions
    define approve: viewer policy small
"""
# As an operator runs each, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "Policies": 9,
    "Policy": 9,
    "PolicyDelete": 13,
    "PolicyEvaluations": 5,
    "PolicySave": 18,
    "PolicyTest": 1,
    "PolicyVersions": 5,
}


async def build_stage(rows: range) -> dict[str, str]:
    """A client with a policy for every row, of which the last has as many versions and evaluations."""
    forget_clients()
    async with unit_of_work():
        client = (await create_client(SYSTEM, NewClient(name=f"App {rows}", kind=ClientKind.MACHINE))).client.id
        for n in rows:
            await save_policy(SYSTEM, draft(scope=client, name=f"p{n}", samples=(FINE, LARGE)))
        for n in rows:
            policy = await save_policy(SYSTEM, draft(f"return {n} == {n}", scope=client, samples=(FINE,)))
        free = await save_policy(SYSTEM, draft(scope=client, name="free"))
        await save_model(SYSTEM, ModelDraft(client, MODEL))
    await judge_many([question(scope=client, resource={"n": n}) for n in rows])
    await flush_evaluations()
    return {"client": client, "id": policy.id, "free": free.id}


def variables_for(name: str, stage: dict[str, str]) -> Mapping[str, Any]:
    sample = {"name": "a", "context": {"resource": {"amount": 1}}, "isAllowed": True}
    given = {"client": stage["client"], "name": "small", "source": "return 1 < 2", "samples": [sample]}
    samples: dict[str, Mapping[str, Any]] = {
        "Policies": {"client": stage["client"], "first": 100},
        "Policy": {"id": stage["id"]},
        "PolicyDelete": {"input": {"id": stage["free"]}},
        "PolicyEvaluations": {"id": stage["id"], "first": 100},
        "PolicySave": {"input": given},
        "PolicyTest": {"input": {"source": "return true", "context": {}, "samples": [sample]}},
        "PolicyVersions": {"id": stage["id"], "first": 100},
    }
    return samples[name]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_costs_a_constant_number_of_statements(name: str) -> None:
    admin, counts = as_user(await make_admin()), []

    for rows in (range(3), range(3, 30)):
        stage = await build_stage(rows)
        with counted_statements() as statements:
            answer = await execute(DOCUMENTS[name], variables_for(name, stage), actor=admin)
        assert "errors" not in answer, answer
        assert all(not payload.get("errors") for payload in answer["data"].values()), answer
        counts.append(len(statements))

    assert counts == [STATEMENTS[name]] * 2, "\n".join(statements)


def test_no_document_is_counted_that_is_not_there() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("samples { name } usage { tuples } warnings { line } client { id }", 9),
        ("versions { nodes { diff author { id } } totalCount }", 5),
        ("evaluations(filter: {verdict: ALLOWED}) { nodes { policy { id } subject { node { id } } } totalCount }", 6),
    ],
)
async def test_edges_of_a_list_come_in_one_statement(selection: str, expected: int) -> None:
    admin, counts = as_user(await make_admin()), []

    for rows in (range(3), range(3, 30)):
        stage = await build_stage(rows)
        source = f'{{ policies(client: "{stage["client"]}", first: 100) {{ nodes {{ {selection} }} }} }}'
        with counted_statements() as statements:
            answer = await execute(source, actor=admin)
        assert "errors" not in answer, answer
        counts.append(len(statements))

    assert counts == [expected] * 2, "\n".join(statements)
