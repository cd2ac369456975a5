"""Posted forms: only our own, from the same browser, small, each field once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.kit.errors import AppError
from app.kit.pages import BrowserCookie, csrf_field, csrf_token, read_form
from app.kit.runtime import override
from tests.support import ISSUER

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def _show(request: Request) -> Response:
    return Response(csrf_field(request) + "|" + csrf_token(request, "/other"))


async def _post(request: Request) -> Response:
    return JSONResponse(dict(await read_form(request, max_bytes=1_000)))


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return JSONResponse({"code": error.code}, error.status)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    routes = [
        Route("/form", _show),
        Route("/form", _post, methods=["POST"]),
        Route("/other", _post, methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(BrowserCookie)], exception_handlers={AppError: _refuse})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as one:
        yield one


async def _token(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/form")).text)
    assert found is not None
    return found[1]


async def test_a_form_of_ours_is_read_exactly_as_typed(client: httpx.AsyncClient) -> None:
    token = await _token(client)

    answer = await client.post("/form", data={"csrf": token, "password": "  ü+%&=\t ", "empty": ""})

    assert answer.json() == {"csrf": token, "password": "  ü+%&=\t ", "empty": ""}


async def test_a_form_without_a_token_is_refused(client: httpx.AsyncClient) -> None:
    await _token(client)

    answers = [
        await client.post("/form", data=data) for data in ({"x": ""}, {"csrf": ""}, {"csrf": "AAAA"}, {"csrf": "ü!"})
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "kit_csrf")] * 4


async def test_a_token_of_another_browser_is_refused(client: httpx.AsyncClient) -> None:
    token = await _token(client)
    client.cookies.clear()
    await _token(client)

    assert (await client.post("/form", data={"csrf": token})).json() == {"code": "kit_csrf"}


async def test_a_token_of_another_form_is_refused(client: httpx.AsyncClient) -> None:
    token = await _token(client)
    for_other = (await client.get("/form")).text.rpartition("|")[2]

    assert (await client.post("/other", data={"csrf": token})).json() == {"code": "kit_csrf"}
    assert (await client.post("/other", data={"csrf": for_other})).status_code == 200


async def test_a_token_outlives_the_rotation_of_the_secret(client: httpx.AsyncClient) -> None:
    token = await _token(client)

    with override(secret="b" * 32, secret_previous=("a secret for tests, thirty-two bytes or more",)):
        assert (await client.post("/form", data={"csrf": token})).status_code == 200
    with override(secret="b" * 32):
        assert (await client.post("/form", data={"csrf": token})).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"sec-fetch-site": "cross-site", "origin": ISSUER}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": ISSUER}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_a_post_from_elsewhere_is_refused_even_with_a_token(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    token = await _token(client)

    assert (await client.post("/form", data={"csrf": token}, headers=headers)).status_code == status


async def test_a_field_given_twice_is_refused(client: httpx.AsyncClient) -> None:
    body = f"csrf={await _token(client)}&password=a&password=b"

    answer = await client.post("/form", content=body, headers=FORM)

    assert (answer.status_code, answer.json()["code"]) == (400, "kit_form_invalid")


@pytest.mark.parametrize("value", ["%ff", "%00", "%ed%a0%80", "\u00fc".encode("latin-1").decode("latin-1")])
async def test_what_is_not_text_is_refused(client: httpx.AsyncClient, value: str) -> None:
    body = f"csrf={await _token(client)}&password={value}".encode("latin-1")

    answer = await client.post("/form", content=body, headers=FORM)

    assert (answer.status_code, answer.json()["code"]) == (400, "kit_form_invalid")


async def test_another_media_type_is_refused(client: httpx.AsyncClient) -> None:
    token = await _token(client)

    as_json = await client.post("/form", json={"csrf": token})
    as_parts = await client.post("/form", files={"csrf": (None, token)})

    assert as_json.json() == as_parts.json() == {"code": "kit_form_invalid"}


async def test_a_large_form_is_refused_before_it_is_read_to_the_end(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000
            yield b"a" * 1_000

    answer = await client.post("/form", content=endless(), headers=FORM)

    assert (answer.status_code, answer.json()["code"], sent) == (400, "kit_form_too_large", 2_000)


async def test_too_many_fields_are_refused(client: httpx.AsyncClient) -> None:
    body = urlencode({f"f{number}": "" for number in range(101)})

    assert (await client.post("/form", content=body, headers=FORM)).json() == {"code": "kit_form_invalid"}
