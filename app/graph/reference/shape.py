"""What is where: the room of each field and type, and the page that tells of a type."""

from __future__ import annotations

from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLType,
    GraphQLUnionType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from app.graph.connections import Connection, Edge
from app.graph.directives import Requires
from app.graph.schema import graphql_schema
from app.graph.streams import Delivery

RELAY_ARGUMENTS: Final = ("first", "after", "last", "before")
_DEFINITION: Final = "strawberry-definition"
_TITLES: Final = {
    "api_keys": "API keys",
    "authz": "Permissions",
    "clients": "Clients",
    "events": "Audit trail",
    "graph": "Viewer, nodes, server",
    "login": "Users",
    "mail": "Mail",
    "oidc": "Consents and tokens",
    "sessions": "Sessions",
    "signing": "Signing keys",
    "users": "Users",
}
_ROOTS: Final = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}


def types_of(*kinds: type[GraphQLNamedType]) -> list[GraphQLNamedType]:
    """Our types of these kinds by name, apart from the roots."""
    return [
        named
        for name, named in sorted(graphql_schema.type_map.items())
        if isinstance(named, kinds) and not name.startswith("__") and name not in _ROOTS
    ]


def fields_of(root: str) -> dict[str, GraphQLField]:
    """The fields of an object type by name."""
    named = graphql_schema.type_map[root]
    assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
    return dict(sorted(named.fields.items())) if root in _ROOTS else dict(named.fields)


def title_of(room: str) -> str:
    """What a room is called in headings."""
    return _TITLES.get(room) or room.replace("_", " ").capitalize()


def room_of_field(field: GraphQLField) -> str:
    """The room whose resolver answers."""
    return _room(field.extensions[_DEFINITION].base_resolver.wrapped_func.__module__)


def room_of_type(named: GraphQLNamedType) -> str:
    """The room that declares a type."""
    definition = named.extensions.get(_DEFINITION)
    declared = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    if isinstance(named, GraphQLUnionType):
        return room_of_type(named.types[0])
    return _room(declared.__module__) if declared is not None else "graph"


def is_generic(named: GraphQLNamedType) -> bool:
    """Whether it is one of the types that each list or stream has: a connection, an edge, a delivery."""
    general = getattr(named.extensions.get(_DEFINITION), "concrete_of", None)
    return general is not None and general.origin in (Connection, Edge, Delivery)


def permission_of(field: GraphQLField) -> str | None:
    """What `@requires` says."""
    declared = field.extensions[_DEFINITION].directives
    return next((each.permission for each in declared if isinstance(each, Requires)), None)


def own_arguments(field: GraphQLField) -> dict[str, GraphQLArgument]:
    """The arguments apart from Relay's."""
    hidden = RELAY_ARGUMENTS if is_paged(field) else ()
    return {name: argument for name, argument in field.args.items() if name not in hidden}


def is_paged(field: GraphQLField) -> bool:
    """Whether a field takes Relay's arguments."""
    return set(RELAY_ARGUMENTS) <= field.args.keys()


def page_of(named: GraphQLNamedType) -> str:
    """The page and place that tell of a type."""
    mutation = _mutation_of(named.name)
    if mutation is not None:
        return f"mutations.md#{mutation.lower()}"
    if is_generic(named):
        return "objects.md#lists"
    pages = {
        GraphQLEnumType: "enums",
        GraphQLInputObjectType: "inputs",
        GraphQLScalarType: "scalars",
    }
    page = next((name for kind, name in pages.items() if isinstance(named, kind)), "objects")
    return f"{page}.md#{named.name.lower()}"


def link(kind: GraphQLType) -> str:
    """A type as it is written, its name linked."""
    named = get_named_type(kind)
    before, after = _wrapping(kind)
    return f"{before}[{named.name}]({page_of(named)}){after}".replace("[[", "\\[[")


def is_of_mutation(named: GraphQLNamedType) -> bool:
    """Whether a type is the input or the payload of one mutation, and told of there."""
    return _mutation_of(named.name) is not None


def _mutation_of(name: str) -> str | None:
    for ending in ("Input", "Payload"):
        mutation = f"{name[:1].lower()}{name[1:].removesuffix(ending)}"
        if name.endswith(ending) and mutation in fields_of("Mutation"):
            return mutation
    return None


def _wrapping(kind: GraphQLType) -> tuple[str, str]:
    if is_non_null_type(kind):
        before, after = _wrapping(kind.of_type)
        return before, f"{after}!"
    if is_list_type(kind):
        before, after = _wrapping(kind.of_type)
        return f"[{before}", f"{after}]"
    return "", ""


def _room(module: str) -> str:
    return module.split(".")[1]
