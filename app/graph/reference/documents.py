"""The documents of `graphql/` as examples: whole, with variables that are valid, and with their cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLType,
    InlineFragmentNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
    print_ast,
    visit,
)

from app.graph.cost import build_weights, weigh
from app.graph.examples import find_example, read_value
from app.graph.schema import graphql_schema

FOLDER: Final = Path("graphql")
# Variables that say which part of a list; examples do without.
_OF_A_PAGE: Final = frozenset({"first", "after", "last", "before"})


@dataclass(frozen=True, slots=True)
class Example:
    """A document that runs by itself.

    Attributes:
        path: of its file.
        summary: its first line of comment.
        text: with its fragments written out.
        variables: values that are valid.
        fields: `Type.field` of everything that it asks for; roots first.
        cost: what it costs with these variables.
    """

    path: str
    summary: str
    text: str
    variables: Mapping[str, Any]
    fields: frozenset[str]
    cost: int


@cache
def read_examples() -> tuple[Example, ...]:
    """All documents, by path."""
    fragments: dict[str, FragmentDefinitionNode] = {}
    for file in sorted((FOLDER / "fragments").glob("*.graphql")):
        for definition in parse(file.read_text("utf-8")).definitions:
            assert isinstance(definition, FragmentDefinitionNode)
            fragments[definition.name.value] = definition
    files = [file for file in sorted(FOLDER.rglob("*.graphql")) if file.parent.name != "fragments"]
    return tuple(_read(file, fragments) for file in files)


def examples_of(root: str, field: str) -> list[Example]:
    """Documents that ask for a root field; the one that is named like it comes first."""
    found = [each for each in read_examples() if f"{root}.{field}" in each.fields]
    return sorted(found, key=lambda each: (Path(each.path).stem.lower() != field.lower(), each.path))


def _read(file: Path, fragments: Mapping[str, FragmentDefinitionNode]) -> Example:
    source = file.read_text("utf-8")
    (operation,) = parse(source).definitions
    assert isinstance(operation, OperationDefinitionNode)
    root = graphql_schema.get_root_type(operation.operation)
    assert root is not None
    whole = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=_write_out(operation.selection_set, root.name, fragments),
    )
    document = DocumentNode(definitions=(whole,))
    survey = _Survey()
    visit(document, TypeInfoVisitor(survey.types, survey))
    variables = _make_variables(whole, survey.wanted)
    (weight,) = build_weights(graphql_schema, document).values()
    return Example(
        file.as_posix(),
        source.partition("\n")[0].removeprefix("#").strip(),
        print_ast(document),
        variables,
        frozenset(survey.fields),
        weigh(weight, variables),
    )


def _write_out(
    selections: SelectionSetNode, parent: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> SelectionSetNode:
    """Selections with the fields of fragments in their place."""
    written: dict[str, SelectionNode] = {}
    for node in _flatten(selections, parent, fragments):
        written.setdefault(print_ast(node), node)
    return SelectionSetNode(selections=tuple(written.values()))


def _flatten(
    selections: SelectionSetNode, parent: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[SelectionNode]:
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            inner = fragment.type_condition.name.value
            if inner == parent:
                yield from _flatten(fragment.selection_set, parent, fragments)
                continue
            condition = NamedTypeNode(name=fragment.type_condition.name)
            yield InlineFragmentNode(
                type_condition=condition,
                directives=node.directives,
                selection_set=_write_out(fragment.selection_set, inner, fragments),
            )
        elif isinstance(node, InlineFragmentNode):
            inner = node.type_condition.name.value if node.type_condition else parent
            yield InlineFragmentNode(
                type_condition=node.type_condition,
                directives=node.directives,
                selection_set=_write_out(node.selection_set, inner, fragments),
            )
        else:
            assert isinstance(node, FieldNode)
            yield _write_out_field(node, parent, fragments)


def _write_out_field(node: FieldNode, parent: str, fragments: Mapping[str, FragmentDefinitionNode]) -> FieldNode:
    if node.selection_set is None:
        return node
    fields: Any = getattr(graphql_schema.type_map[parent], "fields")  # noqa: B009 - of objects and interfaces
    inner = get_named_type(fields[node.name.value].type).name
    return FieldNode(
        alias=node.alias,
        name=node.name,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=_write_out(node.selection_set, inner, fragments),
    )


class _Survey(Visitor):
    """Notes the fields of a document, and for each variable the description and type of where it goes."""

    def __init__(self) -> None:
        super().__init__()
        self.types = TypeInfo(graphql_schema)
        self.fields: list[str] = []
        self.wanted: dict[str, tuple[str | None, GraphQLType]] = {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.types.get_parent_type()
        if parent is not None:
            self.fields.append(f"{parent.name}.{node.name.value}")

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        argument = self.types.get_argument()
        if isinstance(node.value, VariableNode) and argument is not None:
            self.wanted.setdefault(node.value.name.value, (argument.description, argument.type))

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = get_named_type(self.types.get_parent_input_type())
        if isinstance(node.value, VariableNode) and isinstance(parent, GraphQLInputObjectType):
            given = parent.fields[node.name.value]
            self.wanted.setdefault(node.value.name.value, (given.description, given.type))


def _make_variables(
    operation: OperationDefinitionNode, wanted: Mapping[str, tuple[str | None, GraphQLType]]
) -> dict[str, Any]:
    """Values for the variables that must be given; if there are none, for those that may."""
    definitions = operation.variable_definitions or ()
    required = [
        each.variable.name.value
        for each in definitions
        if isinstance(each.type, NonNullTypeNode) and each.default_value is None
    ]
    possible = [
        name
        for name in (each.variable.name.value for each in definitions if each.default_value is None)
        if name not in _OF_A_PAGE
    ]
    values = {name: _example_for(*wanted[name]) for name in required or possible if name in wanted}
    return {name: value for name, value in values.items() if value is not None}


def _example_for(description: str | None, kind: GraphQLType) -> Any:
    literal = find_example(description)
    if literal is not None:
        return read_value(literal)
    named = get_named_type(kind)
    if not isinstance(named, GraphQLInputObjectType):
        return None
    literal = find_example(named.description)
    value = read_value(literal) if literal is not None else None
    is_list = is_list_type(kind.of_type if is_non_null_type(kind) else kind)
    return [value] if is_list and value is not None else value
