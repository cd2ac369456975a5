"""The origin that somebody comes from counts where an operator said what the client is, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.clients.service import forget_clients
from app.contexts.types import Grant
from app.kit import db
from app.kit.runtime import override
from app.sessions.types import Session
from app.users.service import find_by_email
from app.users.types import User
from tests.contexts.support import GRACE, applied, give_model, make_context, sign_up, tuples_of
from tests.login.support import Visitor
from tests.oidc.registering import Registrar, describe_itself, make_initial_token
from tests.oidc.support import CALLBACK, CHALLENGE, Party, make_party

APP = "https://app.example.com"


@pytest.fixture(autouse=True)
def _open() -> Iterator[None]:
    with override(signup_policy="open"):
        yield


async def sign_up_through(visitor: Visitor, client_id: str) -> str:
    """Ask for an account from an application, as its first request does; the id of the user."""
    asked = {
        "client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", "prompt": "create",
    }  # fmt: skip
    answer = await visitor.client.get("/oauth2/authorize", params=asked)
    (flow,) = parse_qs(urlsplit(answer.headers["location"]).query)["flow"]
    await sign_up(visitor, url=f"/signup?flow={flow}")
    user = await find_by_email(GRACE)
    assert user is not None
    return user.id


async def come_from(source: str, client_id: str, *, is_declared: bool = False) -> None:
    """Let it be somebody else who said what the client is."""
    sql = "UPDATE clients_client SET source = $2, is_declared = $3 WHERE id = $1"
    await db.execute(sql, client_id, source, is_declared)
    forget_clients()


async def test_who_registers_a_client_with_the_address_of_another_gets_nothing_meant_for_it(
    visitor: Visitor, keys: None
) -> None:
    await make_context(Grant("group", "member", "staff"), allowed_origins=(APP,))
    registered = await Registrar(visitor.client, await make_initial_token()).register(redirect_uris=[CALLBACK])

    user_id = await sign_up_through(visitor, registered["client_id"])

    assert (await tuples_of(user_id), await applied()) == ([], [])


@pytest.mark.parametrize(
    ("source", "is_declared", "is_given"),
    [
        ("operator", False, True),
        ("operator", True, True),
        ("registration", True, True),
        ("registration", False, False),
        ("document", False, False),
    ],
)
async def test_who_signs_up_has_an_origin_if_an_operator_or_the_configuration_made_the_client(
    visitor: Visitor, keys: None, source: str, is_declared: bool, is_given: bool
) -> None:
    await make_context(Grant("group", "member", "staff"), allowed_origins=(APP,))
    party = await make_party(visitor.client)
    await come_from(source, party.client.id, is_declared=is_declared)

    user_id = await sign_up_through(visitor, party.client.id)

    assert await tuples_of(user_id) == (["group:staff#member"] if is_given else [])


async def test_an_authorization_through_a_client_that_registered_itself_has_no_origin(
    party: Party, session: Session, user: User
) -> None:
    kind = await give_model(party.client.id)
    await make_context(Grant(kind, "viewer"), client_id=party.client.id, allowed_origins=(APP,))
    await make_context(Grant(kind, "editor", "1"), slug="anywhere", client_id=party.client.id)
    await describe_itself(party.client.id)

    await party.code()

    assert await applied() == [("anywhere", user.id)]
    assert await tuples_of(user.id) == [f"{kind}:1#editor"]
