"""How plain values are written down. Pure.

A `Write` takes what a resolver or an attribute gave and returns what the answer holds. Whatever it raises means that
graphql-core has to look at the value: it knows how to coerce it, or what to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import iscoroutinefunction
from types import CoroutineType, GeneratorType
from typing import Any, Final, NoReturn, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLString,
    Undefined,
)
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

Write: TypeAlias = Callable[[Any], Any]

_MOST_TYPES: Final = 4_096
_SPECIAL: Final = (Exception, CoroutineType, GeneratorType, type(Undefined), type(None))
# Values of these types are what they are written as.
_EXACT: Final[Mapping[GraphQLLeafType, type]] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
_ordinary: dict[type, bool] = {}


class NotPlain(Exception):
    """A value that graphql-core has to look at."""


def is_ordinary(kind: type) -> bool:
    """Whether values of a type are just values: not null, nothing to raise or to await, no attributes made up."""
    known = _ordinary.get(kind)
    if known is None:
        if len(_ordinary) >= _MOST_TYPES:
            _ordinary.clear()
        is_special = any(hasattr(kind, name) for name in ("__await__", "__getattr__")) or issubclass(kind, _SPECIAL)
        known = _ordinary[kind] = not is_special
    return known


def nullable(write: Write) -> Write:
    """For a type that may be null. INVARIANT: no other way to write takes null."""
    return lambda value: None if value is None else write(value)


def list_of(write: Write) -> Write:
    """For a list of items."""

    def run(value: Any) -> list[Any]:
        if type(value) is not list and type(value) is not tuple:
            raise NotPlain
        return [write(item) for item in value]

    return run


def object_of(kind: GraphQLObjectType, write: Write) -> Write:
    """For an object whose fields only read attributes."""
    known = _ordinary.get
    if not kind.is_type_of:

        def run_any(value: Any) -> Any:
            if known(type(value)) or is_ordinary(type(value)):
                return write(value)
            raise NotPlain

        return run_any
    is_one = predicate_of(kind)

    def run(value: Any) -> Any:
        if not (known(type(value)) or is_ordinary(type(value))) or not is_one(value):
            raise NotPlain
        return write(value)

    return run


def predicate_of(kind: GraphQLObjectType) -> Callable[[Any], bool]:
    """Whether a value is surely of a type; what is not sure, graphql-core asks again with all there is to know.

    Raises:
        Exception: it is not sure.
    """
    is_type_of = kind.is_type_of
    if is_type_of is None:
        return lambda _: True
    if iscoroutinefunction(is_type_of):
        return lambda _: False
    return lambda value: is_type_of(value, None) is True  # type: ignore[arg-type]


def constant(value: str) -> Write:
    """For what does not depend on the value."""
    return lambda _: value


@lru_cache(maxsize=_MOST_TYPES)
def leaf(kind: GraphQLLeafType) -> Write:
    """For a scalar or an enum."""
    if kind in _EXACT:
        wanted, coerce = _EXACT[kind], _coerced(kind)
        return lambda value: value if type(value) is wanted else coerce(value)
    if kind is GraphQLInt:
        return _integer(kind)
    return _enum(kind) if isinstance(kind, GraphQLEnumType) else _coerced(kind)


@lru_cache(maxsize=_MOST_TYPES)
def nullable_leaf(kind: GraphQLLeafType) -> Write:
    """For a scalar or an enum that may be null."""
    if kind in _EXACT:
        wanted, coerce = _EXACT[kind], _coerced(kind)
        return lambda value: value if type(value) is wanted or value is None else coerce(value)
    return nullable(leaf(kind))


def _integer(kind: GraphQLLeafType) -> Write:
    coerce = _coerced(kind)

    def run(value: Any) -> Any:
        return value if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT else coerce(value)

    return run


def _coerced(kind: GraphQLLeafType) -> Write:
    coerce, known = kind.coerce_output_value, _ordinary.get

    def run(value: Any) -> Any:
        if not (known(type(value)) or is_ordinary(type(value))):
            raise NotPlain
        written = coerce(value)
        if written is not value and not is_ordinary(type(written)):
            raise NotPlain
        return written

    return run


def _enum(kind: GraphQLEnumType) -> Write:
    names: dict[Any, str] = {}
    for value in [*(each.value for each in kind.values.values()), *getattr(kind, "wrapped_cls", ())]:
        if value is None:
            continue
        try:
            names[value] = kind.coerce_output_value(value)
        except (GraphQLError, TypeError, ValueError):
            continue

    def run(value: Any) -> str:
        name = names.get(value)
        return name if name is not None else _refuse()

    return run


def _refuse() -> NoReturn:
    raise NotPlain
