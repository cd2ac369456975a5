"""The variables of an operation, coerced as graphql-core does it, which is asked whenever one does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    GraphQLString,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Undefined,
    ValueNode,
    get_nullable_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

# The coerced value of a value that fits; anything raised means that graphql-core has to look at it.
Coerce: TypeAlias = Callable[[Any], Any]

MAX_ERRORS: Final = 50
# Values that nobody can change, so that all requests may share them.
_CONSTANTS: Final = (BooleanValueNode, EnumValueNode, FloatValueNode, IntValueNode, NullValueNode, StringValueNode)
_NOT_GIVEN: Final = object()


class _DoesNotFit(Exception):
    """A value that graphql-core has to look at."""


class _Variable(NamedTuple):
    name: str
    signature: GraphQLVariableSignature
    coerce: Coerce
    has_default: bool
    is_required: bool


class Variables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._definitions = schema, operation.variable_definitions or ()
        self._known = self._prepare()

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values that are given, coerced, or what is wrong with them."""
        if self._known is not None:
            with suppress(Exception):  # graphql-core looks at the values again and says what is wrong
                return _coerce(self._known, given)
        return get_variable_values(self._schema, self._definitions, dict(given), max_errors=MAX_ERRORS)

    def _prepare(self) -> list[_Variable] | None:
        known: list[_Variable] = []
        for node in self._definitions:
            signature = get_variable_signature(self._schema, node)
            if isinstance(signature, GraphQLError):
                return None
            coerce = _Coercers().of(signature.type)
            if coerce is None or not _is_shareable(node.default_value, signature.type):
                return None
            is_required = is_non_null_type(signature.type)
            known.append(_Variable(signature.name, signature, coerce, node.default_value is not None, is_required))
        return known


def _is_shareable(default: ValueNode | None, kind: GraphQLInputType) -> bool:
    """Whether all requests may have the same value of a default."""
    return default is None or (isinstance(default, _CONSTANTS) and not is_list_type(get_nullable_type(kind)))


def _coerce(known: list[_Variable], given: Mapping[str, Any]) -> VariableValues:
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for name, signature, coerce, has_default, is_required in known:
        value = given.get(name, _NOT_GIVEN)
        if value is not _NOT_GIVEN:
            sources[name] = VariableValueSource(signature, value)
            coerced[name] = coerce(value)
            continue
        sources[name] = VariableValueSource(signature)
        if has_default:
            coerced[name] = coerce_default_value(signature)
        elif is_required:
            raise _DoesNotFit
    return VariableValues(sources, coerced)


class _Coercers:
    """Makes coercers; for types that hold themselves there are none."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    def of(self, kind: GraphQLInputType) -> Coerce | None:
        if is_non_null_type(kind):
            return self._of_given(kind.of_type)
        coerce = self._of_given(kind)
        return coerce and (lambda value: None if value is None else coerce(value))

    def _of_given(self, kind: GraphQLInputType) -> Coerce | None:
        """For values that are not null; null does not fit."""
        if is_list_type(kind):
            item = self.of(kind.of_type)
            return item and _list_of(item)
        if is_leaf_type(kind):
            return _leaf(kind)
        assert is_input_object_type(kind)
        return self._of_input(kind)

    def _of_input(self, kind: GraphQLInputObjectType) -> Coerce | None:
        if kind.name in self._open or kind.is_one_of or kind.out_type is not GraphQLInputObjectType.out_type:
            return None
        self._open.add(kind.name)
        fields: list[_InputField] = []
        for name, field in kind.fields.items():
            coerce = self.of(field.type)
            default = coerce_default_value(field)
            if coerce is None or not (default is Undefined or default is None or isinstance(default, str | int | Enum)):
                return None
            fields.append(_InputField(name, field.out_name or name, coerce, is_required_input_field(field), default))
        self._open.discard(kind.name)
        return _object_of(fields)


class _InputField(NamedTuple):
    name: str
    out_name: str
    coerce: Coerce
    is_required: bool
    default: Any


def _list_of(coerce: Coerce) -> Coerce:
    def run(value: Any) -> Any:
        if type(value) is not list:
            raise _DoesNotFit
        return [coerce(item) for item in value]

    return run


def _object_of(fields: list[_InputField]) -> Coerce:
    names = frozenset(field.name for field in fields)

    def run(value: Any) -> Any:
        if type(value) is not dict or not names.issuperset(value):
            raise _DoesNotFit
        coerced: dict[str, Any] = {}
        for name, out_name, coerce, is_required, default in fields:
            if name in value:
                coerced[out_name] = coerce(value[name])
            elif is_required:
                raise _DoesNotFit
            elif default is not Undefined:
                coerced[out_name] = default
        return coerced

    return run


def _leaf(kind: Any) -> Coerce:
    if kind is GraphQLString or kind is GraphQLID:
        return _exactly(str, kind.coerce_input_value)
    if kind is GraphQLBoolean:
        return _exactly(bool, kind.coerce_input_value)
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    coerce: Coerce = kind.coerce_input_value
    return _defined(coerce)


def _exactly(wanted: type, coerce: Coerce) -> Coerce:
    otherwise = _defined(coerce)
    return lambda value: value if type(value) is wanted else otherwise(value)


def _defined(coerce: Coerce) -> Coerce:
    def run(value: Any) -> Any:
        coerced = Undefined if value is None else coerce(value)
        if coerced is Undefined:
            raise _DoesNotFit
        return coerced

    return run


def _enum(kind: GraphQLEnumType) -> Coerce:
    values = {name: kind.coerce_input_value(name) for name in kind.values}
    return lambda value: values[value]
