"""What the endpoint takes, and how it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from app.graph.http import MAX_DEPTH
from app.kit.runtime import override

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
BODY = orjson.dumps({"query": "{ __typename }"})


async def post(browser: httpx.AsyncClient, content: bytes = BODY, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await browser.post("/graphql", content=content, headers={"content-type": JSON, **names})


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_post_is_allowed(browser: httpx.AsyncClient, method: str) -> None:
    response = await browser.request(method, "/graphql", params={"query": "{ __typename }"})

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin-1",
        "application/jsonx",
        "",
    ],
)
async def test_other_content_types_are_refused(browser: httpx.AsyncClient, content_type: str) -> None:
    response = await post(browser, content_type=content_type)

    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["reason"] == "graph_media_type"


async def test_a_compressed_body_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await post(browser, content_encoding="gzip")).status_code == 415


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", JSON),
        ("application/*", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"text/event-stream, multipart/mixed, {JSON};q=0.1", JSON),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
    ],
)
async def test_the_best_liked_media_type_is_answered(browser: httpx.AsyncClient, accept: str, expected: str) -> None:
    response = await post(browser, accept=accept)

    assert (response.status_code, response.headers["content-type"]) == (200, f"{expected}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", f"{JSON};q=nonsense"])
async def test_an_answer_that_nobody_wants_is_not_given(browser: httpx.AsyncClient, accept: str) -> None:
    assert (await post(browser, accept=accept)).status_code == 406


async def test_a_byte_order_mark_does_not_matter(browser: httpx.AsyncClient) -> None:
    assert (await post(browser, b"\xef\xbb\xbf" + BODY)).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"query": "\\ud800"}', b"", b"{", b"nonsense"])
async def test_what_is_no_json_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    response = await post(browser, body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["reason"] == "graph_json"


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"{ __typename }"', b'{"query": ""}', b'{"query": " "}'])
async def test_what_is_no_request_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    response = await post(browser, body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["reason"] == "graph_request"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
async def test_values_are_nested_so_deep_and_no_deeper(
    browser: httpx.AsyncClient, opening: bytes, closing: bytes
) -> None:
    body = b'{"query": "{ __typename }", "variables": {"v": %s}}'
    answers = [
        await post(browser, body % (opening * depth + b"1" + closing * depth))
        for depth in (MAX_DEPTH - 2, MAX_DEPTH - 1, 1_000)
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 400]
    refused = [answer.json()["errors"][0]["extensions"]["reason"] for answer in answers[1:]]
    assert refused == ["graph_request", "graph_request"]


async def test_operations_are_not_batched(browser: httpx.AsyncClient) -> None:
    response = await post(browser, b"[" + BODY + b"," + BODY + b"]")

    assert response.status_code == 400
    assert "data" not in response.json()


@pytest.mark.parametrize("escape", [r"\u0000", r"\\u0000", r"\\u{0}", r"\\u{000}"])
async def test_a_nul_character_is_refused_before_it_reaches_the_database(
    browser: httpx.AsyncClient, escape: str
) -> None:
    body = f'{{"query": "{{ users(filter: {{search: \\"a{escape}b\\"}}) {{ nodes {{ id }} }} }}"}}'

    response = await post(browser, body.encode())

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_large_body_is_refused_by_its_announced_length(browser: httpx.AsyncClient) -> None:
    with override(graphql_max_body_bytes=1_024):
        response = await post(browser, b" " * 1_025)

    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_REACHED"


async def test_a_large_body_without_a_length_is_not_read_to_its_end(browser: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 512
            yield b" " * 512

    with override(graphql_max_body_bytes=1_024):
        response = await browser.post("/graphql", content=endless(), headers={"content-type": JSON})

    assert (response.status_code, sent) == (413, 1_536)


async def test_a_body_at_the_limit_is_taken(browser: httpx.AsyncClient) -> None:
    with override(graphql_max_body_bytes=1_024):
        assert (await post(browser, BODY.ljust(1_024))).status_code == 200


async def test_the_operation_is_chosen_by_name(browser: httpx.AsyncClient) -> None:
    query = "query A { a: __typename } query B { b: __typename }"

    chosen = await post(browser, orjson.dumps({"query": query, "operationName": "B"}))
    unknown = await post(browser, orjson.dumps({"query": query, "operationName": "C"}), accept=GRAPHQL)
    unnamed = await post(browser, orjson.dumps({"query": query}), accept=GRAPHQL)

    assert chosen.json()["data"] == {"b": "Query"}
    assert [response.status_code for response in (unknown, unnamed)] == [400, 400]
    assert unknown.json()["errors"][0]["message"] == "Unknown operation named 'C'."
    assert "data" not in unknown.json()


async def test_answers_are_not_stored_and_carry_the_request_id(browser: httpx.AsyncClient) -> None:
    response = await post(browser, x_request_id="my-request-1")

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-request-id"] == "my-request-1"
    assert "access-control-allow-origin" not in response.headers


async def test_the_cost_is_told(browser: httpx.AsyncClient) -> None:
    response = await post(browser, orjson.dumps({"query": "{ server { version } }"}))

    assert response.json()["extensions"]["cost"]["requested"] == 1
