"""Token families in the API: who sees them, who ends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.oidc.queries import grants
from app.oidc.service import sweep
from app.sessions.types import Session
from app.users.types import User
from tests.graph.support import execute, read, refusal
from tests.oidc.families import LIFE, family_of, give_family
from tests.oidc.proving import Prover, bound_tokens
from tests.oidc.support import Party
from tests.support import as_user, commit, deciding, make_user, read_audit, read_everything

FIELDS = """id clientId clientName userId sessionId scopes resources acr boundKey createdAt lastUsedAt expiresAt
    refreshExpiresAt client { id } user { id } session { id }"""
OF_USER = f"""query ($id: ID!, $first: Int, $after: String) {{ user(id: $id) {{
    tokenFamilies(first: $first, after: $after) {{ nodes {{ {FIELDS} }} totalCount pageInfo {{
        endCursor hasNextPage }} }} }} }}"""
OF_CLIENT = "query ($id: ID!) { client(id: $id) { tokenFamilies { nodes { id user { id } } totalCount } } }"
OWN = "{ viewer { user { tokenFamilies { nodes { id clientName session { id } client { id } } totalCount } } } }"
NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"
REVOKE = """mutation ($id: ID!) { tokenFamilyRevoke(input: {id: $id}) {
    user { id tokenFamilies { totalCount } } errors { code field } } }"""


@dataclass(frozen=True)
class Given:
    """A family of Ada's, with its tokens."""

    party: Party
    tokens: dict[str, Any]
    id: str


@pytest.fixture
async def given(party: Party, session: Session) -> Given:
    tokens = await party.tokens(scope="openid offline_access")
    return Given(party, tokens, str(await db.fetch_value("SELECT id FROM oidc_grant")))


async def let_manage(client_id: str, user_id: str) -> None:
    key = TupleKey("clients", client_id, "admin", "user", user_id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))


async def test_a_person_sees_their_own_without_any_permission(given: Given, user: User, session: Session) -> None:
    with deciding():
        found = (await read(OWN, actor=as_user(user)))["viewer"]["user"]["tokenFamilies"]

    assert found == {
        "nodes": [{"id": given.id, "clientName": "Notes", "session": {"id": session.id}, "client": None}],
        "totalCount": 1,
    }


async def test_an_operator_sees_everything_of_it(party: Party, session: Session, user: User) -> None:
    prover = Prover()
    with clock.frozen() as now:
        made_at = clock.now()
        tokens = await bound_tokens(party, prover, scope="openid offline_access")
        now.advance(timedelta(minutes=5))
        await party.refresh(tokens["refresh_token"])
        used_at = clock.now()
        with deciding(usr_reader={"users.view", "clients.view", "sessions.view_all"}):
            answer = await read(OF_USER, {"id": user.id}, actor=as_user("usr_reader"))
    (family,) = answer["user"]["tokenFamilies"]["nodes"]

    assert family == {
        "id": family["id"],
        "clientId": party.client.id,
        "clientName": "Notes",
        "userId": user.id,
        "sessionId": session.id,
        "scopes": ["openid", "offline_access"],
        "resources": [],
        "acr": "pwd",
        "boundKey": None,  # the refresh came without a proof, and this client may do so
        "createdAt": _show(made_at),
        "lastUsedAt": _show(used_at),
        "expiresAt": _show(made_at + party.client.refresh_token_ttl),
        "refreshExpiresAt": _show(used_at + timedelta(days=14)),
        "client": {"id": party.client.id},
        "user": {"id": user.id},
        "session": {"id": session.id},
    }


async def test_a_token_that_is_kept_is_shown_as_used(party: Party, session: Session, user: User) -> None:
    with clock.frozen() as now:
        family = await commit(give_family(user.id, party.client.id, session.id))
        now.advance(timedelta(hours=1))
        await commit(grants.prolong(family, expires_at=clock.now() + LIFE, jkt=None))
        with deciding():
            answer = await read("{ viewer { user { tokenFamilies { nodes { lastUsedAt } } } } }", actor=as_user(user))

        assert answer["viewer"]["user"]["tokenFamilies"]["nodes"] == [{"lastUsedAt": _show(clock.now())}]


