"""Who calls: session cookies with proof of origin, access tokens, nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.clients.service import create_client, forget_clients, update_client
from app.clients.types import Client, ClientChanges, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.ids import new_id
from app.oidc.queries import grants
from app.oidc.tokens import Issue, access_claims
from app.oidc.types import Approval, Grant, RequestedClaims
from app.sessions.service import begin_session, end_session
from app.sessions.types import NewSession
from app.signing.service import ensure_keys, forget_keys, sign_jwt
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.support import ISSUER, as_user, commit, counted_statements, make_admin, make_user

CHALLENGE = f'Bearer resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/graphql"'
VIEWER = {"query": "{ viewer { user { id } session { id } } }"}
API = ("openid", "auther:api")
CSRF = {"x-auther-csrf": "1"}


PUBLIC_FACTS = "{ server { issuer version signUpPolicy isMailConfigured } }"


async def sign_in(browser: httpx.AsyncClient, user: User) -> NewSession:
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    browser.cookies.set("auther_session", new.token)
    return new


async def make_client(*, is_first_party: bool = False) -> Client:
    forget_clients()
    new = NewClient(
        name="API user",
        kind=ClientKind.WEB,
        redirect_uris=("https://app.example/cb",),
        is_first_party=is_first_party,
    )
    return (await commit(create_client(SYSTEM, new))).client


async def make_token(
    user: User,
    session_id: str,
    *,
    scope: tuple[str, ...] = API,
    typ: str = "at+jwt",
    is_first_party: bool = False,
    **claims: Any,
) -> str:
    """An access token with a grant behind it, as the token endpoint gives."""
    forget_keys()
    await commit(ensure_keys())
    client = await make_client(is_first_party=is_first_party)
    now = clock.now()
    approval = Approval(
        client_id=client.id, user_id=user.id, session_id=session_id, scope=scope, claims=RequestedClaims(),
        auth_time=now, acr="1", amr=("pwd",),
    )  # fmt: skip
    grant = Grant(id=new_id("fam"), approval=approval, created_at=now, expires_at=now + timedelta(days=1))
    await commit(grants.insert(grant, refresh_hash=None, refresh_expires_at=None))
    issue = Issue(grant=grant, user=user, client=client, subject=user.id, sid=session_id, scope=scope)
    return await sign_jwt({**access_claims(issue, timedelta(minutes=5)), **claims}, typ=typ, alg="ES256")


async def ask(browser: httpx.AsyncClient, **headers: str) -> tuple[int, Any]:
    """Status, and the viewer's user id or the error's code."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await browser.post("/graphql", json=VIEWER, headers=names)
    answer = response.json()
    if "errors" in answer:
        return response.status_code, answer["errors"][0]["extensions"]["code"]
    return response.status_code, answer["data"]["viewer"]["user"]["id"]


