"""Around every request: its id, its caller, the headers that every answer carries."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.pages import session_cookie_name
from app.kit.runtime import override
from app.users.service import ban_user
from tests.rest.support import exhausted_pool
from tests.sessions.support import sign_in
from tests.support import commit, counted_statements, make_user


def with_session(token: str) -> dict[str, str]:
    return {"Cookie": f"{session_cookie_name()}={token}"}


async def test_every_answer_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    ids = [(await client.get(path)).headers["x-request-id"] for path in ("/livez", "/livez", "/nowhere", "/test/fault")]

    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{8,64}", request_id) for request_id in ids)


async def test_an_id_that_came_along_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/test/whoami", headers={"X-Request-Id": "abc-123_DEF"})

    assert answer.headers["x-request-id"] == "abc-123_DEF"
    assert answer.json()["request"] == "abc-123_DEF"


@pytest.mark.parametrize("forged", [pytest.param("x" * 1_000, id="long"), "a b", "a\tb", "<script>", "äöü"])
async def test_an_id_that_could_forge_a_log_line_is_replaced(client: httpx.AsyncClient, forged: str) -> None:
    answer = await client.get("/test/whoami", headers={"X-Request-Id": forged.encode()})

    assert answer.headers["x-request-id"] not in {forged, ""}


async def test_without_a_cookie_the_caller_is_anonymous_and_no_statement_is_run(client: httpx.AsyncClient) -> None:
    with counted_statements() as statements:
        answer = await client.get("/test/whoami", headers={"User-Agent": "Test/1"})

    assert (answer.json()["kind"], answer.json()["id"], answer.json()["user_agent"]) == ("anonymous", None, "Test/1")
    assert statements == []


async def test_a_session_makes_the_caller_its_user_in_one_statement(client: httpx.AsyncClient) -> None:
    user = await make_user()
    new = await sign_in(user)

    with counted_statements() as statements:
        answer = await client.get("/test/whoami", headers=with_session(new.token))

    assert {name: answer.json()[name] for name in ("kind", "id", "session", "acr", "amr")} == {
        "kind": "user",
        "id": user.id,
        "session": new.session.id,
        "acr": "urn:auther:pwd",
        "amr": ["pwd"],
    }
    assert len(statements) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "ast_forged", pytest.param("ast_" + "x" * 5_000, id="long")])
async def test_a_stale_or_forged_cookie_is_an_anonymous_caller(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get("/test/whoami", headers=with_session(token))

    assert (answer.status_code, answer.json()["kind"]) == (200, "anonymous")


async def test_a_banned_user_is_anonymous_at_the_next_request(client: httpx.AsyncClient) -> None:
    user = await make_user()
    headers = with_session((await sign_in(user)).token)
    assert (await client.get("/test/whoami", headers=headers)).json()["kind"] == "user"

    await commit(ban_user(SYSTEM, user.id))

    assert (await client.get("/test/whoami", headers=headers)).json()["kind"] == "anonymous"


async def test_an_idle_session_is_anonymous(client: httpx.AsyncClient) -> None:
    new = await sign_in(await make_user())

    with clock.frozen(clock.now() + timedelta(hours=13)):
        answer = await client.get("/test/whoami", headers=with_session(new.token))

    assert answer.json()["kind"] == "anonymous"


@pytest.mark.parametrize("path", ["/livez", "/test/fault", "/nowhere", "/admin/", "/"])
async def test_every_answer_forbids_sniffing(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["x-content-type-options"] == "nosniff"


async def test_referrers_and_frames_are_refused_and_https_is_kept(client: httpx.AsyncClient) -> None:
    plain = (await client.get("/test/whoami")).headers
    with override(public_url="https://id.example.com"):
        secure = (await client.get("/test/whoami")).headers

    for headers in (plain, secure):
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert "strict-transport-security" not in plain
    assert secure["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_a_forged_host_changes_nothing_that_we_say(client: httpx.AsyncClient) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}

    for path in ("/", "/admin", "/.well-known/openid-configuration", "/nowhere"):
        answer = await client.get(path, headers=forged)
        assert "evil.example" not in answer.text + repr(answer.headers)


async def test_the_answer_to_a_socket_is_a_refusal_when_the_database_is_away(
    special_app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
        "subprotocols": [],
        "headers": [(b"host", b"localhost"), (b"cookie", f"{session_cookie_name()}=ast_x".encode())],
    }
    async with exhausted_pool(monkeypatch):
        await special_app(scope, receive, send)  # type: ignore[arg-type]

    assert sent == [{"type": "websocket.close", "code": 1013, "reason": ""}]
