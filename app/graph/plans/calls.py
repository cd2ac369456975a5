"""How a field gets its value: an attribute, one of our resolvers called as it wants to be, or graphql-core's way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from graphql import GraphQLField, GraphQLSchema
from graphql.pyutils import Path
from strawberry.schema import Schema
from strawberry.types.field import StrawberryField

from app.graph.plans.arguments import Arguments, arguments_of
from app.graph.plans.fields import Call, Place
from app.graph.plans.inputs import Convert, Converters, Unknown

if TYPE_CHECKING:
    from graphql.execution import Executor
    from strawberry.types.fields.resolver import StrawberryResolver

    Running: TypeAlias = Executor[None]

_DEFINITION: Final = "strawberry-definition"


class Calls:
    """Makes the calls of one schema's fields."""

    def __init__(self, schema: GraphQLSchema) -> None:
        declared = getattr(schema, "_strawberry_schema", None)
        self._schema: Schema | None = declared if isinstance(declared, Schema) else None
        self._converters = Converters(self._schema) if self._schema else None
        self._resolvers: dict[int, _Resolver | None] = {}

    def attribute_of(self, definition: GraphQLField) -> str | None:
        """The attribute that a field without a resolver reads."""
        declared = self._declared(definition)
        if declared is None or not declared.is_basic_field or declared.default_resolver is not getattr:
            return None
        return declared.python_name

    def of(self, place: Place) -> Call:
        """How a field in a document gets its value."""
        attribute = self.attribute_of(place.definition)
        if attribute is not None:
            return lambda _executor, source, _path: getattr(source, attribute)
        arguments = arguments_of(place.definition, place.nodes[0])
        resolver = self._resolver_of(place.definition)
        return resolver.bind(place, arguments) if resolver else _by_core(place, arguments)

    def _declared(self, definition: GraphQLField) -> StrawberryField | None:
        declared = definition.extensions.get(_DEFINITION)
        # What has handlers of errors is more than its function.
        if self._schema is None or self._schema.schema_converter.exception_handlers or definition.subscribe:
            return None
        if not isinstance(declared, StrawberryField) or type(declared).get_result is not StrawberryField.get_result:
            return None
        return declared

    def _resolver_of(self, definition: GraphQLField) -> _Resolver | None:
        # INVARIANT: the fields of a schema live as long as it does, so that an id is not given to another one.
        if id(definition) not in self._resolvers:
            self._resolvers[id(definition)] = self._find_resolver(definition)
        return self._resolvers[id(definition)]

    def _find_resolver(self, definition: GraphQLField) -> _Resolver | None:
        declared = self._declared(definition)
        if declared is None or declared.base_resolver is None or declared.extensions:
            return None
        function = declared.base_resolver.wrapped_func
        if not inspect.isroutine(function) or inspect.iscoroutinefunction(function) is not declared.is_async:
            return None
        assert self._schema is not None
        assert self._converters is not None
        try:
            conversions = self._converters.of_arguments(declared)
        except Unknown:
            return None
        return _Resolver(declared, declared.base_resolver, function, conversions, self._schema.config.info_class)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """A function of ours and what it asks for."""

    declared: StrawberryField
    base: StrawberryResolver[Any]
    function: Callable[..., Any]
    conversions: Mapping[str, tuple[str, Convert]]
    info_class: Callable[..., Any]

    def bind(self, place: Place, arguments: Arguments) -> Call:
        """Its call at one place of a document."""
        base, function, is_async = self.base, self.function, self.declared.is_async
        takes_self = base.self_parameter is not None
        sources = tuple(each.name for each in (base.parent_parameter, base.root_parameter) if each is not None)
        info_name = base.info_parameter.name if base.info_parameter is not None else None

        def call(executor: Running, source: Any, path: Path) -> Any:
            given = arguments(executor)
            try:
                wanted = self._convert(given) if given else {}
            except Exception as error:
                if is_async:
                    return _fail(error)
                raise
            for name in sources:
                wanted[name] = source
            if info_name is not None:
                wanted[info_name] = self.info_class(_raw_info=place.info(executor, path), _field=self.declared)
            return function(source, **wanted) if takes_self else function(**wanted)

        return call

    def _convert(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            python_name: convert(given[name])
            for name, (python_name, convert) in self.conversions.items()
            if name in given
        }


async def _fail(error: Exception) -> NoReturn:
    """Strawberry converts the arguments of an asynchronous resolver when it is awaited."""
    raise error


def _by_core(place: Place, arguments: Arguments) -> Call:
    resolve = place.definition.resolve

    def call(executor: Running, source: Any, path: Path) -> Any:
        info = place.info(executor, path)
        return (resolve or executor.field_resolver)(source, info, **arguments(executor))

    return call
