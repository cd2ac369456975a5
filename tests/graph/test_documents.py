"""Every document of the console runs, in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import create_client, forget_clients
from app.clients.types import ClientKind, NewClient
from app.events.service import seal_chain
from app.events.stream import audit_cursor
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.db import unit_of_work
from app.kit.runtime import override
from app.login.service import send_invitation
from app.oidc.consents import grant_consent
from app.sessions.service import begin_session
from app.signing.service import ensure_keys, forget_keys
from app.users.service import ban_user, register_user, schedule_deletion
from app.users.types import NewUser, User
from tests.graph.support import Answer, console_documents, execute
from tests.oidc.families import family_of, give_family
from tests.support import as_user, commit, counted_statements, make_admin

# Rooms whose documents are counted in tests of their own.
ELSEWHERE = (
    "account/", "api_keys/", "authz/", "contexts/", "factors/", "impersonation/", "jobs/", "lifecycle/", "metrics/",
    "policies/", "sessions/SessionsRevoked.graphql", "upstream/",
)  # fmt: skip
OURS = {path: source for path, source in console_documents().items() if not path.startswith(ELSEWHERE)}
SUBSCRIPTIONS = {path: source for path, source in OURS.items() if "\nsubscription " in f"\n{source}"}
DOCUMENTS = {path: source for path, source in OURS.items() if path not in SUBSCRIPTIONS}


@dataclass(frozen=True)
class Stage:
    """What stands in the database, and what documents can be asked about."""

    admin: Actor
    user: User
    banned_id: str
    session_id: str
    client_id: str
    mail_id: str
    key_id: str
    initial_token_id: str
    twin_id: str
    leaving_id: str


# Statements of each document as an operator runs it, its permissions and, for mutations, BEGIN and COMMIT included.
STATEMENTS: dict[str, int] = {
    "audit/AuditEvents.graphql": 5,
    "clients/Client.graphql": 2,
    "clients/ClientCreate.graphql": 8,
    "clients/ClientDelete.graphql": 17,
    "clients/ClientSecretRotate.graphql": 11,
    "clients/ClientUpdate.graphql": 8,
    "clients/Clients.graphql": 3,
    "clients/InitialAccessTokenCreate.graphql": 6,
    "clients/InitialAccessTokenRevoke.graphql": 6,
    "clients/InitialAccessTokens.graphql": 3,
    "consents/ConsentWithdraw.graphql": 9,
    "consents/UserClients.graphql": 5,
    "consents/UserConsents.graphql": 5,
    "mails/Mail.graphql": 2,
    "mails/Mails.graphql": 3,
    "oidc/ClientTokenFamilies.graphql": 5,
    "oidc/OwnTokenFamilies.graphql": 4,
    "oidc/TokenFamilyRevoke.graphql": 7,
    "oidc/UserTokenFamilies.graphql": 5,
    "sessions/SessionRevoke.graphql": 8,
    "sessions/Sessions.graphql": 4,
    "sessions/SessionsRevoke.graphql": 8,
    "signing/SigningKeyWithdraw.graphql": 12,
    "signing/SigningKeys.graphql": 2,
    "signing/SigningKeysRotate.graphql": 9,
    "users/User.graphql": 3,
    "users/UserAuditEvents.graphql": 5,
    "users/UserBan.graphql": 13,
    "users/UserCreate.graphql": 10,
    "users/UserDataExport.graphql": 6,
    "users/UserDelete.graphql": 15,
    "users/UserMerge.graphql": 40,
    "users/UserRestore.graphql": 8,
    "users/UserSessions.graphql": 3,
    "users/UserUnban.graphql": 6,
    "users/UserUpdate.graphql": 6,
    "users/Users.graphql": 3,
    "viewer/Nodes.graphql": 3,
    "viewer/Overview.graphql": 13,
    "viewer/RateLimit.graphql": 1,
    "viewer/Search.graphql": 3,
    "viewer/Viewer.graphql": 2,
}

# The most statements for one event of a stream, permissions included; reading on in the trail apart.
STATEMENTS_OF_AN_EVENT = {"audit/AuditEventsStream.graphql": 4}


def variables_for(path: str, stage: Stage) -> Mapping[str, Any]:
    first = {"first": 100}
    samples: dict[str, Mapping[str, Any]] = {
        "audit/AuditEvents.graphql": {"first": 10},
        "clients/Client.graphql": {"id": stage.client_id},
        "clients/ClientCreate.graphql": {
            "input": {"name": "New", "kind": "WEB", "redirectUris": ["https://new.example/cb"]}
        },
        "clients/ClientDelete.graphql": {"input": {"id": stage.client_id}},
        "clients/ClientSecretRotate.graphql": {"input": {"id": stage.client_id}},
        "clients/ClientUpdate.graphql": {"input": {"id": stage.client_id, "name": "Renamed"}},
        "clients/Clients.graphql": first,
        "clients/InitialAccessTokenCreate.graphql": {"input": {"name": "CI"}},
        "clients/InitialAccessTokenRevoke.graphql": {"input": {"id": stage.initial_token_id}},
        "clients/InitialAccessTokens.graphql": first,
        "consents/ConsentWithdraw.graphql": {"input": {"userId": stage.user.id, "clientId": stage.client_id}},
        "consents/UserClients.graphql": {"id": stage.user.id, **first},
        "consents/UserConsents.graphql": {"id": stage.user.id, **first},
        "mails/Mail.graphql": {"id": stage.mail_id},
        "mails/Mails.graphql": first,
        "oidc/ClientTokenFamilies.graphql": {"id": stage.client_id, **first},
        "oidc/OwnTokenFamilies.graphql": first,
        "oidc/TokenFamilyRevoke.graphql": {"input": {"id": family_of(stage.user.id)}},
        "oidc/UserTokenFamilies.graphql": {"id": stage.user.id, **first},
        "sessions/SessionRevoke.graphql": {"input": {"id": stage.session_id}},
        "sessions/Sessions.graphql": first,
        "sessions/SessionsRevoke.graphql": {"input": {"userId": stage.user.id}},
        "signing/SigningKeyWithdraw.graphql": {"input": {"id": stage.key_id}},
        "signing/SigningKeysRotate.graphql": {"input": {}},
        "users/User.graphql": {"id": stage.user.id},
        "users/UserAuditEvents.graphql": {"id": stage.user.id, **first},
        "users/UserBan.graphql": {"input": {"id": stage.user.id, "reason": "spam"}},
        "users/UserCreate.graphql": {"input": {"email": f"new-{stage.user.id}@example.com", "sendInvitation": True}},
        "users/UserDataExport.graphql": {"input": {"id": stage.user.id}},
        "users/UserDelete.graphql": {"input": {"id": stage.user.id}},
        "users/UserMerge.graphql": {"input": {"from": stage.user.id, "into": stage.twin_id}},
        "users/UserRestore.graphql": {"input": {"id": stage.leaving_id}},
        "users/UserSessions.graphql": {"id": stage.user.id, **first},
        "users/UserUnban.graphql": {"input": {"id": stage.banned_id}},
        "users/UserUpdate.graphql": {"input": {"id": stage.user.id, "name": "Renamed"}},
        "users/Users.graphql": first,
        "viewer/Nodes.graphql": {"ids": [stage.user.id, stage.client_id]},
        "viewer/Search.graphql": {"search": "user"},
    }
    return samples.get(path, {})


async def build_stage(admin: Actor, rows: range) -> Stage:
    """Add a user, a session, a client and a mail for each row, and new keys; documents ask about the last ones."""
    forget_keys()
    async with unit_of_work():
        await db.execute("DELETE FROM signing_key")
        await ensure_keys()
        for n in rows:
            new_user = NewUser(email=f"user{n}@example.com", name=f"User {n}", attributes={"n": n})
            user = await register_user(SYSTEM, new_user)
            new = await begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser")
            kind = NewClient(name=f"Client {n}", kind=ClientKind.WEB, redirect_uris=("https://app.example/cb",))
            created = await create_client(admin, kind)
            await grant_consent(SYSTEM, user.id, created.client.id, ("openid",))
            await give_family(user.id, created.client.id, new.session.id)
            await send_invitation(user)
            banned = await register_user(SYSTEM, NewUser(email=f"banned{n}@example.com", name="Banned"))
            await ban_user(admin, banned.id, reason="spam")
            twin = await register_user(SYSTEM, NewUser(email=f"twin{n}@example.com"))
            leaving = await register_user(SYSTEM, NewUser(email=f"leaving{n}@example.com"))
            await schedule_deletion(admin, leaving.id, grace=timedelta(days=14))
            initial = await create_initial_token(admin, NewInitialToken(name=f"Token {n}"))
    last = await execute("{ mails(first: 1) { nodes { id } } signingKeys { id } }", actor=admin)
    mail_id, key_id = last["data"]["mails"]["nodes"][0]["id"], last["data"]["signingKeys"][0]["id"]
    ids = (banned.id, new.session.id, created.client.id, mail_id, key_id, initial.token.id, twin.id, leaving.id)
    return Stage(admin, user, *ids)


async def count_twice(source: str, variables: Callable[[Stage], Mapping[str, Any]]) -> tuple[list[int], str]:
    """How many statements a document takes with few rows and with ten times as many, and the last ones."""
    forget_clients()
    admin, counts = as_user(await make_admin()), []
    for rows in (range(3), range(3, 30)):
        with override(signing_algorithms=("ES256",), default_id_token_alg="ES256"):
            stage = await build_stage(admin, rows)
            with counted_statements() as statements:
                answer = await execute(source, variables(stage), actor=admin)
        assert "errors" not in answer, answer
        assert all(not payload["errors"] for payload in answer["data"].values() if "errors" in (payload or {})), answer
        counts.append(len(statements))
    return counts, "\n".join(statements)


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_a_document_costs_a_constant_number_of_statements(path: str) -> None:
    assert path in STATEMENTS, f"say how many statements {path} takes"

    counts, statements = await count_twice(DOCUMENTS[path], partial(variables_for, path))

    assert counts == [STATEMENTS[path]] * 2, statements


async def count_events(source: str, rows: range) -> tuple[list[int], list[Answer]]:
    """How many statements each event of a subscription takes, and the results. Asked for are events about users."""
    admin = as_user(await make_admin(f"admin{rows.stop}@example.com"))
    await build_stage(admin, rows)
    await commit(seal_chain())
    variables = {"filter": {"action": "user."}, "after": audit_cursor(0)}
    operation = prepare(Parameters(source, variables, None), Context(admin))
    counts, results = [], []
    async with aclosing(subscribe(operation, Watch(Credentials(admin), Context(admin)), "test-request")) as bodies:
        await anext(bodies)
        for _ in rows:
            with counted_statements() as statements:
                results.append(await anext(bodies))
            counts.append(len([statement for statement in statements if "position" not in statement]))
    return counts, results


@pytest.mark.parametrize("path", SUBSCRIPTIONS)
async def test_an_event_costs_a_constant_number_of_statements(path: str) -> None:
    counts, results = await count_events(SUBSCRIPTIONS[path], range(9))

    assert all("errors" not in result for result in results)
    assert max(counts) <= STATEMENTS_OF_AN_EVENT[path]
    assert STATEMENTS_OF_AN_EVENT.keys() == SUBSCRIPTIONS.keys()


def test_no_document_is_counted_that_is_not_there() -> None:
    assert STATEMENTS.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("sessions { nodes { id } }", 3),
        ("sessions(first: 2) { nodes { id } totalCount }", 4),
        ("sessions { nodes { user { email } impersonator { id } } }", 4),
        ("auditEvents(first: 3) { nodes { id action } totalCount }", 4),
        ("auditEvents { nodes { actor { id } target { id } client { id } } }", 6),
        ("ban { bannedBy { id ban { bannedBy { id } } } }", 3),
        ("consents { nodes { scopes clientName client { id } user { id } } totalCount }", 6),
        ("clients { nodes { id name } totalCount }", 5),
        ("tokenFamilies { nodes { id clientName client { id } user { id } session { id } } totalCount }", 7),
    ],
)
async def test_edges_of_a_list_come_in_one_statement(selection: str, expected: int) -> None:
    source = f"{{ users(first: 100) {{ nodes {{ {selection} }} }} }}"

    counts, statements = await count_twice(source, lambda stage: {})

    assert counts == [expected] * 2, statements
