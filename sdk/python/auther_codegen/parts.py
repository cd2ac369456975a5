"""The modules of the client: enumerations, inputs, fragments, results, documents and methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    OperationType,
    VariableDefinitionNode,
    get_named_type,
    type_from_ast,
)

from auther_codegen.names import attribute, parameter, pascal, snake
from auther_codegen.plans import SCALARS, Attribute, Class, Planner, response_name
from auther_codegen.render import class_text, declaration, enum_text, imported, module
from auther_codegen.source import Operation, Source, spread_names

_BASE = "from auther_client.models import"
_RESULT_IMPORTS = (
    "from datetime import datetime",
    "from typing import Annotated, Literal",
    "from pydantic import Discriminator, Field, JsonValue, Tag",
    f"{_BASE} Result, by_typename",
)


def enums_module(source: Source) -> str:
    """Every enumeration of the API."""
    found = [each for each in _named(source) if isinstance(each, GraphQLEnumType)]
    texts = [
        enum_text(
            each.name,
            [(name, value.description or "") for name, value in each.values.items()],
            each.description or "",
        )
        for each in found
    ]
    return module("Enumerations of the API.", [f"{_BASE} OpenEnum"], texts)


def inputs_module(source: Source) -> str:
    """Every input object of the API; what is not set is not sent."""
    found = [each for each in _named(source) if isinstance(each, GraphQLInputObjectType)]
    enums = [
        name
        for each in found
        for given in each.fields.values()
        if isinstance(get_named_type(given.type), GraphQLEnumType) and (name := get_named_type(given.type).name)
    ]
    imports = [
        "from collections.abc import Sequence",
        "from datetime import datetime",
        "from pydantic import Field, JsonValue",
        *imported("enums", enums),
        f"{_BASE} Input",
    ]
    texts = [
        class_text(
            Class(
                each.name,
                (),
                tuple(_input_attribute(name, given) for name, given in each.fields.items()),
                each.description or "",
            ),
            "Input",
        )
        for each in found
    ]
    rebuilt = "\n".join(f"{each.name}.model_rebuild()" for each in found)
    return module(
        "What mutations and questions take. What is not set is not sent; None is sent as null.",
        imports,
        [*texts, rebuilt],
    )


def _input_attribute(name: str, given: GraphQLInputField) -> Attribute:
    python_name, alias = attribute(name)
    is_required = isinstance(given.type, GraphQLNonNull) and given.ast_node is not None
    has_default = given.ast_node is not None and given.ast_node.default_value is not None
    annotation = annotate_input(given.type)
    if is_required and not has_default:
        return Attribute(python_name, alias, annotation, None, given.description or "")
    if not annotation.endswith("| None"):
        annotation += " | None"
    return Attribute(python_name, alias, annotation, "None", given.description or "")


def annotate_input(of: GraphQLInputType) -> str:
    """The annotation for what is given for an input type."""
    if isinstance(of, GraphQLNonNull):
        return _annotate_given(of.of_type)
    return f"{_annotate_given(of)} | None"


def _annotate_given(of: GraphQLInputType) -> str:
    if isinstance(of, GraphQLList):
        return f"Sequence[{annotate_input(of.of_type)}]"
    name = get_named_type(of).name
    return SCALARS.get(name, name)


def fragments_module(source: Source) -> str:
    """Every fragment, those that others need first."""
    planner = Planner(source.schema, source.fragments)
    for name in _in_order(source):
        found = source.fragments[name]
        on = source.schema.type_map[found.node.type_condition.name.value]
        planner.declare(name, on, found.node.selection_set.selections, found.description)
    imports = [*_RESULT_IMPORTS, *imported("enums", planner.used_enums)]
    return module("What documents select again and again.", imports, map(declaration, planner.declared))


def _in_order(source: Source) -> list[str]:
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        for needed in spread_names(source.fragments[name].node):
            if needed not in ordered:
                add(needed)
        ordered[name] = None

    for name in sorted(source.fragments):
        if name not in ordered:
            add(name)
    return list(ordered)


@dataclass(frozen=True, slots=True)
class Room:
    """The module of one room's results, and what its methods give."""

    text: str
    methods: tuple[str, ...]
    used: frozenset[str]
    data_names: tuple[str, ...]


def room_module(source: Source, room: str, operations: Sequence[Operation]) -> Room:
    """The results of one room's documents."""
    planner = Planner(source.schema, source.fragments)
    methods = tuple(_method(source, planner, each) for each in operations)
    imports = [
        *_RESULT_IMPORTS,
        *imported("enums", planner.used_enums),
        *imported("fragments", planner.used_fragments),
    ]
    text = module(f"Results of the documents in `graphql/{room}`.", imports, map(declaration, planner.declared))
    named = tuple(plan.name for plan in planner.declared)
    return Room(text, methods, frozenset(planner.used_fragments | planner.used_enums), named)


def documents_module(source: Source) -> str:
    """The text of each document, as it is sent."""
    texts = [f'{_constant(each)} = """\n{each.text}\n"""' for each in source.operations]
    return module("The documents, each with the fragments that it needs.", [], texts)


