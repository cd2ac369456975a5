"""Helpers for tests of the API: running documents as somebody, finding the console's documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from app.graph.context import Context
from app.graph.documents import InvalidDocument
from app.graph.endpoint import answer, reject, run
from app.graph.http import JSON, Parameters
from app.graph.reference.codes import find_reasons
from app.kit.actor import ANONYMOUS, Actor
from app.kit.errors import AppError
from app.kit.guard import remembering
from tests.support import ORIGIN

DOCUMENTS = Path(__file__).parents[2] / "graphql"
NOBODY = ANONYMOUS.at(ORIGIN)

Answer = dict[str, Any]


async def execute(
    document: str, variables: Mapping[str, Any] | None = None, *, actor: Actor = NOBODY, operation: str | None = None
) -> Answer:
    """Run a document as the endpoint would, without HTTP around it; the answer's JSON."""
    parameters = Parameters(document, variables or {}, operation)
    with remembering():
        try:
            response = answer(await run(parameters, Context(actor)), JSON, "test-request")
        except InvalidDocument as error:
            response = reject(error.errors, JSON, "test-request")
    told: Answer = orjson.loads(bytes(response.body))
    for error in told.get("errors", ()):
        reason = error["extensions"].get("reason")
        assert reason is None or fits(reason), f"the reference does not tell of {reason}"
    return told


def fits(reason: str) -> bool:
    """Whether the reference tells of a reason; what differs each time stands there as `…`."""
    return any(re.fullmatch(re.escape(each.code).replace("…", ".+"), reason) for each in find_reasons())


async def read(document: str, variables: Mapping[str, Any] | None = None, *, actor: Actor = NOBODY) -> Answer:
    """The data of a document that must run without an error."""
    told = await execute(document, variables, actor=actor)
    assert "errors" not in told, told["errors"]
    data: Answer = told["data"]
    return data


async def refusal(
    document: str, variables: Mapping[str, Any] | None = None, *, actor: Actor = NOBODY
) -> tuple[str, str]:
    """Code and reason of the one error of a document that must fail."""
    try:
        told = await execute(document, variables, actor=actor)
    except AppError as error:
        return type(error).__name__, error.code
    (error,) = told["errors"]
    return error["extensions"]["code"], error["extensions"].get("reason", "")


def console_documents() -> dict[str, str]:
    """The console's operations by path, each with the fragments that it needs."""
    texts = {path.relative_to(DOCUMENTS).as_posix(): path.read_text() for path in sorted(DOCUMENTS.rglob("*.graphql"))}
    fragments = {
        name: text for text in texts.values() for name in re.findall(r"^fragment (\w+) on", text, re.MULTILINE)
    }
    return {path: _with_fragments(text, fragments) for path, text in texts.items() if not path.startswith("fragments/")}


def _with_fragments(text: str, fragments: Mapping[str, str]) -> str:
    needed: dict[str, str] = {}
    waiting = [text]
    while waiting:
        for name in re.findall(r"\.\.\.(\w+)", waiting.pop()):
            if name not in needed and name != "on":
                needed[name] = fragments[name]
                waiting.append(fragments[name])
    return "\n".join([text, *needed.values()])
