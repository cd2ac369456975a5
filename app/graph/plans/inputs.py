"""Inputs of the API made of what graphql-core coerced, as Strawberry makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, Final, TypeAlias

from strawberry import UNSET
from strawberry.relay.types import GlobalID
from strawberry.schema import Schema
from strawberry.schema.compat import is_scalar
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    StrawberryType,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

# Gives the resolver's value for a coerced one.
Convert: TypeAlias = Callable[[Any], Any]


class Unknown(Exception):
    """A kind of input that only Strawberry knows to make."""


def as_it_is(value: Any) -> Any:
    """Scalars and members of enums need no conversion."""
    return value


class Converters:
    """Makes converters for the inputs of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._names = schema.config.name_converter
        self._scalars = schema.schema_converter.scalar_registry
        self._known: dict[type, _Input] = {}

    def of_arguments(self, field: StrawberryField) -> Mapping[str, tuple[str, Convert]]:
        """By name of an argument in the API: its name in Python, and its converter.

        Raises:
            Unknown: one is of a kind that only Strawberry knows.
        """
        return {
            self._names.from_argument(each): (each.python_name, self.of_type(each.type)) for each in field.arguments
        }

    def of_type(self, kind: StrawberryType | type) -> Convert:
        """The converter for one type.

        Raises:
            Unknown: only Strawberry knows it.
        """
        if isinstance(kind, StrawberryMaybe) or kind is GlobalID:
            raise Unknown
        if isinstance(kind, StrawberryOptional):
            return self.of_type(kind.of_type)
        if isinstance(kind, LazyType):
            return self.of_type(kind.resolve_type())
        if isinstance(kind, StrawberryList):
            return _each(self.of_type(kind.of_type))
        if is_scalar(kind, self._scalars) or isinstance(kind, StrawberryEnumDefinition) or has_enum_definition(kind):
            return as_it_is
        if has_object_definition(kind):
            return self._of_input(kind)
        raise Unknown

    def _of_input(self, kind: type) -> Convert:
        known = self._known.get(kind)
        if known is not None:
            return known
        definition: StrawberryObjectDefinition = kind.__strawberry_definition__  # type: ignore[attr-defined]
        if definition.from_input is not None or not definition.is_input:
            raise Unknown
        made = self._known[kind] = _Input(kind)
        try:
            for field in definition.fields:
                name = self._names.from_field(field)
                convert = self.of_type(field.resolve_type(type_definition=definition))
                made.add(name, field, convert)
        except Unknown:
            del self._known[kind]
            raise
        return made


class _Input:
    """Makes values of one input type."""

    __slots__ = ("_fields", "_kind", "_missing")

    def __init__(self, kind: type) -> None:
        self._kind = kind
        self._fields: list[tuple[str, str, Convert]] = []
        self._missing: dict[str, None] = {}

    def add(self, name: str, field: StrawberryField, convert: Convert) -> None:
        """A field, and how its values are converted."""
        self._fields.append((name, field.python_name, convert))
        if field.default_value is MISSING and field.default_factory is MISSING:
            self._missing[field.python_name] = None

    def __call__(self, value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        given: dict[str, Any] = dict(self._missing)
        for name, python_name, convert in self._fields:
            if name in value:
                given[python_name] = convert(value[name])
        return self._kind(**given)


_COPIED: Final = frozenset({as_it_is})


def _each(convert: Convert) -> Convert:
    if convert in _COPIED:
        return lambda values: values if values is None or values is UNSET else list(values)
    return lambda values: values if values is None or values is UNSET else [convert(each) for each in values]
