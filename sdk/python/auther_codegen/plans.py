"""What is declared for a selection: classes that mirror it, and unions told apart by `__typename`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)

from auther_codegen.names import attribute, pascal
from auther_codegen.source import Fragment

SCALARS: Mapping[str, str] = {
    "ID": "str",
    "String": "str",
    "Int": "int",
    "Float": "float",
    "Boolean": "bool",
    "DateTime": "datetime",
    "JSON": "JsonValue",
}
_TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a class; `default` is Python text, None for a required one."""

    name: str
    alias: str | None
    annotation: str
    default: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Class:
    """A model of a selection on one type."""

    name: str
    bases: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Union:
    """One of several classes: `members` by name of the type, `other` for every type besides."""

    name: str
    members: tuple[tuple[str, str], ...]
    other: str


@dataclass(slots=True)
class Planner:
    """Plans the declarations of one module, nested ones before those that need them."""

    schema: GraphQLSchema
    fragments: Mapping[str, Fragment]
    declared: list[Class | Union] = field(default_factory=list)
    used_enums: set[str] = field(default_factory=set)
    used_fragments: set[str] = field(default_factory=set)
    other_names: dict[str, str] = field(default_factory=dict)

    def declare(self, name: str, on: GraphQLNamedType, chosen: Sequence[SelectionNode], description: str = "") -> str:
        """Declare what a selection on a type gives; the name of the class or union."""
        whole = self._whole_fragment(on, chosen)
        if whole:
            self.used_fragments.add(whole)
            return whole
        name = self.other_names.get(name, name)
        if isinstance(on, GraphQLObjectType):
            return self._declare_class(name, on, chosen, description)
        assert isinstance(on, GraphQLInterfaceType | GraphQLUnionType)
        return self._declare_union(name, on, chosen, description)

    def _whole_fragment(self, on: GraphQLNamedType, chosen: Sequence[SelectionNode]) -> str | None:
        if len(chosen) != 1 or not isinstance(chosen[0], FragmentSpreadNode):
            return None
        found = self.fragments[chosen[0].name.value]
        return chosen[0].name.value if found.node.type_condition.name.value == on.name else None

    def _declare_class(
        self, name: str, on: GraphQLObjectType, chosen: Sequence[SelectionNode], description: str
    ) -> str:
        bases = [each.name.value for each in chosen if isinstance(each, FragmentSpreadNode)]
        inherited = {given for base in bases for given in self._response_names(base)}
        own = [each for each in chosen if not isinstance(each, FragmentSpreadNode)]
        if any(node.selection_set and response_name(node) in inherited for node in self._fields(on, own)):
            bases, inherited, own = [], set(), list(chosen)
        self.used_fragments.update(bases)
        attributes = tuple(
            self._attribute(name, on, response, nodes)
            for response, nodes in self._grouped(on, own).items()
            if response not in inherited
        )
        self.declared.append(Class(name, tuple(bases), attributes, description or on.description or ""))
        return name

    def _declare_union(
        self,
        name: str,
        on: GraphQLInterfaceType | GraphQLUnionType,
        chosen: Sequence[SelectionNode],
        description: str,
    ) -> str:
        common = [each for each in chosen if isinstance(each, FieldNode)]
        if not any(response_name(each) == _TYPENAME for each in common):
            raise ValueError(f"{name}: select {_TYPENAME}, so that the types can be told apart")
        members = []
        for condition in dict.fromkeys(_condition(each) for each in chosen if isinstance(each, InlineFragmentNode)):
            member = self.schema.type_map[condition]
            assert isinstance(member, GraphQLObjectType)
            own = [each for each in chosen if isinstance(each, FieldNode) or _condition(each) == condition]
            members.append((condition, self._declare_class(name + condition, member, own, "")))
        fallback = f"{name}Other"
        attributes = tuple(
            self._attribute(fallback, on, response, nodes) for response, nodes in self._grouped(on, common).items()
        )
        self.declared.append(Class(fallback, (), attributes, "Something of another type."))
        self.declared.append(Union(name, tuple(members), fallback))
        return name

    def _attribute(self, name: str, on: GraphQLNamedType, response: str, nodes: Sequence[FieldNode]) -> Attribute:
        if response == _TYPENAME:
            kind = f'Literal["{on.name}"]' if isinstance(on, GraphQLObjectType) else "str"
            return Attribute("typename", _TYPENAME, kind)
        found = _field_of(on, nodes[0].name.value)
        chosen = [each for node in nodes if node.selection_set for each in node.selection_set.selections]
        annotation = self.annotate(found.type, name + pascal(response), chosen)
        is_chosen_at_will = all(node.directives for node in nodes)
        if is_chosen_at_will and not annotation.endswith("| None"):
            annotation += " | None"
        python_name, alias = attribute(response)
        default = "None" if is_chosen_at_will else None
        return Attribute(python_name, alias, annotation, default, found.description or "")

    def annotate(self, of: GraphQLOutputType, name: str, chosen: Sequence[SelectionNode]) -> str:
        """The annotation for a value of a type, of which `chosen` was selected."""
        if isinstance(of, GraphQLNonNull):
            return self._annotate_present(of.of_type, name, chosen)
        return f"{self._annotate_present(of, name, chosen)} | None"

    def _annotate_present(self, of: GraphQLOutputType, name: str, chosen: Sequence[SelectionNode]) -> str:
        if isinstance(of, GraphQLList):
            return f"tuple[{self.annotate(of.of_type, name, chosen)}, ...]"
        named = get_named_type(of)
        if isinstance(named, GraphQLScalarType):
            return SCALARS[named.name]
        if isinstance(named, GraphQLEnumType):
            self.used_enums.add(named.name)
            return named.name
        return self.declare(name, named, chosen)

    def _response_names(self, fragment: str) -> Iterator[str]:
        node = self.fragments[fragment].node
        on = self.schema.type_map[node.type_condition.name.value]
        yield from self._grouped(on, node.selection_set.selections)

    def _grouped(self, on: GraphQLNamedType, chosen: Sequence[SelectionNode]) -> dict[str, list[FieldNode]]:
        grouped: dict[str, list[FieldNode]] = {}
        for node in self._fields(on, chosen):
            grouped.setdefault(response_name(node), []).append(node)
        return grouped

    def _fields(self, on: GraphQLNamedType, chosen: Sequence[SelectionNode]) -> Iterator[FieldNode]:
        """The fields of a selection, fragments spread out."""
        for each in chosen:
            if isinstance(each, FieldNode):
                yield each
                continue
            if each.directives:
                raise ValueError(f"a fragment on {on.name} has a directive: put it on the fields")
            yield from self._fields(on, self._selections_of(each).selections)

    def _selections_of(self, each: SelectionNode) -> SelectionSetNode:
        if isinstance(each, FragmentSpreadNode):
            return self.fragments[each.name.value].node.selection_set
        assert isinstance(each, InlineFragmentNode)
        return each.selection_set


def response_name(node: FieldNode) -> str:
    """The name of a field in the answer."""
    return node.alias.value if node.alias else node.name.value


def _condition(node: SelectionNode) -> str:
    assert isinstance(node, InlineFragmentNode)
    assert node.type_condition is not None
    return node.type_condition.name.value


def _field_of(on: GraphQLNamedType, name: str) -> GraphQLField:
    assert isinstance(on, GraphQLObjectType | GraphQLInterfaceType)
    found: GraphQLField = on.fields[name]
    return found
