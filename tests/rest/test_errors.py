"""Errors as answers: JSON for programs, a page for people, nothing of the inside in either."""

from __future__ import annotations

import httpx
import pytest

from app.kit.pages import session_cookie_name
from tests.rest.support import exhausted_pool

PAGE = {"Accept": "text/html,application/xhtml+xml"}
INSIDE = ("Traceback", "ZeroDivisionError", "a secret of the inside", "for the log only", 'File "', ".py")


async def test_an_expected_error_is_json_for_programs(client: httpx.AsyncClient) -> None:
    answer = await client.post("/test/forbidden")

    assert answer.status_code == 403
    assert answer.json() == {
        "error": "test_forbidden",
        "message": "You <b>may</b> not.",
        "requestId": answer.headers["x-request-id"],
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_an_expected_error_is_a_page_for_people(client: httpx.AsyncClient) -> None:
    answer = await client.post("/test/forbidden", headers=PAGE)

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "You &lt;b&gt;may&lt;/b&gt; not." in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*", ""])
async def test_a_fault_tells_nothing_of_the_inside(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get("/test/fault", headers={"Accept": accept})

    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert [word for word in INSIDE if word in answer.text + repr(answer.headers)] == []


async def test_a_fault_is_json_for_programs(client: httpx.AsyncClient) -> None:
    answer = await client.get("/test/fault", headers={"X-Request-Id": "abc-12345"})

    assert answer.json() == {
        "error": "kit_fault",
        "message": "Something went wrong on our side. Try again; if it stays so, give us the request id.",
        "requestId": "abc-12345",
    }


@pytest.mark.parametrize("headers", [{}, PAGE])
async def test_a_path_that_is_not_there(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.get("/nowhere", headers=headers)

    assert answer.status_code == 404
    assert "There is nothing here." in answer.text
    if not headers:
        assert answer.json()["error"] == "kit_not_found"


@pytest.mark.parametrize("headers", [{}, PAGE])
async def test_a_wrong_method_names_the_right_one(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.get("/test/forbidden", headers=headers)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    if not headers:
        assert answer.json()["error"] == "kit_method_not_allowed"


@pytest.mark.parametrize("headers", [{}, PAGE])
async def test_whoever_has_to_wait_is_told_how_long_in_whole_seconds(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/test/slow", headers=headers)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


@pytest.mark.parametrize("headers", [{}, PAGE])
async def test_a_signed_in_caller_gets_503_while_the_database_is_away_and_then_goes_on(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    cookie = {"Cookie": f"{session_cookie_name()}=ast_{'x' * 43}"}

    async with exhausted_pool(monkeypatch):
        answer = await client.get("/test/whoami", headers={**headers, **cookie})

    assert answer.status_code == 503
    assert "The database does not answer now. Try again soon." in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no connection within" not in answer.text
    assert (await client.get("/test/whoami", headers=cookie)).status_code == 200
