"""Initial access tokens: what operators give to those who may register clients (RFC 7591 §3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clients.registration.errors import InitialTokenMismatch, InitialTokenNotFound
from app.clients.registration.tokens import (
    count_initial_tokens,
    create_initial_token,
    find_initial_token,
    list_initial_tokens,
    revoke_initial_token,
    spend_initial_token,
)
from app.clients.registration.types import CreatedInitialToken, NewInitialToken
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.crypto import hash_token
from app.kit.errors import InputProblems
from app.kit.paging import PageRequest
from tests.clients.support import everything_told
from tests.graph.support import execute
from tests.support import as_user, assert_needs, commit, deciding, make_admin, make_user


async def make(**changes: Any) -> CreatedInitialToken:
    return await commit(create_initial_token(SYSTEM, NewInitialToken(**{"name": "CI", **changes})))


async def rows() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch("SELECT * FROM clients_initial_token ORDER BY id")]


async def test_a_token_is_shown_once_and_kept_as_a_hash() -> None:
    created = await make()

    assert created.secret is not None
    assert created.secret.startswith("ainit_")
    row = await db.fetch_row("SELECT token_hash, hint, t::text AS text FROM clients_initial_token t")
    assert row is not None
    assert (row["token_hash"], row["hint"]) == (hash_token(created.secret), created.secret[-4:])
    assert created.secret not in row["text"] + repr(created) + await everything_told()


async def test_a_token_is_for_one_client_and_a_week_unless_told_otherwise() -> None:
    with clock.frozen():
        created = (await make()).token
        unbounded = (await make(max_uses=None, ttl_seconds=None)).token

        assert (created.max_uses, created.expires_at) == (1, clock.now() + timedelta(days=7))
    assert (unbounded.max_uses, unbounded.expires_at) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "  "}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"name": "x" * 121}, ("name",)),
        ({"max_uses": 0}, ("max_uses",)),
        ({"max_uses": 1_000_001}, ("max_uses",)),
        ({"ttl_seconds": 0}, ("ttl_seconds",)),
        ({"ttl_seconds": -1}, ("ttl_seconds",)),
        ({"scopes": ("openid", "a b")}, ("scopes", "1")),
        ({"scopes": ("auther:api",)}, ("scopes", "0")),
        ({"scopes": tuple(f"s{n}" for n in range(101))}, ("scopes",)),
        ({"grant_types": ()}, ("grant_types",)),
        ({"grant_types": ("authorization_code", "implicit")}, ("grant_types", "1")),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_token_is_well_formed(changes: dict[str, Any], field: tuple[str, ...]) -> None:
    with pytest.raises(InputProblems) as caught:
        await make(**changes)

    assert [problem.field for problem in caught.value.problems] == [field]
    assert await rows() == []


async def test_the_same_idempotency_key_makes_one_token() -> None:
    new = NewInitialToken(name="CI")
    first = await commit(create_initial_token(SYSTEM, new, idempotency_key="deploy"))
    again = await commit(create_initial_token(SYSTEM, new, idempotency_key="deploy"))
    with pytest.raises(InitialTokenMismatch):
        await commit(create_initial_token(SYSTEM, NewInitialToken(name="Other"), idempotency_key="deploy"))

    assert (again.token, again.secret) == (first.token, None)
    assert len(await rows()) == 1


async def test_a_revoked_token_works_no_more_and_a_second_time_changes_nothing() -> None:
    created = await make(max_uses=None)
    assert created.secret is not None
    assert await find_initial_token(created.secret) == created.token

    revoked = await commit(revoke_initial_token(SYSTEM, created.token.id))
    again = await commit(revoke_initial_token(SYSTEM, created.token.id))

    assert revoked.revoked_at is not None
    assert again == revoked
    assert await find_initial_token(created.secret) is None
    assert await commit(spend_initial_token(created.secret)) is None
    actions = [row[0] for row in await db.fetch("SELECT action FROM events_audit ORDER BY seq")]
    assert actions == ["initial_token.created", "initial_token.revoked"]


async def test_what_is_not_there_cannot_be_revoked() -> None:
    with pytest.raises(InitialTokenNotFound):
        await commit(revoke_initial_token(SYSTEM, "iat_nothing"))


async def test_making_and_revoking_need_clients_create_and_seeing_clients_view() -> None:
    token = (await make()).token

    await assert_needs("clients.create", lambda actor: create_initial_token(actor, NewInitialToken(name="Mine")))
    await assert_needs("clients.create", lambda actor: revoke_initial_token(actor, token.id))
    await assert_needs("clients.view", lambda actor: list_initial_tokens(actor, PageRequest(first=10)))
    await assert_needs("clients.view", count_initial_tokens)
    with deciding(usr_maker={"clients.create"}, usr_viewer={"clients.view"}):
        assert (await commit(revoke_initial_token(as_user("usr_maker"), token.id))).revoked_at is not None
        page = await list_initial_tokens(as_user("usr_viewer"), PageRequest(first=10))

    assert [each.id for each in page.items] == [token.id]


async def test_the_api_makes_shows_and_revokes_tokens() -> None:
    admin = as_user(await make_admin())
    source = """mutation M($input: InitialAccessTokenCreateInput!) { initialAccessTokenCreate(input: $input) {
        token errors { field message } initialAccessToken {
            id name maxUses uses scopes grantTypes requirePkce isUsable createdBy { id } expiresAt
        } } }"""

    given = {"name": "CI", "maxUses": None, "ttlSeconds": None, "scopes": ["openid"], "requirePkce": False}
    made = (await execute(source, {"input": given}, actor=admin))["data"]["initialAccessTokenCreate"]
    shown = made["initialAccessToken"]
    node = f'{{ node(id: "{shown["id"]}") {{ ... on InitialAccessToken {{ name }} }} }}'
    revoke = f"""mutation {{ initialAccessTokenRevoke(input: {{id: "{shown["id"]}"}}) {{
        initialAccessToken {{ isUsable }} }} }}"""

    assert made["token"].startswith("ainit_")
    assert shown | {"id": "", "createdBy": ""} == {
        "id": "", "name": "CI", "maxUses": None, "uses": 0, "scopes": ["openid"], "grantTypes": None,
        "requirePkce": False, "isUsable": True, "createdBy": "", "expiresAt": None,
    }  # fmt: skip
    assert shown["createdBy"] == {"id": admin.id}
    assert (await execute(node, actor=admin))["data"]["node"] == {"name": "CI"}
    plain = as_user(await make_user("plain@example.com"))
    assert (await execute(node, actor=plain))["data"]["node"] is None
    revoked = (await execute(revoke, actor=admin))["data"]["initialAccessTokenRevoke"]
    assert revoked == {"initialAccessToken": {"isUsable": False}}


async def test_the_api_tells_what_is_wrong_with_a_token() -> None:
    admin = as_user(await make_admin())
    source = """mutation { initialAccessTokenCreate(input: {name: "", scopes: ["auther:api"]}) {
        token initialAccessToken { id } errors { code field } } }"""

    told = (await execute(source, actor=admin))["data"]["initialAccessTokenCreate"]

    assert (told["token"], told["initialAccessToken"]) == (None, None)
    assert [each["field"] for each in told["errors"]] == [["name"], ["scopes", "0"]]
    assert await rows() == []
