"""What users allowed applications, in the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clients.service import create_client
from app.clients.types import Client, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.oidc.consents import grant_consent, note_use
from app.users.types import User
from tests.graph.support import execute, read, refusal
from tests.support import as_user, commit, deciding, make_user, read_everything

CONSENTS = """query ($id: ID!, $first: Int, $after: String) { user(id: $id) { consents(first: $first, after: $after) {
    nodes { id clientId clientName scopes client { id } user { id } } totalCount pageInfo { endCursor hasNextPage }
} } }"""
CLIENTS = "query ($id: ID!, $first: Int, $after: String) { user(id: $id) { clients(first: $first, after: $after) {\n\
    nodes { id name } totalCount pageInfo { endCursor hasNextPage } } } }"
OWN = "{ viewer { user { consents { nodes { clientName scopes client { id } } } } } }"
WITHDRAW = """mutation ($user: ID!, $client: ID!) { consentWithdraw(input: {userId: $user, clientId: $client}) {
    user { consents { totalCount } } errors { code field } } }"""
READER = {"users.view", "clients.view"}


async def make_client(name: str) -> Client:
    new = NewClient(name=name, kind=ClientKind.WEB, redirect_uris=("https://app.example/cb",))
    return (await commit(create_client(SYSTEM, new))).client


async def use_three(user: User) -> list[Client]:
    """Three applications that the user has used one after the other; the second never asked."""
    made = [await make_client(name) for name in ("Notes", "Bills", "Maps")]
    with clock.frozen() as time:
        await commit(grant_consent(SYSTEM, user.id, made[0].id, ("openid", "email")))
        time.advance(timedelta(minutes=1))
        await commit(note_use(SYSTEM, user.id, made[1].id))
        time.advance(timedelta(minutes=1))
        await commit(grant_consent(SYSTEM, user.id, made[2].id, ("openid",)))
    return made


async def test_a_person_sees_what_they_allowed_without_any_permission(user: User) -> None:
    notes, *_ = await use_three(user)

    with deciding():
        nodes = (await read(OWN, actor=as_user(user)))["viewer"]["user"]["consents"]["nodes"]

    assert nodes == [
        {"clientName": "Maps", "scopes": ["openid"], "client": None},
        {"clientName": "Bills", "scopes": [], "client": None},
        {"clientName": "Notes", "scopes": ["openid", "email"], "client": None},
    ]
    assert notes.name == "Notes"


async def test_an_operator_sees_them_with_client_and_user(user: User) -> None:
    notes, _, maps = await use_three(user)

    with deciding(usr_reader=READER):
        first = (await read(CONSENTS, {"id": user.id, "first": 2}, actor=as_user("usr_reader")))["user"]["consents"]
        after = first["pageInfo"]["endCursor"]
        rest = (await read(CONSENTS, {"id": user.id, "after": after}, actor=as_user("usr_reader")))["user"]["consents"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert first["nodes"][0]["client"]["id"] == maps.id
    (last,) = rest["nodes"]
    assert last["id"].startswith("con_")
    assert last == {
        "id": last["id"],
        "clientId": notes.id,
        "clientName": "Notes",
        "scopes": ["openid", "email"],
        "client": {"id": notes.id},
        "user": {"id": user.id},
    }


async def test_the_clients_of_a_user_come_in_the_order_of_their_use(user: User) -> None:
    await use_three(user)

    with deciding(usr_reader=READER):
        first = (await read(CLIENTS, {"id": user.id, "first": 2}, actor=as_user("usr_reader")))["user"]["clients"]
        after = first["pageInfo"]["endCursor"]
        rest = (await read(CLIENTS, {"id": user.id, "after": after}, actor=as_user("usr_reader")))["user"]["clients"]

    assert [node["name"] for node in first["nodes"]] == ["Maps", "Bills"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert ([node["name"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["Notes"], False)


async def test_clients_stay_hidden_without_the_permission_to_see_clients(user: User) -> None:
    await use_three(user)

    with deciding(usr_reader={"users.view"}):
        nodes = (await read(CONSENTS, {"id": user.id}, actor=as_user("usr_reader")))["user"]["consents"]["nodes"]
        refused = await refusal(CLIENTS, {"id": user.id}, actor=as_user("usr_reader"))

    assert {node["client"] is None for node in nodes} == {True}
    assert refused == ("FORBIDDEN", "kit_permission_missing")


async def test_a_consent_is_found_by_its_id_by_whom_it_concerns_only(user: User) -> None:
    await use_three(user)
    other = await make_user("bob@example.com")
    consent_id = await db.fetch_value("SELECT id FROM oidc_consent LIMIT 1")
    source = "query ($id: ID!) { node(id: $id) { __typename id } }"

    with deciding():
        own = await read(source, {"id": consent_id}, actor=as_user(user))
        hidden = await read(source, {"id": consent_id}, actor=as_user(other))

    assert own["node"] == {"__typename": "Consent", "id": consent_id}
    assert hidden["node"] is None


async def test_a_person_withdraws_what_they_allowed(user: User) -> None:
    notes, *_ = await use_three(user)
    values = {"user": user.id, "client": notes.id}

    with deciding():
        first = (await read(WITHDRAW, values, actor=as_user(user)))["consentWithdraw"]
        again = (await read(WITHDRAW, values, actor=as_user(user)))["consentWithdraw"]

    assert first == {"user": {"consents": {"totalCount": 2}}, "errors": []}
    assert again == {"user": None, "errors": [{"code": "NOT_FOUND", "field": ["clientId"]}]}


@pytest.mark.parametrize("kind", ["anonymous", "plain"])
async def test_nobody_withdraws_for_somebody_else(user: User, kind: str) -> None:
    notes, *_ = await use_three(user)
    bob = await make_user("bob@example.com")
    before, values = await read_everything(), {"user": user.id, "client": notes.id}

    with deciding():
        answer = await execute(WITHDRAW, values, **({"actor": as_user(bob)} if kind == "plain" else {}))

    assert answer["errors"][0]["extensions"]["code"] == ("FORBIDDEN" if kind == "plain" else "UNAUTHENTICATED")
    assert await read_everything() == before
