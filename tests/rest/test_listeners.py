"""Pages for operators are served by their listener only, if they have one."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from app.kit.runtime import override

OPERATORS = ("/", "/admin", "/admin/", "/admin/users", "/admin/assets/x.js", "/graphiql")
EVERYBODY = ("/livez", "/.well-known/openid-configuration", "/oauth2/jwks", "/signin")


async def statuses(app: Starlette, port: int, paths: tuple[str, ...]) -> list[int]:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{port}") as client:
        return [(await client.get(path)).status_code for path in paths]


async def test_the_public_listener_serves_no_page_for_operators(app: Starlette) -> None:
    with override(admin_port=9_443):
        public = await statuses(app, 8000, OPERATORS)
        own = await statuses(app, 9_443, OPERATORS)

    assert public == [404] * len(OPERATORS)
    assert own[:2] == [303, 303]
    assert set(own[2:4]) <= {200, 503}


async def test_one_listener_serves_everything(app: Starlette) -> None:
    assert (await statuses(app, 8000, OPERATORS))[:2] == [303, 303]


@pytest.mark.parametrize("port", [8000, 9_443])
async def test_both_serve_what_is_for_everybody(app: Starlette, port: int) -> None:
    with override(admin_port=9_443):
        assert await statuses(app, port, EVERYBODY) == [200] * len(EVERYBODY)


async def test_a_header_does_not_change_the_listener(app: Starlette) -> None:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    forged = {"host": "localhost:9443", "x-forwarded-host": "localhost:9443", "x-forwarded-port": "9443"}
    with override(admin_port=9_443):
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            assert (await client.get("/graphiql", headers=forged)).status_code == 404
