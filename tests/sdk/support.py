"""Helpers for tests of the typed client: answers made up from the schema, transports that tell what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    InlineFragmentNode,
    SelectionNode,
    is_abstract_type,
)

from auther_client import HttpTransport
from auther_codegen.source import Operation, Source, read_source

ROOT = Path(__file__).parents[2]
URL = "https://id.example.com"
SOURCE: Source = read_source(ROOT)
OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in SOURCE.operations}

SCALARS: Mapping[str, Any] = {
    "ID": "some_id",
    "String": "a text",
    "Int": 7,
    "Float": 0.5,
    "Boolean": True,
    "DateTime": "2026-01-31T12:00:00Z",
    "JSON": {"key": ["value", 1, None]},
}


def make_answer(operation: Operation, *, is_empty: bool = False) -> dict[str, Any]:
    """Data that a server could give for a document; with `is_empty` all that may be null is."""
    root = SOURCE.schema.get_root_type(operation.node.operation)
    assert root is not None
    return _Maker(is_empty).of_object(root, operation.node.selection_set.selections)


class _Maker:
    def __init__(self, is_empty: bool) -> None:
        self._is_empty = is_empty

    def of_object(self, on: GraphQLObjectType, chosen: Sequence[SelectionNode]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for each in chosen:
            if isinstance(each, FieldNode):
                name = each.alias.value if each.alias else each.name.value
                nested = each.selection_set.selections if each.selection_set else ()
                value = on.name if name == "__typename" else self._of_type(on.fields[each.name.value].type, nested)
                made[name] = made[name] | value if isinstance(value, dict) and nested and name in made else value
            elif isinstance(each, FragmentSpreadNode):
                made |= self.of_object(on, SOURCE.fragments[each.name.value].node.selection_set.selections)
            elif isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                if condition is None or condition.name.value == on.name:
                    made |= self.of_object(on, each.selection_set.selections)
        return made

    def _of_type(self, of: GraphQLOutputType, chosen: Sequence[SelectionNode]) -> Any:
        if not isinstance(of, GraphQLNonNull):
            return None if self._is_empty else self._of_present(of, chosen)
        return self._of_present(of.of_type, chosen)

    def _of_present(self, of: GraphQLOutputType, chosen: Sequence[SelectionNode]) -> Any:
        if isinstance(of, GraphQLList):
            return [] if self._is_empty else [self._of_type(of.of_type, chosen)] * 2
        if isinstance(of, GraphQLScalarType):
            return SCALARS[of.name]
        if isinstance(of, GraphQLEnumType):
            return next(iter(of.values))
        return self.of_object(self._concrete(of), chosen)

    def _concrete(self, of: GraphQLOutputType) -> GraphQLObjectType:
        if is_abstract_type(of):
            named: GraphQLNamedType = SOURCE.schema.type_map["User"]
            assert isinstance(named, GraphQLObjectType)
            return named
        assert isinstance(of, GraphQLObjectType)
        return of


class Server:
    """Answers with what a test wants, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def open(self, **options: Any) -> HttpTransport:
        return HttpTransport(URL, transport=httpx.MockTransport(self._answer), sleep=self.sleep, **options)

    def sent(self, number: int = -1) -> dict[str, Any]:
        """The body of a request."""
        body: dict[str, Any] = json.loads(self.requests[number].content)
        return body

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def data(value: object, status: int = 200, **headers: str) -> httpx.Response:
    """An answer with data."""
    return httpx.Response(status, json={"data": value}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def refusal(code: str, status: int = 200, **extensions: object) -> httpx.Response:
    """An answer with one error."""
    error = {"message": "No.", "extensions": {"code": code, "requestId": "req_1", **extensions}, "path": ["viewer"]}
    retry = {"retry-after": str(extensions["retryAfterSeconds"])} if "retryAfterSeconds" in extensions else {}
    return httpx.Response(status, json={"data": None, "errors": [error]}, headers=retry)


def events(
    *bodies: object, is_complete: bool = True, cut: Callable[[bytes], bytes] = lambda text: text
) -> httpx.Response:
    """A stream of results."""
    text = b":\n\n" + b"".join(b"event: next\ndata: " + json.dumps(body).encode() + b"\n\n" for body in bodies)
    ending = b"event: complete\ndata:\n\n" if is_complete else b""
    return httpx.Response(200, content=cut(text + ending), headers={"content-type": "text/event-stream"})
