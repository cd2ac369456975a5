# ruff: noqa: E501
"""The server audits of the npm package graphql-http (1.23), by id and name.

Source: https://github.com/graphql/graphql-http/tree/main/src/audits
The three audits that MAY be passed by answering GET requests are turned round: we take POST only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
TYPENAME = {"query": "{ __typename }"}
TYPE_BY_VARIABLE = {
    "query": "query Type($name: String!) { __type(name: $name) { name } }",
    "variables": {"name": "sometype"},
}
UNKNOWN_FIELD = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
COERCE_FAILURE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}
INVALID: tuple[tuple[str, object], ...] = (
    ("object", {"obj": "ect"}),
    ("number", 0),
    ("boolean", False),
    ("array", ["array"]),
)

Check = Callable[[httpx.Response], bool]


@dataclass(frozen=True)
class Audit:
    id: str
    name: str
    check: Check
    body: object = None
    accept: str | None = None
    content_type: str | None = JSON
    method: str = "POST"
    params: dict[str, str] | None = None


def _status(*codes: int) -> Check:
    return lambda response: response.status_code in codes


def _typed(media_type: str) -> Check:
    return lambda response: response.status_code == 200 and media_type in response.headers["content-type"]


def _without(key: str) -> Check:
    return lambda response: key not in response.json()


def _clean(response: httpx.Response) -> bool:
    return response.status_code == 200 and "errors" not in response.json()


_4XX = _status(*range(400, 500))
_ERROR = _status(*range(400, 600))

AUDITS = [
    Audit("22EB", "SHOULD accept application/graphql-response+json and match the content-type", _typed(GRAPHQL), TYPENAME, GRAPHQL),
    Audit("4655", "MUST accept application/json and match the content-type", _typed(JSON), TYPENAME, JSON),
    Audit("47DE", "SHOULD accept */* and use application/json for the content-type", _typed(JSON), TYPENAME, "*/*"),
    Audit("80D8", "SHOULD assume application/json content-type when accept is missing", _typed(JSON), TYPENAME),
    Audit("82A3", "MUST use utf-8 encoding when responding", lambda response: bool(response.content.decode("utf-8")), TYPENAME),
    Audit("BF61", "MUST accept utf-8 encoded request", _status(200), {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, content_type=f"{JSON}; charset=utf-8"),
    Audit("78D5", "MUST assume utf-8 in request if encoding is unspecified", _status(200), TYPENAME),
    Audit("2C94", "MUST accept POST requests", _status(200), TYPENAME),
    Audit("5A70", "MAY accept GET requests: we do not", _status(405), method="GET", params={"query": "{ __typename }"}),
    Audit("9C48", "MAY NOT allow executing mutations on GET requests", _4XX, accept=GRAPHQL, method="GET", params={"query": "mutation { __typename }"}),
    Audit("9ABE", "SHOULD respond with 4xx if content-type is not supplied on POST requests", _4XX, TYPENAME, content_type=None),
    Audit("03D4", "MUST accept application/json POST requests", _status(200), TYPENAME),
    Audit("A5BF", "MAY use 400 status code when request body is missing on POST", _status(400)),
    Audit("423L", "MAY use 400 status code on missing {query} parameter", _status(400), {"notquery": "{ __typename }"}, GRAPHQL),
    *(Audit(f"LKJ{n}", f"MAY use 400 status code on {kind} {{query}} parameter", _status(400), {"query": value}) for n, (kind, value) in enumerate(INVALID)),
    Audit("34A2", "SHOULD allow string {query} parameter when accepting application/graphql-response+json", _status(200), TYPENAME, GRAPHQL),
    Audit("13EE", "MUST allow string {query} parameter when accepting application/json", _clean, TYPENAME, JSON),
    *(Audit(f"6C0{n}", f"MAY use 400 status code on {kind} {{operationName}} parameter", _status(400), {**TYPENAME, "operationName": value}) for n, (kind, value) in enumerate(INVALID)),
    Audit("8161", "SHOULD allow string {operationName} parameter when accepting application/graphql-response+json", _status(200), {"operationName": "Query", "query": "query Query { __typename }"}, GRAPHQL),
    Audit("B8B3", "MUST allow string {operationName} parameter when accepting application/json", _clean, {"operationName": "Query", "query": "query Query { __typename }"}, JSON),
    *(Audit(f"94B{n}", f"SHOULD allow null {{{name}}} parameter when accepting application/graphql-response+json", _clean, {**TYPENAME, name: None}, GRAPHQL) for n, name in enumerate(("variables", "operationName", "extensions"))),
    *(Audit(f"022{n}", f"MUST allow null {{{name}}} parameter when accepting application/json", _clean, {**TYPENAME, name: None}, JSON) for n, name in enumerate(("variables", "operationName", "extensions"))),
    *(Audit(f"476{n}", f"MAY use 400 status code on {kind} {{variables}} parameter", _status(400), {**TYPENAME, "variables": value}) for n, (kind, value) in enumerate((("string", "string"), *INVALID[1:]))),
    Audit("2EA1", "SHOULD allow map {variables} parameter when accepting application/graphql-response+json", _status(200), TYPE_BY_VARIABLE, GRAPHQL),
    Audit("28B9", "MUST allow map {variables} parameter when accepting application/json", _clean, TYPE_BY_VARIABLE, JSON),
    Audit("D6D5", "MAY allow URL-encoded JSON {variables} in GETs: we do not", _status(405), accept=GRAPHQL, method="GET", params={"query": "{ __typename }"}),
    Audit("6A70", "MAY allow URL-encoded JSON {variables} in GETs: we do not", _status(405), accept=JSON, method="GET", params={"query": "{ __typename }"}),
    *(Audit(f"58B{n}", f"MAY use 400 status code on {kind} {{extensions}} parameter", _status(400), {**TYPENAME, "extensions": value}) for n, (kind, value) in enumerate((("string", "string"), *INVALID[1:]))),
    Audit("428F", "SHOULD allow map {extensions} parameter when accepting application/graphql-response+json", _status(200), {**TYPENAME, "extensions": {"some": "value"}}, GRAPHQL),
    Audit("1B7A", "MUST allow map {extensions} parameter when accepting application/json", _clean, {**TYPENAME, "extensions": {"some": "value"}}, JSON),
    Audit("B6DC", "MAY use 2xx, 4xx, or 5xx status codes on JSON parsing failure when accepting application/json", _status(*range(200, 300), *range(400, 600)), b'{ "not a JSON', JSON),
    Audit("BCF8", "SHOULD use 400 status code on JSON parsing failure when accepting application/json", _status(400), b'{ "not a JSON', JSON),
    Audit("B7N8", "SHOULD use 400 status code on JSON parsing failure when accepting application/graphql-response+json", _status(400), b'{ "not a JSON', GRAPHQL),
    Audit("8764", "MAY use 4xx or 5xx status codes if parameters are invalid", _ERROR, {"qeury": "{ __typename }"}),
    Audit("3E3A", "MAY use 400 status code if parameters are invalid", _status(400), {"qeury": "{ __typename }"}),
    Audit("572B", "SHOULD use 200 status code on document parsing failure when accepting application/json", _status(200), {"query": "{"}, JSON),
    Audit("FDE2", "SHOULD use 200 status code on document validation failure when accepting application/json", _status(200), UNKNOWN_FIELD, JSON),
    Audit("7B9B", "SHOULD use a status code of 200 on variable coercion failure when accepting application/json", _status(200), COERCE_FAILURE, JSON),
    Audit("865D", "SHOULD use 4xx or 5xx on document parsing failure when accepting application/graphql-response+json", _ERROR, {"query": "{"}, GRAPHQL),
    Audit("556A", "SHOULD use 400 on document parsing failure when accepting application/graphql-response+json", _status(400), {"query": "{"}, GRAPHQL),
    Audit("D586", "SHOULD not contain the data entry on document parsing failure", _without("data"), {"query": "{"}, GRAPHQL),
    Audit("51FE", "SHOULD use 4xx or 5xx on document validation failure when accepting application/graphql-response+json", _ERROR, UNKNOWN_FIELD, GRAPHQL),
    Audit("74FF", "SHOULD use 400 on document validation failure when accepting application/graphql-response+json", _status(400), UNKNOWN_FIELD, GRAPHQL),
    Audit("5E5B", "SHOULD not contain the data entry on document validation failure", _without("data"), UNKNOWN_FIELD, GRAPHQL),
    Audit("86EE", "SHOULD use 400 on variable coercion failure when accepting application/graphql-response+json", _status(400), COERCE_FAILURE, GRAPHQL),
]  # fmt: skip


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: f"{audit.id} {audit.name}")
async def test_audit(browser: httpx.AsyncClient, audit: Audit) -> None:
    headers = {"accept": audit.accept or "", "content-type": audit.content_type or "text/plain;charset=UTF-8"}
    if audit.accept is None:
        del browser.headers["accept"]
        del headers["accept"]

    content: Any = audit.body if isinstance(audit.body, bytes) else orjson.dumps(audit.body) if audit.body else None
    response = await browser.request(audit.method, "/graphql", content=content, headers=headers, params=audit.params)

    assert audit.check(response), (response.status_code, response.text)


def test_every_audit_is_here() -> None:
    assert len({audit.id for audit in AUDITS}) == len(AUDITS) == 61
