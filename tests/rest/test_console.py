"""The console and GraphiQL: served with a policy and a nonce, their files for ever, nothing beside them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.kit.errors import Unavailable
from app.kit.runtime import override
from app.rest import console


async def test_the_console_comes_with_a_nonce_that_its_policy_names(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/admin/", "/admin/users/usr_1")]

    nonces = []
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "<title>index.html</title>" in answer.text
        (nonce,) = re.findall(r"nonce='([^']+)'", answer.text)
        nonces.append(nonce)
        assert answer.headers["content-security-policy"] == (
            "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
            f"script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
            "img-src 'self' data: https:; connect-src 'self'; frame-src 'self'"
        )
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
    assert len(set(nonces)) == 2
    assert all(len(nonce) >= 22 for nonce in nonces)
    assert "__CSP_NONCE__" not in "".join(answer.text for answer in answers)


@pytest.mark.parametrize("path", ["/", "/admin"])
async def test_the_front_door_leads_to_the_console(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")


async def test_graphiql_runs_no_inline_script_and_can_be_switched_off(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphiql")
    with override(graphiql=False):
        off = await client.get("/graphiql")

    assert "<title>graphiql.html</title>" in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (off.status_code, off.json()["error"]) == (404, "kit_not_found")


async def test_files_named_by_their_content_are_kept_for_ever(client: httpx.AsyncClient) -> None:
    answer = await client.get("/admin/assets/app-1a2b.js")

    assert (answer.status_code, answer.text) == (200, "console.log(1)")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_a_file_that_is_not_there_is_not_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/admin/assets/gone-0000.js")

    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


async def test_a_file_beside_the_page_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/admin/scheme.js")).text == "// scheme"


@pytest.mark.parametrize(
    "path", ["/admin/assets/../index.html", "/admin/assets/%2e%2e/index.html", "/admin/assets/..%2f..%2fsecret"]
)
async def test_nothing_outside_of_the_files_is_served(
    client: httpx.AsyncClient, built_console: Path, path: str
) -> None:
    (built_console.parent / "secret").write_text("never shown")

    answer = await client.get(path)

    assert "never shown" not in answer.text
    assert "__CSP_NONCE__" not in answer.text


async def test_a_console_that_was_not_built_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_ROOT", tmp_path / "nowhere")

    with pytest.raises(Unavailable) as caught:
        console.web_root()

    assert caught.value.code == "rest_console_missing"
    assert "make web" in caught.value.message
    routes = console.build_routes()
    assert [route.path for route in routes if isinstance(route, Route)] == [
        "/",
        "/graphiql",
        "/admin",
        "/admin/{path:path}",
    ]
    assert Starlette(routes=routes)
