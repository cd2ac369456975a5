"""The arguments of a field, as graphql-core coerces them: what does not depend on the request is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import get_argument_values
from graphql.utilities import coerce_input_literal
from graphql.utilities.coerce_input_value import coerce_default_value

if TYPE_CHECKING:
    from graphql.execution import Executor

    Running: TypeAlias = Executor[None]

# Gives the coerced arguments by their names, or raises what graphql-core says of them.
Arguments: TypeAlias = "Callable[[Running], dict[str, Any]]"

_NOT_GIVEN: Final = object()


class _Variable(NamedTuple):
    """An argument that is a variable."""

    out_name: str
    name: str
    is_required: bool
    is_nullable: bool
    default: Any


def arguments_of(definition: GraphQLField, node: FieldNode) -> Arguments:
    """How to coerce the arguments of a field in a document."""
    if not definition.args and not node.arguments:
        return lambda _: {}
    constants: dict[str, Any] = {}
    variables: list[_Variable] = []
    nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        for name, argument in definition.args.items():
            _sort(name, argument, nodes.get(name), constants, variables)
    except (_NotConstant, GraphQLError, TypeError):
        return _by_core(definition, node)
    return _from_variables(definition, node, constants, variables) if variables else lambda _: dict(constants)


class _NotConstant(Exception):
    """A value that depends on the request, that a resolver could change, or that is not valid."""


def _sort(
    name: str,
    argument: GraphQLArgument,
    node: ValueNode | None,
    constants: dict[str, Any],
    variables: list[_Variable],
) -> None:
    out_name = argument.out_name or name
    if isinstance(node, VariableNode):
        default = _immutable(coerce_default_value(argument))
        is_nullable = not is_non_null_type(argument.type)
        variables.append(_Variable(out_name, node.name.value, is_required_argument(argument), is_nullable, default))
        return
    if isinstance(node, ListValueNode | ObjectValueNode) or (node is None and is_required_argument(argument)):
        raise _NotConstant
    value = coerce_default_value(argument) if node is None else coerce_input_literal(node, argument.type)
    if node is not None and value is Undefined:
        raise _NotConstant
    if value is not Undefined:
        constants[out_name] = _immutable(value)


def _immutable(value: Any) -> Any:
    if value is None or value is Undefined or isinstance(value, str | int | float | bool | date | Enum):
        return value
    raise _NotConstant


def _by_core(definition: GraphQLField, node: FieldNode) -> Arguments:
    def read(executor: Running) -> dict[str, Any]:
        return get_argument_values(definition, node, executor.variable_values, None, executor.hide_suggestions)

    return read


def _from_variables(
    definition: GraphQLField, node: FieldNode, constants: dict[str, Any], variables: list[_Variable]
) -> Arguments:
    core = _by_core(definition, node)

    def read(executor: Running) -> dict[str, Any]:
        coerced = executor.variable_values.coerced
        given = dict(constants)
        for out_name, name, is_required, is_nullable, default in variables:
            value = coerced.get(name, _NOT_GIVEN)
            if value is _NOT_GIVEN:
                if is_required:
                    return core(executor)
                value = default
            elif value is None and not is_nullable:
                return core(executor)
            if value is not Undefined:
                given[out_name] = value
        return given

    return read