def _method(source: Source, planner: Planner, operation: Operation) -> str:
    root = source.schema.get_root_type(operation.node.operation)
    assert root is not None
    chosen = operation.node.selection_set.selections
    data = f"{operation.name}Data"
    if len(chosen) == 1 and isinstance(chosen[0], FieldNode):
        planner.other_names[data + pascal(response_name(chosen[0]))] = f"{operation.name}Result"
    planner.declare(data, root, chosen, "The whole answer.")
    given, told = _returned(planner, data)
    variables = [_Variable.of(source, each) for each in operation.node.variable_definitions or ()]
    sent = ", ".join(f'"{each.sent}": {each.name}' for each in variables)
    if operation.node.operation is OperationType.SUBSCRIPTION:
        return _stream_method(operation, variables, sent, (data, given, told))
    return "\n".join(
        [
            f"    async def {snake(operation.name)}({_signature(variables)}) -> {told}:",
            f'        """{operation.description}"""',
            f"        {'data =' if given else 'return'} await self._calls.run(",
            f"            documents.{_constant(operation)}, {{{sent}}}, {data})",
            *([f"        return data{given}"] if given else []),
        ]
    )


def _stream_method(
    operation: Operation, variables: Sequence[_Variable], sent: str, returned: tuple[str, str, str]
) -> str:
    data, given, told = returned
    has_cursor = any(each.sent == "after" for each in variables)
    cursor = f", cursor=lambda data: data{given}.cursor" if has_cursor else ""
    return "\n".join(
        [
            f"    def {snake(operation.name)}({_signature(variables)}) -> AsyncGenerator[{told}, None]:",
            f'        """{operation.description}"""',
            f"        return self._calls.follow(documents.{_constant(operation)}, {{{sent}}}, {data},",
            f"            pick=lambda data: data{given}{cursor})",
        ]
    )


def _returned(planner: Planner, data: str) -> tuple[str, str]:
    """How a method picks from the answer, and what that is: the value of an only field itself."""
    plan = next(each for each in planner.declared if each.name == data)
    assert isinstance(plan, Class)
    if len(plan.attributes) != 1:
        return "", data
    return f".{plan.attributes[0].name}", plan.attributes[0].annotation


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    sent: str
    annotation: str
    is_required: bool

    @classmethod
    def of(cls, source: Source, node: VariableDefinitionNode) -> _Variable:
        given = type_from_ast(source.schema, node.type)
        assert given is not None
        is_required = isinstance(given, GraphQLNonNull) and node.default_value is None
        annotation = annotate_input(given)  # type: ignore[arg-type]
        if not is_required and not annotation.endswith("| None"):
            annotation += " | None"
        sent = node.variable.name.value
        return cls(parameter(sent), sent, annotation, is_required)


def _signature(variables: Sequence[_Variable]) -> str:
    required = [f"{each.name}: {each.annotation}" for each in variables if each.is_required]
    optional = [f"{each.name}: {each.annotation} = None" for each in variables if not each.is_required]
    return ", ".join(["self", *required, *(["*", *optional] if optional else [])])


def methods_module(source: Source, rooms: dict[str, Room]) -> str:
    """One class with a method for each document."""
    mentioned = " ".join(method for room in rooms.values() for method in room.methods)
    imports = [
        "from collections.abc import AsyncGenerator, Sequence",
        "from pydantic import JsonValue",
        "from auther_client.calls import Calls",
        "from auther_client.generated import documents",
        *imported("enums", _mentioned(mentioned, (each.name for each in _named(source)), source, GraphQLEnumType)),
        *imported(
            "inputs", _mentioned(mentioned, (each.name for each in _named(source)), source, GraphQLInputObjectType)
        ),
        *imported("fragments", _words(mentioned, source.fragments)),
    ]
    for name, room in rooms.items():
        imports += imported(name, _words(mentioned, room.data_names))
    body = [
        "class Operations:\n"
        '    """Every document of the API as a method. What is None is not sent."""\n\n'
        "    def __init__(self, calls: Calls) -> None:\n        self._calls = calls",
        *(method for room in rooms.values() for method in room.methods),
    ]
    return module("Methods for the documents.", imports, body)


def _mentioned(text: str, names: Iterator[str], source: Source, kind: type) -> list[str]:
    return [name for name in _words(text, names) if isinstance(source.schema.type_map[name], kind)]


def _words(text: str, names: object) -> list[str]:
    words = set("".join(each if each.isalnum() or each == "_" else " " for each in text).split())
    return [name for name in names if name in words]  # type: ignore[attr-defined]


def _constant(operation: Operation) -> str:
    return snake(operation.name).upper()


def _named(source: Source) -> Iterator[GraphQLEnumType | GraphQLInputObjectType]:
    for name, each in sorted(source.schema.type_map.items()):
        if isinstance(each, GraphQLEnumType | GraphQLInputObjectType) and not name.startswith("__"):
            yield each
