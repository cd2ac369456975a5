"""Sections about root fields, and rows about the fields of objects."""

from __future__ import annotations

from typing import Final

import orjson
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    print_ast,
)
from graphql.utilities.get_default_value_ast import get_default_value_ast

from app.graph.cost import LIST_SIZE
from app.graph.examples import find_example, without_example
from app.graph.reference.documents import Example, examples_of
from app.graph.reference.markdown import block, folded, paragraphs, table
from app.graph.reference.shape import fields_of, is_paged, link, own_arguments, permission_of

_PAGES: Final = "Takes `first`, `after`, `last` and `before`: [pages](README.md#lists)."
_MOST_FURTHER: Final = 6


def show_root_field(root: str, name: str, field: GraphQLField) -> str:
    """The section about a query, mutation or subscription."""
    facts = table(
        ("Gives", "Permission", "Cost"),
        [(link(field.type), _permission(field), describe_cost(field))],
    )
    return paragraphs(
        f"### {name}",
        _deprecation(field.deprecation_reason),
        without_example(field.description),
        facts,
        *(_show_mutation(field) if root == "Mutation" else _show_arguments(field)),
        *_show_examples(root, name),
    )


def show_fields(named: GraphQLObjectType | GraphQLInterfaceType) -> str:
    """The fields of a type as a table."""
    rows = [(f"`{name}`", link(field.type), _describe(field)) for name, field in fields_of(named.name).items()]
    return table(("Field", "Type", "What it is"), rows)


def show_input_fields(named: GraphQLInputObjectType) -> str:
    """The fields of an input as a table."""
    return table(("Field", "Type", "What it is"), [_row(*pair) for pair in named.fields.items()])


def describe_cost(field: GraphQLField) -> str:
    """What a field costs, in words."""
    kind = get_nullable_type(field.type)
    if is_leaf_type(get_named_type(kind)):
        return "0"
    if is_paged(field):
        return "1, and for each item of the page 1 and what is asked of it"
    if is_list_type(kind):
        given = next((f"each of `{name}`" for name in ("ids", "inputs") if name in field.args), None)
        return f"for {given or f'{LIST_SIZE} items'} 1 and what is asked of it"
    return "1 and what is asked of it"


def _show_arguments(field: GraphQLField) -> tuple[str, ...]:
    rows = [_row(name, argument) for name, argument in own_arguments(field).items()]
    pages = _PAGES if is_paged(field) else ""
    return (table(("Argument", "Type", "What it is"), rows), pages)


def _show_mutation(field: GraphQLField) -> tuple[str, ...]:
    given, payload = get_named_type(field.args["input"].type), get_named_type(field.type)
    assert isinstance(given, GraphQLInputObjectType)
    assert isinstance(payload, GraphQLObjectType)
    return (
        f"**{given.name}**: {without_example(given.description)}",
        show_input_fields(given),
        f"**{payload.name}**: {without_example(payload.description)}",
        show_fields(payload),
    )


def _show_examples(root: str, name: str) -> tuple[str, ...]:
    found = examples_of(root, name)
    if not found:
        return ()
    first, *others = found
    further = ", ".join(f"[{each.path.removeprefix('graphql/')}]({_source(each)})" for each in others[:_MOST_FURTHER])
    return (_show_example(first), f"More examples: {further}." if further else "")


def _show_example(example: Example) -> str:
    variables = orjson.dumps(example.variables, option=orjson.OPT_INDENT_2).decode() if example.variables else ""
    return folded(
        f"Example: {example.summary}",
        block("graphql", example.text),
        paragraphs("Variables:", block("json", variables)) if variables else "",
        f"From [{example.path}]({_source(example)}). It costs {example.cost}.",
    )


def _source(example: Example) -> str:
    return f"../../{example.path}"


def _row(name: str, given: GraphQLArgument | GraphQLInputField) -> tuple[str, str, str]:
    example = find_example(given.description)
    words = [
        _deprecation(given.deprecation_reason),
        without_example(given.description),
        f"Default: `{_default(given)}`." if _default(given) else "",
        f"Example: `{example}`" if example else "",
    ]
    return f"`{name}`", link(given.type), " ".join(word for word in words if word)


def _default(given: GraphQLArgument | GraphQLInputField) -> str:
    if given.default_value is Undefined and given.default is None:
        return ""
    written = get_default_value_ast(given)
    return print_ast(written) if written is not None else ""


def _describe(field: GraphQLField) -> str:
    permission = permission_of(field)
    arguments = "; ".join(
        f"`{name}`: {link(argument.type)}, {_as_clause(argument.description)}"
        for name, argument in own_arguments(field).items()
    )
    words = [
        _deprecation(field.deprecation_reason),
        without_example(field.description),
        f"Needs `{permission}`." if permission else "",
        f"Takes {arguments}." if arguments else "",
        _PAGES if is_paged(field) else "",
    ]
    return " ".join(word for word in words if word)


def _as_clause(description: str | None) -> str:
    text = without_example(description).rstrip(".")
    return text[:1].lower() + text[1:]


def _permission(field: GraphQLField) -> str:
    permission = permission_of(field)
    return f"`{permission}`" if permission else "none"


def _deprecation(reason: str | None) -> str:
    return f"**Deprecated, {reason}**" if reason else ""
