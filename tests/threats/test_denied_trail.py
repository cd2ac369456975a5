"""Chapter 12, first paragraph: whoever is refused leaves one audit row and one count, and nothing secret in either."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest
from graphql import GraphQLError, OperationType, parse
from starlette.applications import Starlette

from app.events.denial_limits import PER_CALLER
from app.events.service import list_audit_events
from app.events.types import AuditEvent, AuditFilter, Outcome
from app.graph.denials import record_denials
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import Forbidden, NotFound
from app.kit.paging import PageRequest
from app.kit.runtime import override
from app.sessions.types import Session
from tests.graph.support import NOBODY
from tests.login.support import Page
from tests.metrics.support import Change
from tests.oidc.support import Party, answer_of
from tests.support import read_everything

CSRF = {"x-auther-csrf": "1"}
REQUEST_ID = "the-request-of-the-test"
SECRET = "s3cret-that-was-sent-along"


@dataclass
class Scene:
    """A signed-in user without any permission, and an application."""

    browser: httpx.AsyncClient
    party: Party
    session: Session

    async def query(self, document: str, **headers: str) -> httpx.Response:
        return await self.browser.post("/graphql", json={"query": document}, headers={**CSRF, **headers})

    async def token(self, **form: str) -> httpx.Response:
        auth = (form.pop("client_id", self.party.client.id), form.pop("client_secret", self.party.secret or ""))
        return await self.stranger("POST", "/oauth2/token", data=form, auth=auth)

    async def stranger(self, method: str, path: str, **options: object) -> httpx.Response:
        """A call without the user's cookies."""
        transport = self.browser._transport
        async with httpx.AsyncClient(transport=transport, base_url=self.browser.base_url) as machine:
            return await machine.request(
                method,
                path,
                **{"headers": {}, **options, **_with_id(options)},  # type: ignore[arg-type]
            )


def _with_id(options: dict[str, object]) -> dict[str, object]:
    return {"headers": {"x-request-id": REQUEST_ID, **options.get("headers", {})}}  # type: ignore[dict-item]