def _show(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


async def test_the_key_that_tokens_are_bound_to_is_shown(public_party: Party, session: Session, user: User) -> None:
    prover = Prover()
    await bound_tokens(public_party, prover, scope="openid offline_access")

    with deciding():
        answer = await read("{ viewer { user { tokenFamilies { nodes { boundKey } } } } }", actor=as_user(user))

    assert answer["viewer"]["user"]["tokenFamilies"]["nodes"] == [{"boundKey": prover.jkt}]


async def test_only_what_lives_is_listed(given: Given, user: User, session: Session) -> None:
    await commit(give_family(user.id, given.party.client.id, session.id))

    async def listed() -> list[str]:
        with deciding():
            found = (await read(OWN, actor=as_user(user)))["viewer"]["user"]["tokenFamilies"]
        assert found["totalCount"] == len(found["nodes"])
        return [each["id"] for each in found["nodes"]]

    assert await listed() == [family_of(user.id), given.id]
    await given.party.post("/oauth2/revoke", {"token": given.tokens["refresh_token"]})
    assert await listed() == [family_of(user.id)]
    with clock.frozen() as now:
        now.advance(LIFE)
        assert await listed() == []
        now.advance(timedelta(hours=2))
        await sweep()
        assert await listed() == []


async def test_pages_follow_each_other_newest_first(given: Given, user: User, session: Session) -> None:
    with clock.frozen() as now:
        ids = []
        for n in range(5):
            now.advance(timedelta(seconds=1))
            moment = {"created_at": clock.now(), "expires_at": clock.now() + LIFE}
            ids.append(
                await commit(give_family(user.id, given.party.client.id, session.id, id=f"fam_{n:026}", **moment))
            )
        seen, after = [], None
        with deciding(usr_reader={"users.view", "sessions.view_all"}):
            while True:
                variables = {"id": user.id, "first": 2, "after": after}
                page = (await read(OF_USER, variables, actor=as_user("usr_reader")))["user"]["tokenFamilies"]
                seen += [each["id"] for each in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break

    assert seen == [*reversed(ids), given.id]


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (None, ("UNAUTHENTICATED", "kit_sign_in_required")),
        (set(), ("FORBIDDEN", "kit_permission_missing")),
        ({"users.view", "clients.view"}, ("FORBIDDEN", "kit_permission_missing")),
    ],
)
async def test_others_see_nothing_of_it(given: Given, user: User, held: set[str] | None, code: tuple[str, str]) -> None:
    actor = ANONYMOUS if held is None else as_user("usr_other")

    with deciding(usr_other=held or set()):
        of_user = await refusal(OF_USER, {"id": user.id}, actor=actor)
        of_client = await refusal(OF_CLIENT, {"id": given.party.client.id}, actor=actor)
        node = await execute(NODE, {"id": given.id}, actor=actor)

    assert of_user == of_client == code
    assert given.id not in str(node)


async def test_who_manages_a_client_sees_and_ends_its_families(given: Given, user: User) -> None:
    manager = await make_user("grace@example.com")
    stranger_client = given.party.client.id
    await let_manage(stranger_client, manager.id)

    with deciding(**{manager.id: {"clients.view"}}):
        seen = (await read(OF_CLIENT, {"id": stranger_client}, actor=as_user(manager)))["client"]["tokenFamilies"]
        node = (await read(NODE, {"id": given.id}, actor=as_user(manager)))["node"]
        ended = (await read(REVOKE, {"id": given.id}, actor=as_user(manager)))["tokenFamilyRevoke"]

    # Whose it is stays hidden from a manager without `users.view`.
    assert seen == {"nodes": [{"id": given.id, "user": None}], "totalCount": 1}
    assert node == {"id": given.id, "__typename": "TokenFamily"}
    assert ended == {"user": None, "errors": []}
    assert (await given.party.refresh(given.tokens["refresh_token"])).status_code == 400


async def test_a_person_ends_one_of_their_own_at_once(given: Given, user: User, browser: httpx.AsyncClient) -> None:
    assert (await given.party.userinfo(given.tokens["access_token"])).status_code == 200

    with deciding():
        ended = (await read(REVOKE, {"id": given.id}, actor=as_user(user)))["tokenFamilyRevoke"]

    assert ended == {"user": {"id": user.id, "tokenFamilies": {"totalCount": 0}}, "errors": []}
    assert (await given.party.userinfo(given.tokens["access_token"])).status_code == 401
    refreshed = await given.party.refresh(given.tokens["refresh_token"])
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")
    (row,) = [each for each in await read_audit() if each.action == "oidc.family_revoked"]
    assert (row.actor_id, row.target_id, row.about_user_id) == (user.id, given.id, user.id)
    assert row.before is not None
    assert row.before["client_id"] == given.party.client.id
    # The session stays: the application may ask again.
    assert "code" in (await given.party.authorize(prompt="none")).headers["location"]


async def test_a_second_time_there_is_nothing_to_end(given: Given, user: User) -> None:
    with deciding(usr_admin={"sessions.revoke_all"}):
        await read(REVOKE, {"id": given.id}, actor=as_user("usr_admin"))
        again = (await read(REVOKE, {"id": given.id}, actor=as_user("usr_admin")))["tokenFamilyRevoke"]

    assert again == {"user": None, "errors": [{"code": "NOT_FOUND", "field": ["id"]}]}


@pytest.mark.parametrize("held", [None, set(), {"sessions.view_all", "users.update"}])
async def test_nobody_else_ends_it(given: Given, held: set[str] | None) -> None:
    before = await read_everything()
    actor = ANONYMOUS if held is None else as_user("usr_other")

    with deciding(usr_other=held or set()):
        answer = await execute(REVOKE, {"id": given.id}, actor=actor)

    assert "errors" in answer
    after = await read_everything()
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {"events_audit", "events_outbox", "events_chain"}
    assert (await given.party.userinfo(given.tokens["access_token"])).status_code == 200


async def test_an_unknown_one_is_not_told_from_a_hidden_one(given: Given) -> None:
    with deciding(usr_other=set()):
        hidden = await execute(REVOKE, {"id": given.id}, actor=as_user("usr_other"))
        unknown = await execute(REVOKE, {"id": "fam_01jq3zv4m9w8k2c7d5f6g1h0ab"}, actor=as_user("usr_other"))

    assert hidden["errors"][0]["message"] == unknown["errors"][0]["message"]
