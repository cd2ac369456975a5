"""The pages of the reference, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
)

from app.graph.examples import find_example, without_example
from app.graph.reference.fields import show_fields, show_input_fields, show_root_field
from app.graph.reference.index import write_index
from app.graph.reference.markdown import block, paragraphs, table
from app.graph.reference.reasons import write_errors
from app.graph.reference.shape import (
    fields_of,
    is_generic,
    is_of_mutation,
    link,
    room_of_field,
    room_of_type,
    title_of,
    types_of,
)
from app.graph.schema import graphql_schema

_NOTE: Final = "<!-- Written by `make schema` from the schema and the sources. Change those. -->"
_BUILT_IN: Final = {
    "Boolean": "`true` or `false`.",
    "Float": "A number, IEEE 754 of 64 bits.",
    "ID": "An opaque id, written as text. Ours have a prefix that tells the kind: `usr_…`, `cli_…`.",
    "Int": "A whole number of 32 bits, signed.",
    "String": "Text in UTF-8. It never holds U+0000.",
}
# Strawberry shows descriptions of our directives, but not of their arguments.
_OUR_ARGUMENTS: Final = {"permission": 'The permission. Example: `"users.view"`'}


def write_pages() -> dict[str, str]:
    """All pages: name of the file → its text."""
    pages = {
        "README": write_index(),
        "queries": _write_root("Query", "Queries"),
        "mutations": _write_root("Mutation", "Mutations"),
        "subscriptions": _write_root("Subscription", "Subscriptions"),
        "objects": _write_objects(),
        "inputs": _write_inputs(),
        "enums": _write_enums(),
        "scalars": _write_scalars(),
        "errors": write_errors(),
    }
    return {f"{name}.md": f"{paragraphs(_NOTE, text)}\n" for name, text in pages.items()}


def _write_root(root: str, title: str) -> str:
    by_title: dict[str, list[str]] = defaultdict(list)
    for name, field in fields_of(root).items():
        by_title[title_of(room_of_field(field))].append(name)
    named = graphql_schema.type_map[root]
    sections = [
        paragraphs(
            f"## {title}: {each}", *(show_root_field(root, name, fields_of(root)[name]) for name in by_title[each])
        )
        for each in sorted(by_title)
    ]
    return paragraphs(f"# {title}", named.description or "", _contents(by_title), *sections)


def _write_objects() -> str:
    objects = [each for each in types_of(GraphQLObjectType) if not is_of_mutation(each) and not is_generic(each)]
    interfaces, unions = types_of(GraphQLInterfaceType), types_of(GraphQLUnionType)
    return paragraphs(
        "# Objects",
        "What queries, payloads and streams are made of. Payloads of mutations stand [beside them](mutations.md).",
        _contents(_by_room(objects)),
        "## Interfaces",
        *(_show_interface(each) for each in interfaces),
        _sections("Objects", objects, _show_object),
        "## Unions" if unions else "",
        *(_show_union(each) for each in unions),
        "## Lists",
        "A list is a connection: `edges` with `node` and `cursor`, `nodes` without the cursors, `pageInfo`, and "
        "`totalCount` on demand. A stream gives deliveries: `node` and `cursor`.",
        table(("List or stream", "Of"), _rows_of_lists()),
    )


def _write_inputs() -> str:
    inputs = [each for each in types_of(GraphQLInputObjectType) if not is_of_mutation(each)]
    return paragraphs(
        "# Inputs",
        "What arguments are made of. The inputs of mutations stand [beside them](mutations.md).",
        _contents(_by_room(inputs)),
        _sections("Inputs", inputs, _show_input),
    )


def _write_enums() -> str:
    enums = types_of(GraphQLEnumType)
    return paragraphs("# Enumerations", _contents(_by_room(enums)), _sections("Enumerations", enums, _show_enum))


def _write_scalars() -> str:
    scalars = [
        paragraphs(f"## {each.name}", _BUILT_IN.get(each.name) or each.description or "", _source_of(each))
        for each in types_of(GraphQLScalarType)
    ]
    directives = [
        paragraphs(
            f"## @{each.name}",
            each.description or "",
            table(
                ("Argument", "Type", "What it is"),
                [
                    (f"`{name}`", link(given.type), given.description or _OUR_ARGUMENTS.get(name, ""))
                    for name, given in each.args.items()
                ],
            ),
        )
        for each in sorted(graphql_schema.directives, key=lambda each: each.name)
    ]
    return paragraphs("# Scalars and directives", *scalars, *directives)


def _show_interface(named: GraphQLNamedType) -> str:
    assert isinstance(named, GraphQLInterfaceType)
    members = ", ".join(link(each) for each in graphql_schema.get_possible_types(named))
    return paragraphs(f"### {named.name}", named.description or "", show_fields(named), f"Implemented by {members}.")


def _show_union(named: GraphQLNamedType) -> str:
    assert isinstance(named, GraphQLUnionType)
    return paragraphs(f"### {named.name}", named.description or "", f"One of {', '.join(map(link, named.types))}.")


def _show_object(named: GraphQLNamedType) -> str:
    assert isinstance(named, GraphQLObjectType)
    interfaces = ", ".join(link(each) for each in named.interfaces)
    return paragraphs(
        f"### {named.name}",
        named.description or "",
        f"Implements {interfaces}." if interfaces else "",
        show_fields(named),
    )


def _show_input(named: GraphQLNamedType) -> str:
    assert isinstance(named, GraphQLInputObjectType)
    example = find_example(named.description)
    return paragraphs(
        f"### {named.name}",
        without_example(named.description),
        show_input_fields(named),
        block("graphql", example) if example else "",
    )


def _show_enum(named: GraphQLNamedType) -> str:
    assert isinstance(named, GraphQLEnumType)
    rows = [
        (f"`{name}`", f"{'**Deprecated, ' + value.deprecation_reason + '** ' if value.deprecation_reason else ''}"
         f"{value.description or ''}")
        for name, value in named.values.items()
    ]  # fmt: skip
    return paragraphs(f"### {named.name}", named.description or "", table(("Value", "What it means"), rows))


def _source_of(named: GraphQLNamedType) -> str:
    url = named.specified_by_url if isinstance(named, GraphQLScalarType) else None
    return f"Specified by <{url}>." if url else ""


def _rows_of_lists() -> list[tuple[str, str]]:
    rows = []
    for named in types_of(GraphQLObjectType):
        if is_generic(named) and not named.name.endswith("Edge"):
            fields = fields_of(named.name)
            kind = fields["nodes"].type if "nodes" in fields else fields["node"].type
            edge = f", `{get_named_type(fields['edges'].type).name}`" if "edges" in fields else ""
            rows.append((f"`{named.name}`{edge}", link(get_named_type(kind))))
    return rows


def _by_room(types: list[GraphQLNamedType]) -> dict[str, list[str]]:
    by_title: dict[str, list[str]] = defaultdict(list)
    for each in types:
        by_title[title_of(room_of_type(each))].append(each.name)
    return by_title


def _sections(page: str, types: list[GraphQLNamedType], show: Callable[[GraphQLNamedType], str]) -> str:
    by_title, known = _by_room(types), {each.name: each for each in types}
    return paragraphs(
        *(
            paragraphs(f"## {page}: {title}", *(show(known[name]) for name in by_title[title]))
            for title in sorted(by_title)
        )
    )  # fmt: skip


def _contents(by_title: dict[str, list[str]]) -> str:
    lines = [
        f"- **{title}**: {', '.join(f'[{name}](#{name.lower()})' for name in by_title[title])}"
        for title in sorted(by_title)
    ]
    return "\n".join(lines)
