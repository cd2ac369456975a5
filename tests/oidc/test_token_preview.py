"""What a token would hold, asked before there is one: the same as the token has."""

from __future__ import annotations

from typing import Any

import pytest

from app.kit import clock
from app.kit.guard import ALL_PERMISSIONS
from app.oidc.preview import OF_A_SIGN_IN
from app.sessions.types import Session
from app.users.types import User
from tests.graph.support import read, refusal
from tests.oidc.support import Party, claims_of
from tests.oidc.test_permission_claims import grant
from tests.support import as_user, deciding, make_user

PREVIEW = """query ($user: ID, $subject: SubjectInput, $client: ID, $scopes: [String!]) {
    tokenPreview(userId: $user, subject: $subject, clientId: $client) {
        claims(scopes: $scopes) { accessToken idToken }
    }
}"""
OPERATOR = {"clients.manage_access", "users.view"}


def without_sign_in(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in OF_A_SIGN_IN}


async def preview(**values: Any) -> Any:
    with deciding(usr_operator=OPERATOR):
        return (await read(PREVIEW, values, actor=as_user("usr_operator")))["tokenPreview"]["claims"]


@pytest.mark.parametrize("scopes", [["openid", "profile", "email"], ["openid"], ["openid", "auther:api"]])
async def test_the_preview_is_what_a_token_holds(party: Party, session: Session, user: User, scopes: list[str]) -> None:
    await grant(party.client, user, ("1", "owner"), ("*", "viewer"))

    with clock.frozen():
        tokens = await party.tokens(scope=" ".join(scopes))
        told = await preview(user=user.id, client=party.client.id, scopes=scopes)

    granted = tokens["scope"].split()
    assert told == {
        "accessToken": without_sign_in(claims_of(tokens["access_token"])),
        "idToken": without_sign_in(claims_of(tokens["id_token"])),
    }
    assert set(granted) <= set(scopes)


async def test_without_scopes_it_shows_all_that_the_client_may_ask_for(party: Party, user: User) -> None:
    told = await preview(user=user.id, client=party.client.id)

    assert told["accessToken"]["scope"].split() == list(party.client.scopes)
    assert told["accessToken"]["sub"] == user.id
    assert told["idToken"]["email"] == user.email


async def test_there_is_no_id_token_without_openid_and_no_scope_beyond_the_client_s(party: Party, user: User) -> None:
    told = await preview(user=user.id, client=party.client.id, scopes=["email", "nonsense"])

    assert told["idToken"] is None
    assert told["accessToken"]["scope"] == "email"


async def test_there_are_no_claims_of_what_gets_no_token(party: Party, user: User) -> None:
    assert await preview(user=user.id, client="cli_unknown") is None
    assert await preview(subject={"type": "apikey", "id": "key_1"}, client=party.client.id) is None


async def test_one_s_own_need_no_permission(party: Party, user: User) -> None:
    source = "query ($client: ID) { viewer { permissions(clientId: $client) { claims { accessToken } } } }"

    with deciding():
        told = await read(source, {"client": party.client.id}, actor=as_user(user))

    assert told["viewer"]["permissions"]["claims"]["accessToken"]["sub"] == user.id


@pytest.mark.parametrize("missing", ["clients.manage_access", "users.view"])
async def test_others_need_both_permissions(party: Party, user: User, missing: str) -> None:
    values = {"user": user.id, "client": party.client.id}
    bob = await make_user("bob@example.com")

    with deciding(usr_lacking=ALL_PERMISSIONS - {missing}):
        lacking = await refusal(PREVIEW, values, actor=as_user("usr_lacking"))
        plain = await refusal(PREVIEW, values, actor=as_user(bob))
        anonymous = await refusal(PREVIEW, values)

    assert lacking == plain == ("FORBIDDEN", "kit_permission_missing")
    assert anonymous == ("UNAUTHENTICATED", "kit_sign_in_required")


async def test_a_user_who_is_not_there_is_told(party: Party) -> None:
    with deciding(usr_operator=OPERATOR):
        refused = await refusal(PREVIEW, {"user": "usr_no", "client": party.client.id}, actor=as_user("usr_operator"))

    assert refused == ("NOT_FOUND", "users_not_found")
