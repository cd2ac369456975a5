"""Every document of the room runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.ids import new_id
from app.upstream.service import create_provider
from app.upstream.types import NewProvider, ProviderKind
from app.users.service import register_user
from app.users.types import NewUser
from tests.graph.support import console_documents, execute
from tests.support import as_user, counted_statements, make_admin

ROOM = "upstream/"
DOCUMENTS = {path[len(ROOM) : -len(".graphql")]: text for path, text in console_documents().items() if ROOM in path}
_LINK = """
INSERT INTO upstream_identity (id, provider_id, subject, user_id, created_at) VALUES ($1, $2, $3, $4, $5)
"""

# As an operator runs each, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "IdentityProviderCreate": 6,
    "IdentityProviderDelete": 6,
    "IdentityProviderTest": 3,
    "IdentityProviderUpdate": 7,
    "IdentityProviders": 3,
    "LinkedIdentityDelete": 9,
    "UserLinkedIdentities": 5,
}


async def build_stage(rows: range) -> dict[str, str]:
    """A provider for every row, and somebody linked to each: the last provider, user and link."""
    async with unit_of_work():
        user = await register_user(SYSTEM, NewUser(email=f"user{rows.start}@example.com"))
        for n in rows:
            new = NewProvider(
                slug=f"p{n}", name=f"Provider {n}", kind=ProviderKind.OAUTH2, client_id="us", client_secret="s",
                authorization_endpoint="https://p.example/a", token_endpoint="https://p.example/t",
                userinfo_endpoint="https://p.example/u",
            )  # fmt: skip
            provider = await create_provider(SYSTEM, new)
            link = new_id("lid")
            await db.execute(_LINK, link, provider.id, f"{n}", user.id, clock.now())
    return {"provider": provider.id, "user": user.id, "link": link}


def variables_for(name: str, stage: dict[str, str]) -> Mapping[str, Any]:
    created = {
        "slug": f"new-{stage['link'][-6:]}", "name": "New", "kind": "OIDC", "issuer": "https://new.example",
        "clientId": "us", "clientSecret": "secret",
    }  # fmt: skip
    samples: dict[str, Mapping[str, Any]] = {
        "IdentityProviderCreate": {"input": created},
        "IdentityProviderDelete": {"input": {"id": stage["provider"]}},
        "IdentityProviderTest": {"id": stage["provider"]},
        "IdentityProviderUpdate": {"input": {"id": stage["provider"], "name": "Renamed"}},
        "IdentityProviders": {"first": 100},
        "LinkedIdentityDelete": {"input": {"id": stage["link"]}},
        "UserLinkedIdentities": {"id": stage["user"], "first": 100},
    }
    return samples[name]


async def count_twice(source: str, name: str | None) -> tuple[list[int], str]:
    """How many statements a document takes with few rows and with ten times as many, and the last ones."""
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


async def test_links_of_many_users_come_in_one_statement() -> None:
    source = """{ users(first: 100) { nodes { linkedIdentities(first: 2) {
        nodes { providerName provider { slug } } totalCount
    } } } }"""

    counts, statements = await count_twice(source, None)

    assert counts[0] == counts[1], statements
