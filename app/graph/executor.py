"""Runs a document: graphql-core's executor, with a short way for fields that are only read.

Most fields read an attribute of a row and write it down. A selection of such fields on a type is
planned once per request and then runs in a tight loop, without a resolver call, a path or an info
object for each field. Whatever does not fit the plan (a resolver, an abstract type, a null or a
value that should not be) takes graphql-core's own way, so errors are the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import DeferUsage, FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
Completed = dict[str, Any] | Awaitable[dict[str, Any]]

_DEFINITION = "strawberry-definition"


class _NotPlain(Exception):
    """A value does not fit the plan: graphql-core's own way says what is wrong."""


class _Plan(NamedTuple):
    """How to write down one selection: attributes by response name, what completes them, and the fields left over."""

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]
    completions: tuple[tuple[str, Read], ...]
    rest: GroupedFieldSet

    def run(self, source: Any) -> dict[str, Any]:
        written = dict(zip(self.names, self.read(source), strict=True))
        for name, complete in self.completions:
            written[name] = complete(written[name])
        return written


class PlanningExecutor(Executor[None]):
    """graphql-core's executor with planned selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_awaitable = optimized_is_awaitable  # type: ignore[assignment]
        self._plans: dict[int, tuple[GroupedFieldSet, _Plan]] = {}

    def build_per_event_executor(self, payload: Any) -> Executor[None]:
        executor = super().build_per_event_executor(payload)
        assert isinstance(executor, PlanningExecutor)
        # A stream may run for days: what one event makes ready must not outlive it.
        executor._plans = {}
        executor._relevant_sub_fields = {}
        return executor

    def execute_collected_subfields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path,
        grouped_field_set: GroupedFieldSet,
        new_defer_usages: Sequence[DeferUsage],
        position_context: None,
    ) -> Completed:
        plan = self._plan(parent_type, grouped_field_set)
        if not plan.names:
            return self.execute_fields(parent_type, source_value, path, grouped_field_set, None)
        try:
            written = plan.run(source_value)
        except (_NotPlain, AttributeError):
            return self.execute_fields(parent_type, source_value, path, grouped_field_set, None)
        if not plan.rest:
            return written
        others = self.execute_fields(parent_type, source_value, path, plan.rest, None)
        return _join(grouped_field_set, written, others)

    def _plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> _Plan:
        # INVARIANT: the plan keeps its field set alive, so that the id is not given to another one.
        known = self._plans.get(id(grouped))
        if known is None:
            known = self._plans[id(grouped)] = (grouped, self._make_plan(parent_type, grouped))
        return known[1]

    def _make_plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> _Plan:
        attributes: dict[str, str] = {}
        completions: dict[str, Read] = {}
        for name, details in grouped.items():
            field_name = details[0].node.name.value
            if field_name == "__typename":
                attributes[name], completions[name] = "__class__", _constant(parent_type.name)
                continue
            definition = parent_type.fields[field_name]
            attribute = _attribute_of(definition)
            complete = self._completion(definition.type, details) if attribute else None
            if attribute and complete:
                attributes[name], completions[name] = attribute, complete
        rest = {name: details for name, details in grouped.items() if name not in attributes}
        return _Plan(tuple(attributes), _reader(tuple(attributes.values())), tuple(completions.items()), rest)

    def _completion(self, output: GraphQLOutputType, details: FieldDetailsList) -> Read | None:
        inner = get_nullable_type(output)
        if is_list_type(inner):
            item = self._completion(inner.of_type, details)
            complete = item and _list_of(item)
        elif is_leaf_type(inner):
            complete = _leaf(inner)
        elif is_object_type(inner):
            plan = self._plan(inner, self.collect_subfields(inner, details).grouped_field_set)
            complete = None if plan.rest or not plan.names else plan.run
        else:
            complete = None
        return complete and (_required(complete) if is_non_null_type(output) else _nullable(complete))


def _attribute_of(definition: GraphQLField) -> str | None:
    """The attribute that a field without a resolver reads."""
    declared = definition.extensions.get(_DEFINITION)
    return declared.python_name if isinstance(declared, StrawberryField) and declared.is_basic_field else None


def _join(grouped: GroupedFieldSet, written: dict[str, Any], others: Completed) -> Completed:
    if isinstance(others, dict):
        return _in_order(grouped, written, others)

    async def wait(pending: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        return _in_order(grouped, written, await pending)

    return wait(others)


def _in_order(grouped: GroupedFieldSet, written: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {name: written[name] if name in written else others[name] for name in grouped}


def _reader(attributes: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(attributes) > 1:
        return attrgetter(*attributes)
    single = attrgetter(attributes[0]) if attributes else None
    return lambda source: (single(source),) if single else ()


def _constant(value: str) -> Read:
    return lambda _: value


def _required(complete: Read) -> Read:
    def run(value: Any) -> Any:
        if value is None:
            raise _NotPlain
        return complete(value)

    return run


def _nullable(complete: Read) -> Read:
    return lambda value: None if value is None else complete(value)


def _list_of(complete: Read) -> Read:
    def run(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise _NotPlain
        return [complete(item) for item in value]

    return run


def _leaf(leaf: GraphQLLeafType) -> Read:
    if leaf in (GraphQLString, GraphQLID):
        return _only(str)
    if leaf is GraphQLBoolean:
        return _only(bool)
    if isinstance(leaf, GraphQLEnumType):
        return _enum_names(leaf)
    return _checked(leaf.coerce_output_value)


def _only(kind: type) -> Read:
    def run(value: Any) -> Any:
        # Subclasses, such as members of string enumerations, need coercion.
        if type(value) is not kind:
            raise _NotPlain
        return value

    return run


def _enum_names(leaf: GraphQLEnumType) -> Read:
    names: dict[Any, str] = {definition.value: name for name, definition in leaf.values.items()}
    names.update({member: member.name for member in getattr(leaf, "wrapped_cls", ())})

    def run(value: Any) -> str:
        name = names.get(value)
        if name is None:
            raise _NotPlain
        return name

    return run


def _checked(coerce: Read) -> Read:
    def run(value: Any) -> Any:
        try:
            return coerce(value)
        except (GraphQLError, TypeError, ValueError) as error:
            raise _NotPlain from error

    return run
