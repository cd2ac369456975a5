"""The generated client is what the schema and the documents say, and mirrors every answer."""

from __future__ import annotations

import ast
import inspect
import sys
import tomllib
import typing
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue, TypeAdapter

import app
from auther_client import Calls, Operations
from auther_client.calls import Body, Request
from auther_client.generated.enums import UserStatus
from auther_client.generated.inputs import UserUpdateInput
from auther_codegen.__main__ import TARGET, generate
from auther_codegen.names import parameter, snake
from tests.sdk.support import OPERATIONS, ROOT, SCALARS, SOURCE, make_answer


class Echo:
    """Gives one answer, and remembers the request."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.request: Request | None = None

    async def execute(self, request: Request) -> Body:
        self.request = request
        return {"data": self.answer}

    async def stream(self, request: Request) -> AsyncIterator[Body]:
        self.request = request
        yield {"data": self.answer}


def arguments_for(name: str) -> dict[str, Any]:
    """Something for each required parameter of a method."""
    signature = inspect.signature(getattr(Operations, snake(name)))
    hints = typing.get_type_hints(getattr(Operations, snake(name)))
    return {
        each.name: make_value(hints[each.name])
        for each in signature.parameters.values()
        if each.name != "self" and each.default is inspect.Parameter.empty
    }


def make_value(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        needed = {name: each for name, each in kind.model_fields.items() if each.is_required()}
        return kind(**{name: make_value(each.annotation) for name, each in needed.items()})
    if typing.get_origin(kind) is not None and typing.get_args(kind) and "Sequence" in str(kind):
        return [make_value(typing.get_args(kind)[0])]
    if isinstance(kind, type) and hasattr(kind, "__members__"):
        return next(iter(kind))
    samples: dict[Any, Any] = {str: "user", int: 1, bool: True, JsonValue: {"any": "thing"}}
    return samples[kind]


async def call(name: str, echo: Echo) -> Any:
    method = getattr(Operations(Calls(echo)), snake(name))
    outcome = method(**arguments_for(name))
    return await anext(outcome) if hasattr(outcome, "__anext__") else await outcome


def test_what_is_committed_is_what_would_be_written() -> None:
    assert {path.name: path.read_text("utf-8") for path in TARGET.glob("*.py")} == generate(ROOT)


@pytest.mark.parametrize("is_empty", [False, True], ids=["full", "empty"])
@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_method_mirrors_the_answer_of_its_document(name: str, is_empty: bool) -> None:
    answer = make_answer(OPERATIONS[name], is_empty=is_empty)

    result = await call(name, Echo(answer))

    (only, *more) = answer
    expected = answer if more else answer[only]
    assert TypeAdapter(Any).dump_python(result, mode="json", by_alias=True) == expected


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_method_sends_its_document_and_only_what_is_given(name: str) -> None:
    operation = OPERATIONS[name]
    echo = Echo(make_answer(operation))

    await call(name, echo)

    assert echo.request is not None
    given = arguments_for(name)
    declared = [node.variable.name.value for node in operation.node.variable_definitions or ()]
    assert echo.request.document.strip() == operation.text
    assert list(echo.request.variables) == [each for each in declared if parameter(each) in given]


async def test_what_is_absent_stays_out_and_none_is_null() -> None:
    echo = Echo(make_answer(OPERATIONS["UserUpdate"]))

    await Operations(Calls(echo)).user_update(UserUpdateInput(id="usr_1", name=None))

    assert echo.request is not None
    assert echo.request.variables == {"input": {"id": "usr_1", "name": None}}


async def test_a_value_that_a_newer_server_has_is_kept() -> None:
    answer = make_answer(OPERATIONS["User"])
    answer["user"] |= {"status": "PAUSED", "somethingNew": 1}

    user = await call("User", Echo(answer))

    assert (user.status, user.status.value, type(user.status)) == ("PAUSED", "PAUSED", UserStatus)


async def test_a_type_that_is_not_named_is_something_else() -> None:
    answer = make_answer(OPERATIONS["AuditEvents"])
    target = answer["auditEvents"]["nodes"][0]["target"]
    answer["auditEvents"]["nodes"][0]["target"] = {"__typename": "Starship", "id": target["id"]}

    found = await call("AuditEvents", Echo(answer))

    assert found.nodes[0].target.typename == "Starship"
    assert type(found.nodes[0].target).__name__ == "AuditEventFieldsTargetOther"


def test_every_scalar_has_a_sample() -> None:
    named = {name for name, kind in SOURCE.schema.type_map.items() if type(kind).__name__ == "GraphQLScalarType"}

    assert named <= SCALARS.keys()


def test_the_client_stands_on_httpx_and_pydantic_alone() -> None:
    imported = {
        name.partition(".")[0]
        for file in TARGET.parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported - set(sys.stdlib_module_names) == {"auther_client", "httpx", "pydantic"}


def test_the_client_has_the_version_of_the_server() -> None:
    project = tomllib.loads((ROOT / "sdk" / "python" / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == app.__version__
