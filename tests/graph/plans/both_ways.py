"""Running documents by their plans and by graphql-core alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import FieldNode, GraphQLField, OperationDefinitionNode, OperationType, parse

from app.graph.plans.operations import PlannedOperation
from app.graph.schema import documents, graphql_schema
from app.kit.actor import Actor
from tests.graph.support import Answer, execute


@contextmanager
def unplanned() -> Iterator[None]:
    """Inside the block graphql-core runs everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlannedOperation, "plan", lambda *_: None)
        yield


async def both_ways(source: str, variables: Mapping[str, Any] | None = None, *, actor: Actor) -> tuple[Answer, Answer]:
    """The answers by plan and without one. What a mutation gave the first time, it gives again without running."""
    definitions = _mutations_of(source)
    given: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        for definition in definitions:
            patch.setattr(definition, "resolve", _noting(definition.resolve, given))
        documents.forget()
        planned = await execute(source, variables, actor=actor)
    replies = iter(given)
    with pytest.MonkeyPatch.context() as patch, unplanned():
        for definition in definitions:
            patch.setattr(definition, "resolve", lambda *_, **__: next(replies))
        documents.forget()
        plain = await execute(source, variables, actor=actor)
    documents.forget()
    return planned, plain


def _mutations_of(source: str) -> list[GraphQLField]:
    """The fields of the document's mutation, each once."""
    root = graphql_schema.mutation_type
    assert root is not None
    fields = (
        node
        for each in parse(source).definitions
        if isinstance(each, OperationDefinitionNode) and each.operation is OperationType.MUTATION
        for node in each.selection_set.selections
    )
    names = dict.fromkeys(node.name.value for node in fields if isinstance(node, FieldNode))
    return [root.fields[name] for name in names]


def _noting(resolve: Any, given: list[object]) -> Any:
    async def run(*arguments: Any, **named: Any) -> object:
        value = await resolve(*arguments, **named)
        given.append(value)
        return value

    return run
