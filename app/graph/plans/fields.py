"""A field of a plan: how it gets its value, how that is written down, what happens when either fails.

The order of steps, the paths and the places where errors are caught are those of graphql-core's executor, since what
a caller sees of an error, and in which order, follows from them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from graphql.pyutils.gather_with_cancel import gather_with_cancel

from app.graph.plans.leaves import Write, is_ordinary, predicate_of

if TYPE_CHECKING:
    from graphql.execution import Executor

    from app.graph.plans.selections import Selection

    Running: TypeAlias = Executor[None]

# What a field's resolver gives for a source at a path; it may have to be awaited.
Call: TypeAlias = "Callable[[Running, Any, Path], Any]"
# Writes a value of one type down at a path: done, or to be awaited.
Complete: TypeAlias = "Callable[[Running, Any, Path], Any]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands in a document and in the schema."""

    name: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: FieldDetailsList
    nodes: list[FieldNode]

    def info(self, executor: Running, path: Path) -> GraphQLResolveInfo[Any]:
        """What graphql-core tells a resolver."""
        return executor.build_resolve_info(self.definition, self.nodes, self.parent, path)


@dataclass(frozen=True, slots=True)
class Completion:
    """How values of a type are written down at a place: those of a field, or the items of its list."""

    place: Place
    output: GraphQLOutputType
    complete: Complete

    async def wait(self, executor: Running, path: Path, pending: Awaitable[Any]) -> Any:
        """Wait for a value and write it down; an error is told of where null may stand.

        Raises:
            GraphQLError: it failed, and must not be null.
        """
        try:
            completed = self.complete(executor, await pending, path)
            return await completed if executor.is_awaitable(completed) else completed
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is told of
            return self.fail(executor, path, error)

    async def finish(self, executor: Running, path: Path, completed: Awaitable[Any]) -> Any:
        """Wait for what is about to be written down; an error is told of where null may stand.

        Raises:
            GraphQLError: it failed, and must not be null.
        """
        try:
            return await completed
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is told of
            return self.fail(executor, path, error)

    def fail(self, executor: Running, path: Path, error: Exception) -> None:
        """Tell of an error.

        Raises:
            GraphQLError: the value must not be null.
        """
        executor.handle_field_error(error, self.output, self.place.details, path)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is more than an attribute to be written down."""

    place: Place
    call: Call
    completion: Completion

    def run(self, executor: Running, source: Any, path: Path) -> Any:
        """What the answer holds for a source, done or to be awaited.

        Raises:
            GraphQLError: it failed, and must not be null.
        """
        completion = self.completion
        try:
            value = self.call(executor, source, path)
            if executor.is_awaitable(value):
                return completion.wait(executor, path, value)
            completed = completion.complete(executor, value, path)
            return completion.finish(executor, path, completed) if executor.is_awaitable(completed) else completed
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is told of
            return completion.fail(executor, path, error)


def by_core(place: Place, output: GraphQLOutputType) -> Complete:
    """Leave a value to graphql-core."""

    def complete(executor: Running, value: Any, path: Path) -> Any:
        return executor.complete_value(output, place.details, place.info(executor, path), path, value, None)

    return complete


def by_writing(place: Place, output: GraphQLOutputType, write: Write) -> Complete:
    """Write a value down that holds nothing to be resolved."""
    core = by_core(place, output)

    def complete(executor: Running, value: Any, path: Path) -> Any:
        try:
            return write(value)
        except Exception:  # noqa: BLE001 - graphql-core looks at the value and says what is wrong
            return core(executor, value, path)

    return complete


def by_selection(place: Place, kind: GraphQLObjectType, selection: Selection) -> Complete:
    """Run a selection on an object."""
    core, is_one = by_core(place, kind), predicate_of(kind)

    def complete(executor: Running, value: Any, path: Path) -> Any:
        if value is None:
            return None
        is_sure = False
        if is_ordinary(type(value)):
            with suppress(Exception):
                is_sure = is_one(value)
        return selection.run(executor, value, path) if is_sure else core(executor, value, path)

    return complete


def by_requiring(place: Place, complete: Complete) -> Complete:
    """Refuse null."""
    message = f"Cannot return null for non-nullable field {place.parent}.{place.nodes[0].name.value}."

    def complete_required(executor: Running, value: Any, path: Path) -> Any:
        completed = complete(executor, value, path)
        if completed is None:
            raise TypeError(message)
        return completed

    return complete_required


def by_item(place: Place, output: GraphQLOutputType, item: Completion) -> Complete:
    """Complete each item of a list."""
    core = by_core(place, output)

    def complete(executor: Running, value: Any, path: Path) -> Any:
        if value is None:
            return None
        if type(value) is not list and type(value) is not tuple:
            return core(executor, value, path)
        return _complete_items(executor, item, value, path)

    return complete


def _complete_items(executor: Running, item: Completion, values: Sequence[Any], path: Path) -> Any:
    completed: list[Any] = []
    waiting: list[int] = []
    try:
        for index, value in enumerate(values):
            written = _complete_item(executor, item, value, Path(path, index, None))
            completed.append(written)
            if executor.is_awaitable(written):
                waiting.append(index)
    except Exception:
        begun = [completed[index] for index in waiting]
        left = [value for value in values[len(completed) + 1 :] if executor.is_awaitable(value)]
        if begun or left:
            executor.settle_in_background(begun + left)
        raise
    return _gather(completed, waiting) if waiting else completed


def _complete_item(executor: Running, item: Completion, value: Any, path: Path) -> Any:
    if executor.is_awaitable(value):
        return item.wait(executor, path, value)
    try:
        written = item.complete(executor, value, path)
    except Exception as error:  # noqa: BLE001 - whatever a resolver raises is told of
        return item.fail(executor, path, error)
    return item.finish(executor, path, written) if executor.is_awaitable(written) else written


async def _gather(completed: list[Any], waiting: list[int]) -> list[Any]:
    if len(waiting) == 1:
        completed[waiting[0]] = await completed[waiting[0]]
        return completed
    for index, value in zip(waiting, await gather_with_cancel(*(completed[each] for each in waiting)), strict=True):
        completed[index] = value
    return completed
