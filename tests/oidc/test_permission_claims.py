"""Access tokens carry what the user may do in the client that gets them."""

from __future__ import annotations

import pytest

from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.clients.types import Client
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.types import Session
from app.users.types import User
from tests.authz.answers.support import save_app_of
from tests.oidc.support import Party, claims_of, make_party
from tests.support import commit


async def grant(client: Client, user: User, *relations: tuple[str, str]) -> None:
    """Give a user relations to documents of a client: id and relation."""
    await save_app_of(client.id)
    keys = [TupleKey(f"{client.id}:document", name, relation, "user", user.id) for name, relation in relations]
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, keys)))))


async def test_a_token_says_what_is_allowed_and_what_a_live_check_decides(
    party: Party, session: Session, user: User
) -> None:
    await grant(party.client, user, ("1", "owner"), ("*", "viewer"))

    claims = claims_of((await party.tokens())["access_token"])

    document = f"{party.client.id}:document"
    assert claims["permissions"] == {document: ["read", "sign"], f"{document}:1": ["read", "share", "sign"]}
    assert claims["abac_required"] == {document: ["read", "sign"], f"{document}:1": ["sign"]}
    assert "permissions_truncated" not in claims


async def test_a_refreshed_token_knows_what_has_changed(party: Party, session: Session, user: User) -> None:
    await grant(party.client, user, ("1", "owner"))
    tokens = await party.tokens(scope="openid offline_access")
    key = TupleKey(f"{party.client.id}:document", "1", "owner", "user", user.id)

    await commit(write_tuples(SYSTEM, TupleWrite(delete=(key,))))
    renewed = await party.refresh(tokens["refresh_token"])

    assert claims_of(tokens["access_token"])["permissions"] != {}
    assert claims_of(renewed.json()["access_token"])["permissions"] == {}


async def test_another_client_s_permissions_stay_out(party: Party, session: Session, user: User) -> None:
    other = await make_party(party.browser)
    await grant(other.client, user, ("1", "owner"))

    assert claims_of((await party.tokens())["access_token"])["permissions"] == {}


@pytest.mark.parametrize(("scope", "expected"), [("openid", {}), ("openid auther:api", {"users": ["view"]})])
async def test_platform_permissions_come_with_the_scope_of_the_api(
    scope: str, expected: dict[str, list[str]], party: Party, session: Session, user: User
) -> None:
    narrow = await make_party(party.browser, scopes=("openid", "auther:api"))
    key = TupleKey("users", "*", "viewer", "user", user.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))

    claims = claims_of((await narrow.tokens(scope=scope))["access_token"])

    assert claims["permissions"] == expected


async def test_what_is_too_large_is_left_out_and_said(party: Party, session: Session, user: User) -> None:
    await grant(party.client, user, *((str(n), "owner") for n in range(60)), ("*", "viewer"))

    with override(token_permissions_max_bytes=512):
        claims = claims_of((await party.tokens())["access_token"])

    document = f"{party.client.id}:document"
    assert claims["permissions"] == {document: ["read", "sign"]}
    assert claims["permissions_truncated"] is True