Attack = Callable[[Scene], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Denial:
    """What is tried, and the row that it leaves."""

    attack: Attack
    action: str
    target: str | None
    reason: str
    permission: str | None = None
    who: str = "user"


BEARER = {"authorization": f"Bearer {SECRET}"}
BIG = "x" * 300_000
CASES: dict[str, Denial] = {
    "query without the permission": Denial(
        lambda s: s.query("{ users { nodes { id } } }"),
        "query.denied",
        "users",
        "kit_permission_missing",
        permission="users.view",
    ),
    "query that hides behind an alias": Denial(
        lambda s: s.query(f"{{ {SECRET.replace('-', '_')}: users {{ nodes {{ id }} }} }}"),
        "query.denied",
        "users",
        "kit_permission_missing",
        permission="users.view",
    ),
    "mutation without the permission": Denial(
        lambda s: s.query('mutation { userBan(input: {id: "usr_x"}) { errors { code } } }'),
        "mutation.denied",
        "userBan",
        "kit_permission_missing",
        permission="users.ban",
    ),
    "mutation of nobody": Denial(
        lambda s: s.stranger(
            "POST", "/graphql", json={"query": 'mutation { userBan(input: {id: "usr_x"}) { errors { code } } }'}
        ),
        "mutation.denied",
        "userBan",
        "kit_sign_in_required",
        who="anonymous",
    ),
    "without the CSRF header": Denial(
        lambda s: s.browser.post("/graphql", json={"query": "{ viewer { user { id } } }"}),
        "endpoint.denied",
        "POST /graphql",
        "graph_csrf",
    ),
    "forged access token": Denial(
        lambda s: s.stranger("POST", "/graphql", json={"query": "{ users { nodes { id } } }"}, headers=BEARER),
        "endpoint.denied",
        "POST /graphql",
        "graph_token_invalid",
        who="anonymous",
    ),
    "mutation by GET": Denial(
        lambda s: s.stranger("GET", "/graphql", params={"query": "mutation { x }"}),
        "endpoint.denied",
        "GET /graphql",
        "kit_method_not_allowed",
        who="anonymous",
    ),
    "body too large": Denial(
        lambda s: s.stranger("POST", "/graphql", json={"query": BIG}),
        "endpoint.denied",
        "POST /graphql",
        "graph_too_large",
        who="anonymous",
    ),
    "form too large": Denial(
        lambda s: s.stranger("POST", "/signin", data={"identifier": BIG}),
        "endpoint.denied",
        "POST /signin",
        "kit_form_too_large",
        who="anonymous",
    ),
    "form from elsewhere": Denial(
        lambda s: s.stranger("POST", "/signin", data={"identifier": "ada", "password": SECRET}),
        "endpoint.denied",
        "POST /signin",
        "kit_csrf",
        who="anonymous",
    ),
    "userinfo with a forged token": Denial(
        lambda s: s.stranger("GET", "/oauth2/userinfo", headers=BEARER),
        "endpoint.denied",
        "GET /oauth2/userinfo",
        "oidc_invalid_token",
        who="anonymous",
    ),
    "userinfo without a token": Denial(
        lambda s: s.stranger("GET", "/oauth2/userinfo"),
        "endpoint.denied",
        "GET /oauth2/userinfo",
        "oidc_token_missing",
        who="anonymous",
    ),
    "live check with a forged token": Denial(
        lambda s: s.stranger("POST", "/api/auth/check-permission", json={}, headers=BEARER),
        "endpoint.denied",
        "POST /api/auth/check-permission",
        "oidc_invalid_token",
        who="anonymous",
    ),
    "unknown client": Denial(
        lambda s: s.token(grant_type="refresh_token", client_id="made up", client_secret=SECRET),
        "oidc.client_refused",
        None,
        "oidc_invalid_client",
        who="anonymous",
    ),
    "made-up code": Denial(
        lambda s: s.token(
            grant_type="authorization_code", code=SECRET, redirect_uri="https://x", code_verifier="v" * 43
        ),
        "endpoint.denied",
        "POST /oauth2/token",
        "oidc_invalid_grant",
        who="client",
    ),
    "made-up refresh token": Denial(
        lambda s: s.token(grant_type="refresh_token", refresh_token=SECRET),
        "endpoint.denied",
        "POST /oauth2/token",
        "oidc_invalid_grant",
        who="client",
    ),
    "grant type that is not offered": Denial(
        lambda s: s.token(grant_type="password", username="ada", password=SECRET),
        "endpoint.denied",
        "POST /oauth2/token",
        "oidc_unsupported_grant_type",
        who="client",
    ),
    "secret in the query": Denial(
        lambda s: s.stranger("POST", "/oauth2/token", params={"client_secret": SECRET}),
        "endpoint.denied",
        "POST /oauth2/token",
        "oidc_invalid_request",
        who="anonymous",
    ),
    "authorize for an unknown client": Denial(
        lambda s: s.party.authorize(client_id=SECRET),
        "endpoint.denied",
        "GET /oauth2/authorize",
        "oidc_client_unknown",
    ),
    "authorize without PKCE's method": Denial(
        lambda s: s.party.authorize(code_challenge_method="plain"),
        "endpoint.denied",
        "GET /oauth2/authorize",
        "oidc_invalid_request",
    ),
    "consent of another browser": Denial(
        lambda s: s.browser.get(f"/oauth2/consent/{SECRET}"),
        "endpoint.denied",
        "GET /oauth2/consent/{id}",
        "oidc_interaction_over",
    ),
    "flow of another browser": Denial(
        lambda s: s.browser.get("/signin", params={"flow": f"flw_{SECRET}"}),
        "endpoint.denied",
        "GET /signin",
        "login_flow_expired",
    ),
    "too large a page": Denial(
        lambda s: s.query("{ viewer { user { sessions(first: 99999999) { nodes { id } } } } }"),
        "query.denied",
        "sessions",
        "kit_page_size",
    ),
}


async def denials() -> list[AuditEvent]:
    page = await list_audit_events(SYSTEM, AuditFilter(outcome=Outcome.DENIED), PageRequest(first=100))
    return [*reversed(page.items)]


@pytest.fixture
async def scene(browser: httpx.AsyncClient, party: Party, session: Session) -> Scene:
    browser.headers["x-request-id"] = REQUEST_ID
    return Scene(browser, party, session)


@pytest.mark.parametrize("name", CASES)
async def test_a_refusal_leaves_one_row_and_one_count(scene: Scene, name: str) -> None:
    case = CASES[name]
    before, change = await read_everything(), Change()

    answer = await case.attack(scene)

    (event,) = await denials()
    assert (event.action, event.target_id, event.reason) == (case.action, case.target, case.reason), answer.text
    assert (event.actor_kind, event.request_id, event.ip) == (case.who, REQUEST_ID, "127.0.0.1")
    assert event.after == ({"permission": case.permission} if case.permission else None)
    assert event.client_id == (scene.party.client.id if case.who == "client" else event.client_id)
    assert change("auth_denied_total", action=case.action, reason=case.reason) == 1
    after = await read_everything()
    # When a secret was used last is noted, whatever is refused afterwards.
    changed = {table for table in after if after[table] != before[table]} - {"clients_secret"}
    assert changed == set()
    assert SECRET not in str(await db.fetch("SELECT a::text FROM events_audit a"))


async def test_an_authorization_that_is_refused_names_the_client(scene: Scene) -> None:
    answer = await scene.party.authorize(code_challenge_method="plain")

    assert answer_of(answer)["error"] == "invalid_request"
    assert [event.client_id for event in await denials()] == [scene.party.client.id]


async def test_what_belongs_to_the_protocol_is_no_refusal(scene: Scene) -> None:
    answer = await scene.stranger("GET", "/oauth2/authorize", params=scene.party.params(prompt="none"))

    assert answer_of(answer)["error"] == "login_required"
    assert await denials() == []


async def test_what_is_not_there_or_not_well_formed_is_no_refusal(scene: Scene) -> None:
    for answer in (
        await scene.stranger("GET", "/nowhere"),
        await scene.query("{ nonsense }"),
        await scene.query('{ node(id: "usr_hidden") { id } }'),
        await scene.stranger("POST", "/graphql", content=b"{", headers={"content-type": "application/json"}),
    ):
        assert answer.status_code in {200, 400, 404}

    assert await denials() == []


async def test_a_code_that_comes_twice_leaves_the_row_of_the_reuse_only(scene: Scene) -> None:
    code = await scene.party.code()
    await scene.party.redeem(code)
    change = Change()

    await scene.party.redeem(code)

    assert [(event.action, event.actor_kind) for event in await denials()] == [("oidc.code_reused", "client")]
    assert change("auth_denied_total", action="endpoint.denied", reason="oidc_invalid_grant") == 0


async def test_a_spent_refresh_token_leaves_the_row_of_the_reuse_only(scene: Scene) -> None:
    tokens = await scene.party.tokens(scope="openid offline_access")
    second = (await scene.party.refresh(tokens["refresh_token"])).json()
    await scene.party.refresh(second["refresh_token"])

    await scene.party.refresh(tokens["refresh_token"])

    assert [event.action for event in await denials()] == ["oidc.refresh_reused"]


async def test_fields_and_reasons_are_told_apart_and_repeated_ones_are_told_once() -> None:
    missing = [Forbidden("kit_permission_missing", "No.", detail=each) for each in ("users.view", "clients.view")]
    nodes = parse("{ users a: users clients }").definitions[0].selection_set.selections  # type: ignore[attr-defined]
    errors = [
        GraphQLError("No.", [node], path=["x", n], original_error=missing[node.name.value == "clients"])
        for n in range(3)
        for node in nodes
    ]
    others = [GraphQLError("No such field."), GraphQLError("x", path=["x"], original_error=NotFound("a_b", "No."))]

    await record_denials(NOBODY, OperationType.QUERY, [*errors, *others])

    assert [(event.target_id, event.after) for event in await denials()] == [
        ("users", {"permission": "users.view"}),
        ("clients", {"permission": "clients.view"}),
    ]


async def test_a_rate_limit_leaves_a_row(scene: Scene) -> None:
    with clock.frozen():
        for _ in range(31):
            page = Page(await scene.browser.get("/password/forgot"))
            form = page.forms["forgot-form"]
            answer = await scene.browser.post(form.action, data={**form.fields, "identifier": "ada"})

    assert answer.status_code == 429
    assert [(event.target_id, event.reason) for event in await denials()] == [
        ("POST /password/forgot", "kit_rate_limited")
    ]


async def test_a_wrong_metrics_token_leaves_a_row(scene: Scene) -> None:
    with override(metrics_token="a token for the scraper, thirty-two bytes or more"):
        await scene.stranger("GET", "/metrics", headers=BEARER)

    assert [(event.target_id, event.reason) for event in await denials()] == [("GET /metrics", "metrics_token_wrong")]


async def test_a_flood_through_the_endpoint_is_bounded(app: Starlette, scene: Scene) -> None:
    change = Change()
    with clock.frozen():
        await asyncio.gather(*(scene.stranger("GET", "/oauth2/userinfo", headers=BEARER) for _ in range(60)))

    assert len(await denials()) == PER_CALLER
    assert change("auth_denied_total", action="endpoint.denied", reason="oidc_invalid_token") == 60