async def test_nobody_may_read_public_facts_and_nothing_else(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/graphql", json={"query": PUBLIC_FACTS})

    assert response.json()["data"] == {
        "server": {"issuer": ISSUER, "version": "0.1.0", "signUpPolicy": "CLOSED", "isMailConfigured": False}
    }
    assert await ask(browser) == (200, "UNAUTHENTICATED")


async def test_a_session_counts_with_the_header(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    new = await sign_in(browser, user)

    response = await browser.post("/graphql", json=VIEWER, headers=CSRF)

    assert response.json()["data"]["viewer"] == {"user": {"id": user.id}, "session": {"id": new.session.id}}


async def test_a_session_without_the_header_is_refused(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, await make_user())

    assert await ask(browser) == (403, "CSRF")


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:8001", "https://localhost:8000", "http://localhost:8000/"],
)
async def test_a_session_from_elsewhere_is_refused(browser: httpx.AsyncClient, origin: str) -> None:
    await sign_in(browser, await make_user())

    assert await ask(browser, x_auther_csrf="1", origin=origin) == (403, "CSRF")


async def test_a_session_from_our_own_pages_counts(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    await sign_in(browser, user)

    assert await ask(browser, x_auther_csrf="1", origin=ISSUER) == (200, user.id)


async def test_the_host_that_was_asked_is_our_own_too(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    await sign_in(browser, user)

    by_address = {"x_auther_csrf": "1", "host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}

    assert await ask(browser, **by_address) == (200, user.id)
    assert await ask(browser, **{**by_address, "origin": "http://127.0.0.1:8001"}) == (403, "CSRF")


async def test_a_refused_mutation_of_a_session_changes_nothing(browser: httpx.AsyncClient) -> None:
    admin, victim = await make_admin(), await make_user()
    await sign_in(browser, admin)
    mutation = {"query": f'mutation {{ userDelete(input: {{id: "{victim.id}", immediately: true}}) {{ deletedId }} }}'}

    refused = await browser.post("/graphql", json=mutation, headers={"origin": "https://evil.example"})
    allowed = await browser.post("/graphql", json=mutation, headers=CSRF)

    assert (refused.status_code, "data" in refused.json()) == (403, False)
    assert allowed.json()["data"]["userDelete"]["deletedId"] == victim.id


async def test_an_ended_session_is_nobody(browser: httpx.AsyncClient) -> None:
    new = await sign_in(browser, await make_user())
    await commit(end_session(as_user(new.session.user_id), new.session.id))

    assert await ask(browser) == (200, "UNAUTHENTICATED")


async def test_an_access_token_counts_without_any_header(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    new = await sign_in(browser, user)
    browser.cookies.clear()
    token = await make_token(user, new.session.id)

    assert await ask(browser, authorization=f"Bearer {token}") == (200, user.id)
    assert await ask(browser, authorization=f"bearer {token}", origin="https://app.example") == (200, user.id)


async def test_an_access_token_costs_one_statement(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    token = await make_token(user, (await sign_in(browser, user)).session.id)
    browser.cookies.clear()
    await ask(browser, authorization=f"Bearer {token}")

    with counted_statements() as statements:
        await browser.post("/graphql", json={"query": "{ __typename }"}, headers={"authorization": f"Bearer {token}"})

    assert sum("oidc_grant" in statement for statement in statements) == 1
    assert len(statements) == 2  # and the caller's permissions


async def test_with_an_access_token_cookies_do_not_count(browser: httpx.AsyncClient) -> None:
    cookie_user, token_user = await make_user(), await make_user("bob@example.com")
    new = await sign_in(browser, token_user)
    token = await make_token(token_user, new.session.id)
    await sign_in(browser, cookie_user)

    assert await ask(browser, authorization=f"Bearer {token}") == (200, token_user.id)
    assert await ask(browser, authorization="Bearer nonsense", x_auther_csrf="1") == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer nonsense", "nonsense"])
async def test_what_is_no_token_is_refused(browser: httpx.AsyncClient, header: str) -> None:
    response = await browser.post("/graphql", json=VIEWER, headers={"authorization": header})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == f'{CHALLENGE}, error="invalid_token"'
    assert "data" not in response.json()


async def test_two_authorization_headers_are_refused(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    token = await make_token(user, (await sign_in(browser, user)).session.id)
    headers = [("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")]

    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401


async def test_a_token_for_something_else_is_refused(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    session_id = (await sign_in(browser, user)).session.id
    browser.cookies.clear()

    for changes in (
        {"typ": "JWT"},
        {"aud": "https://api.example"},
        {"iss": "https://evil.example"},
        {"exp": clock.timestamp() - 60},
        {"grant_id": "fam_unknown"},
    ):
        token = await make_token(user, session_id, **changes)
        assert await ask(browser, authorization=f"Bearer {token}") == (401, "UNAUTHENTICATED"), changes


async def test_a_token_without_the_scope_is_refused(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    token = await make_token(user, (await sign_in(browser, user)).session.id, scope=("openid", "auther:api2"))
    browser.cookies.clear()

    response = await browser.post("/graphql", json=VIEWER, headers={"authorization": f"Bearer {token}"})

    assert response.status_code == 403
    assert response.headers["www-authenticate"] == f'{CHALLENGE}, error="insufficient_scope", scope="auther:api"'


async def test_a_token_dies_with_its_session_user_and_client(browser: httpx.AsyncClient) -> None:
    for number, end in enumerate(("session", "ban", "delete", "client")):
        user = await make_user(f"user{number}@example.com")
        session_id = (await sign_in(browser, user)).session.id
        browser.cookies.clear()
        token = await make_token(user, session_id)
        assert await ask(browser, authorization=f"Bearer {token}") == (200, user.id)

        await _end(end, user, session_id)

        assert await ask(browser, authorization=f"Bearer {token}") == (401, "UNAUTHENTICATED"), end


async def _end(what: str, user: User, session_id: str) -> None:
    if what == "session":
        await commit(end_session(as_user(user), session_id))
    elif what == "ban":
        await commit(ban_user(SYSTEM, user.id))
    elif what == "delete":
        await commit(delete_user(SYSTEM, user.id))
    else:
        client_id = await db.fetch_value("SELECT id FROM clients_client ORDER BY created_at DESC LIMIT 1")
        await commit(update_client(SYSTEM, client_id, ClientChanges(is_enabled=False)))
