"""Every document of the room runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.contexts.service import create_context, welcome
from app.contexts.types import Entry, Grant, NewContext
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.users.service import register_user
from app.users.types import NewUser
from tests.contexts.support import MODEL
from tests.graph.support import console_documents, execute, read
from tests.support import as_user, counted_statements, make_admin, make_user

ROOM = "contexts/"
DOCUMENTS = {path[len(ROOM) : -len(".graphql")]: text for path, text in console_documents().items() if ROOM in path}

# As an operator runs each, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "RegistrationContext": 4,
    "RegistrationContextCreate": 14,
    "RegistrationContextDelete": 6,
    "RegistrationContextUpdate": 13,
    "RegistrationContexts": 5,
}


async def build_stage(rows: range) -> dict[str, str]:
    """A client and a context of it for every row, each applied to somebody: the last of each."""
    forget_clients()
    async with unit_of_work():
        user = await register_user(SYSTEM, NewUser(email=f"user{rows.start}@example.com"))
        for n in rows:
            client = (await create_client(SYSTEM, NewClient(name=f"App {n}", kind=ClientKind.MACHINE))).client
            await save_model(SYSTEM, ModelDraft(client.id, MODEL))
            grants = (Grant(f"{client.id}:invoice", "viewer"), Grant(f"{client.id}:invoice", "editor", "42"))
            new = NewContext(slug=f"c{n}", name=f"Context {n}", grants=grants, client_id=client.id)
            context = await create_context(SYSTEM, new)
            await welcome(SYSTEM, user.id, Entry((client.id,)))
    return {"id": context.id, "client": client.id, "slug": context.slug}


def variables_for(name: str, stage: dict[str, str]) -> Mapping[str, Any]:
    given = [{"entityType": f"{stage['client']}:invoice", "relation": "editor"}]
    created = {"slug": f"new-{stage['slug']}", "name": "New", "clientId": stage["client"], "grants": given}
    samples: dict[str, Mapping[str, Any]] = {
        "RegistrationContext": {"slug": stage["slug"]},
        "RegistrationContextCreate": {"input": created},
        "RegistrationContextDelete": {"input": {"id": stage["id"]}},
        "RegistrationContextUpdate": {"input": {"id": stage["id"], "grants": given}},
        "RegistrationContexts": {"first": 100},
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
        assert all(not payload["errors"] for payload in answer["data"].values() if "errors" in payload), answer
        counts.append(len(statements))

    assert counts == [STATEMENTS[name]] * 2, "\n".join(statements)


def test_no_document_is_counted_that_is_not_there() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


async def test_a_context_is_found_by_id_by_slug_and_as_a_node_by_who_may_see_it() -> None:
    admin, plain = as_user(await make_admin()), as_user(await make_user())
    stage = await build_stage(range(1))
    source = """query ($id: ID!, $slug: String!) {
        node(id: $id) { id ... on RegistrationContext { slug client { id } appliedCount } }
        one: registrationContext(id: $id) { slug }
        other: registrationContext(slug: $slug) { id grants { entityType entityId relation } }
    }"""
    variables = {"id": stage["id"], "slug": stage["slug"]}

    seen, refused = await read(source, variables, actor=admin), await execute(source, variables, actor=plain)

    kind = f"{stage['client']}:invoice"
    grants = [
        {"entityType": kind, "entityId": None, "relation": "viewer"},
        {"entityType": kind, "entityId": "42", "relation": "editor"},
    ]
    assert seen == {
        "node": {"id": stage["id"], "slug": "c0", "client": {"id": stage["client"]}, "appliedCount": 1},
        "one": {"slug": "c0"},
        "other": {"id": stage["id"], "grants": grants},
    }
    assert refused["data"] == {"node": None, "one": None, "other": None}
    assert [error["extensions"]["permission"] for error in refused["errors"]] == ["platform.manage_platform"] * 2


@pytest.mark.parametrize("arguments", ["", '(id: "ctx_a", slug: "b")'])
async def test_a_context_is_named_in_one_way(arguments: str) -> None:
    admin = as_user(await make_admin())

    answer = await execute(f"{{ registrationContext{arguments} {{ id }} }}", actor=admin)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
