"""What the public listener answers while operators have one of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.events.service import seal_chain
from app.graph.public_part import PUBLIC_FIELDS
from app.graph.schema import graphql_schema
from app.kit.actor import SYSTEM
from app.kit.listening import admin_address, admin_url, is_public_part
from app.kit.runtime import override
from app.sessions.service import begin_session, find_session
from tests.graph.live import CSRF, Live, headers_of
from tests.graph.support import console_documents
from tests.graph.test_callers import make_client, make_token, sign_in
from tests.support import commit, make_admin, make_settings, make_user, read_everything

ADMIN_PORT = 9_443
ADMIN_ONLY = ("ADMIN_LISTENER_ONLY", "graph_admin_only")
CAN = "{ viewer { user { id } can { usersView platformManage } } }"


@pytest.fixture(autouse=True)
async def _divided(database: None) -> AsyncIterator[None]:
    with override(admin_port=ADMIN_PORT):
        yield


@pytest.fixture
async def operator(app: Starlette, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the operators' listener."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{ADMIN_PORT}") as client:
        yield client


async def ask(browser: httpx.AsyncClient, query: str, variables: Any = None, **headers: str) -> tuple[int, Any]:
    """Status, and the data, or code and reason of the first error."""
    body = {"query": query, "variables": variables or {}}
    response = await browser.post("/graphql", json=body, headers={**CSRF, **headers})
    told = response.json()
    if "errors" in told:
        extensions = told["errors"][0]["extensions"]
        return response.status_code, (extensions["code"], extensions["reason"])
    return response.status_code, told["data"]


async def test_an_operator_is_nobody_special_there(browser: httpx.AsyncClient, operator: httpx.AsyncClient) -> None:
    admin = await make_admin()
    for each in (browser, operator):
        await sign_in(each, admin)

    answers = [await ask(each, CAN) for each in (browser, operator)]

    expected = {"user": {"id": admin.id}}
    assert answers == [
        (200, {"viewer": {**expected, "can": {"usersView": False, "platformManage": False}}}),
        (200, {"viewer": {**expected, "can": {"usersView": True, "platformManage": True}}}),
    ]


async def test_a_token_of_an_operator_is_nothing_special_there(
    browser: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    admin = await make_admin()
    session = (await sign_in(browser, admin)).session
    browser.cookies.clear()
    token = {"authorization": f"Bearer {await make_token(admin, session.id)}"}

    there = [await ask(browser, source, **token) for source in (CAN, "{ users { nodes { id } } }")]
    here = [await ask(operator, source, **token) for source in (CAN, "{ users { nodes { id } } }")]

    assert there[0][1]["viewer"]["can"] == {"usersView": False, "platformManage": False}
    assert there[1] == (403, ADMIN_ONLY)
    assert here[0][1]["viewer"]["can"] == {"usersView": True, "platformManage": True}
    assert here[1][1]["users"]["nodes"] == [{"id": admin.id}]


@pytest.mark.parametrize(
    "source",
    [
        "{ users { nodes { id } } }",
        "{ viewer { user { id } } users { nodes { id } } }",
        "{ x: users { nodes { id } } }",
        "{ ... { users { nodes { id } } } }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { users { nodes { id } } }",
        '{ node(id: "usr_1") { id } }',
        "{ users @skip(if: true) { nodes { id } } }",
        'mutation { userBan(input: {id: "usr_1"}) { errors { code } } }',
        "subscription { tuplesChanged { cursor } }",
    ],
)
async def test_everything_else_is_refused(browser: httpx.AsyncClient, source: str) -> None:
    await sign_in(browser, await make_admin())
    before = await read_everything()

    assert await ask(browser, source) == (403, ADMIN_ONLY)
    after = await read_everything()
    assert {name for name in after if after[name] != before[name]} <= {"events_audit"}


async def test_what_is_public_is_answered(browser: httpx.AsyncClient) -> None:
    status, told = await ask(browser, "{ __typename server { version } __schema { queryType { name } } }")

    assert (status, told["__typename"], told["__schema"]) == (200, "Query", {"queryType": {"name": "Query"}})


async def test_ones_own_session_can_be_ended_and_no_other(browser: httpx.AsyncClient) -> None:
    admin, other = await make_admin(), await make_user()
    own = (await sign_in(browser, admin)).session
    foreign = (await commit(begin_session(SYSTEM, other, amr=("pwd",), acr="1", browser_id="b"))).session
    end = console_documents()["sessions/SessionRevoke.graphql"]

    refused = await ask(browser, end, {"input": {"id": foreign.id}})
    done = await ask(browser, end, {"input": {"id": own.id}})

    assert refused == (200, ("FORBIDDEN", "kit_permission_missing"))
    assert done[1]["sessionRevoke"]["errors"] == []
    left, gone = [await find_session(each.id) for each in (foreign, own)]
    assert left is not None
    assert gone is not None
    assert (left.ended_at, gone.ended_at is not None) == (None, True)


async def test_a_super_admin_or_manager_asks_about_nobody_else_there(
    browser: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    admin, manager, other = await make_admin(), await make_user(), await make_user("bob@example.com")
    client = await make_client()
    await commit(grant_relation(SYSTEM, TupleKey("clients", client.id, "admin", "user", manager.id)))
    question = {
        "subject": {"type": "user", "id": other.id},
        "action": "view",
        "entity": {"type": f"{client.id}:document", "id": "1"},
    }
    ask_check = "query ($input: CheckInput!) { check(input: $input) { allowed } }"

    for caller in (admin, manager):
        for each in (browser, operator):
            await sign_in(each, caller)
        there, here = [await ask(each, ask_check, {"input": question}) for each in (browser, operator)]
        assert there == (200, ("FORBIDDEN", "kit_permission_missing"))
        assert here == (200, {"check": {"allowed": False}})


@pytest.mark.parametrize("field", ["auditEvents", "sessionsRevoked"])
async def test_a_super_admin_follows_no_client_there(live: Live, field: str) -> None:
    headers = await headers_of(await make_admin())
    client = await make_client()
    query = f'subscription {{ {field}(filter: {{clientId: "{client.id}"}}) {{ cursor }} }}'
    port = int(live.url.rpartition(":")[2])
    await commit(seal_chain())

    told = []
    for admin_port in (ADMIN_PORT, port):
        with override(admin_port=admin_port):
            async with live.connected(headers) as socket:
                await socket.subscribe("1", query)
                told.append((await socket.receive())["payload"])

    assert told[0]["errors"][0]["extensions"]["reason"] == "kit_permission_missing"
    assert told[1]["data"].keys() == {field}


async def test_sockets_know_the_listener(live: Live) -> None:
    headers = await headers_of(await make_admin())
    port = int(live.url.rpartition(":")[2])
    asked = (
        "{ users { nodes { id } } }",
        "subscription { auditEvents { cursor } }",
        "{ viewer { can { usersView } } }",
    )

    told = []
    for admin_port in (ADMIN_PORT, port):
        with override(admin_port=admin_port):
            async with live.connected(headers) as socket:
                for number, query in enumerate(asked):
                    await socket.subscribe(str(number), query)
                    answer = (await socket.receive())["payload"]
                    errors = answer if isinstance(answer, list) else answer.get("errors")
                    told.append(errors[0]["extensions"]["reason"] if errors else answer["data"])
                    if number == 1 and not errors:
                        await socket.send({"type": "complete", "id": "1"})
                    elif not isinstance(answer, list):
                        await socket.receive()

    assert told[:3] == ["graph_admin_only", "kit_permission_missing", {"viewer": {"can": {"usersView": False}}}]
    assert told[3].keys() == {"users"}
    assert told[4].keys() == {"auditEvents"}
    assert told[5] == {"viewer": {"can": {"usersView": True}}}


def test_the_public_fields_are_in_the_schema() -> None:
    for kind, names in PUBLIC_FIELDS.items():
        root = graphql_schema.get_root_type(kind)
        assert root is not None
        assert names <= root.fields.keys()


@pytest.mark.parametrize(
    ("changes", "bound_to", "expected"),
    [
        ({}, ("127.0.0.1", 8000), False),
        ({"admin_host": "127.0.0.1"}, ("127.0.0.1", 8000), False),
        ({"admin_port": 9000}, ("127.0.0.1", 8000), True),
        ({"admin_port": 9000}, ("127.0.0.1", 9000), False),
        ({"admin_port": 9000, "host": "0.0.0.0", "admin_host": "127.0.0.1"}, ("10.0.0.1", 8000), True),
        ({"admin_port": 9000, "host": "0.0.0.0", "admin_host": "127.0.0.1"}, ("127.0.0.1", 8000), True),
        ({"host": "10.0.0.1", "admin_host": "127.0.0.1"}, ("127.0.0.1", 8000), False),
        ({"host": "10.0.0.1", "admin_host": "127.0.0.1"}, ("10.0.0.1", 8000), True),
        ({"host": "10.0.0.1", "admin_host": "::1"}, ("0:0:0:0:0:0:0:1", 8000), False),
        ({"host": "10.0.0.1", "admin_host": "127.0.0.1"}, ("testserver", 8000), True),
        ({"admin_port": 9000}, None, True),
        ({"admin_port": 9000}, ("/run/auther.sock", None), True),
    ],
)
def test_the_socket_says_which_listener_it_is(
    changes: dict[str, Any], bound_to: tuple[str, int | None] | None, expected: bool
) -> None:
    assert is_public_part(bound_to, make_settings(**changes)) is expected


@pytest.mark.parametrize(
    ("changes", "address", "url"),
    [
        ({}, None, "http://localhost:8000"),
        ({"admin_port": 9000}, ("127.0.0.1", 9000), "http://localhost:9000"),
        ({"admin_port": 9000, "admin_host": "0.0.0.0"}, ("0.0.0.0", 9000), "http://localhost:9000"),
        ({"admin_port": 9000, "admin_host": "10.0.0.7"}, ("10.0.0.7", 9000), "http://10.0.0.7:9000"),
        ({"admin_host": "fd00::7"}, ("fd00::7", 8000), "http://[fd00::7]:8000"),
        ({"admin_port": 9000, "host": "localhost"}, ("localhost", 9000), "http://localhost:9000"),
    ],
)
def test_operators_are_told_where_to_go(changes: dict[str, Any], address: tuple[str, int] | None, url: str) -> None:
    chosen = make_settings(**changes)

    assert (admin_address(chosen), admin_url(chosen)) == (address, url)
