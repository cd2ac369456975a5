"""Planned selections give what graphql-core's own way gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.clients.service import forget_clients
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.paging import Page
from app.sessions.service import begin_session
from app.signing.service import ensure_keys, forget_keys
from app.users import service as users
from app.users.service import ban_user, get_users
from tests.graph.plans.both_ways import both_ways
from tests.graph.test_documents import DOCUMENTS, build_stage, variables_for
from tests.support import as_user, commit, make_admin, make_user

SELECTIONS = [
    "nodes { id }",
    "nodes { __typename id }",
    "nodes { mail: email title: id email name }",
    "nodes { id id ... on User { id status } ... on Node { __typename } }",
    "nodes { attributes createdAt lastSignInAt emailVerified }",
    "nodes { ban { reason until bannedAt } }",
    "nodes { id ban { bannedBy { id email } reason } name }",
    "nodes { sessions { nodes { amr isCurrent acr } pageInfo { hasNextPage startCursor } } id }",
    "nodes { id ...on User @include(if: false) { email } name @skip(if: true) }",
    "totalCount nodes { id } pageInfo { endCursor hasPreviousPage } edges { cursor node { id } }",
    "edges { node { email ban { __typename } } } totalCount",
    "__typename",
]


@pytest.mark.parametrize("selection", SELECTIONS)
async def test_a_planned_selection_gives_the_same(selection: str) -> None:
    admin = as_user(await make_admin())
    for n in range(3):
        user = await make_user(f"user{n}@example.com", name=f"User {n}" if n else None, attributes={"n": [n, None]})
        await commit(begin_session(SYSTEM, user, amr=("pwd", "otp"), acr="1", browser_id="a browser"))
    await commit(ban_user(admin, user.id, reason="spam"))

    planned, plain = await both_ways(f"{{ users {{ {selection} }} }}", actor=admin)

    assert planned == plain
    assert list(planned["data"]["users"]) == list(plain["data"]["users"])
    assert str(planned) == str(plain)
    assert "errors" not in planned


@pytest.mark.parametrize(
    "broken", [{"email": None}, {"email": 5}, {"email_verified": "yes"}, {"created_at": None}, {"name": b"bytes"}]
)
async def test_a_value_that_does_not_fit_gives_the_same_error(
    broken: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make_user()
    found = (await get_users([user.id]))[user.id]

    async def list_broken(*arguments: object) -> object:
        return Page((found, replace(found, **broken)), ("a", "b"), has_next=False, has_previous=False)

    monkeypatch.setattr(users, "list_users", list_broken)
    source = "{ users { nodes { id email emailVerified name createdAt } } }"
    planned, plain = await both_ways(source, actor=as_user(user))

    assert planned == plain
    if broken == {"email": 5}:
        assert planned["data"]["users"]["nodes"][1]["email"] == "5"
    else:
        assert planned["errors"][0]["extensions"]["code"] == "INTERNAL"


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_every_document_of_the_console_gives_the_same(path: str) -> None:
    forget_clients()
    forget_keys()
    await commit(ensure_keys())
    admin = as_user(await make_admin())
    stage = await build_stage(admin, range(3))

    with clock.frozen():
        planned, plain = await both_ways(DOCUMENTS[path], variables_for(path, stage), actor=admin)

    assert str(planned) == str(plain)
    assert "errors" not in planned
