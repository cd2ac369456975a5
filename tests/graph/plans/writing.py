"""Documents for the synthetic schema, drawn by hypothesis."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_interface_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from tests.graph.plans.synthetic import graphql_schema

# Where a document begins to ask for leaves only.
MOST_FIELDS = 40
_MOST_PARTS = 5
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "syncText": ("", "(times: 3)", "(times: $times)", "(times: $absent)"),
    "slowText": ("", "(colour: VERT)", "(colour: null)", "(colour: $colour)", "(colour: $absentColour)"),
    "echo": (
        "",
        "(question: null)",
        "(question: $question)",
        '(question: {text: "a", size: {width: 1}, odd: {k: [1, $times]}})',
        '(question: {text: "b", sizes: [{width: $times, colours: [RED, $colour]}, $size], colour: VERT})',
        "(question: {text: $text, size: null, sizes: null})",
    ),
}
_CONDITIONS = ("", "", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)", " @skip(if: false)")
_DECLARED = {
    "yes": "Boolean!",
    "no": "Boolean = false",
    "times": "Int! = 2",
    "absent": "Int",
    "colour": "Colour! = ONE",
    "absentColour": "Colour",
    "question": "Question",
    "size": "Size!",
    "text": "String!",
}
VARIABLES: list[dict[str, Any]] = [
    {"yes": True, "size": {"width": 3}, "text": "t"},
    {"yes": False, "no": True, "size": {"width": 4, "unit": None}, "text": "", "times": 5, "colour": "RED"},
    {
        "yes": True,
        "size": {"width": 0, "unit": "m", "colours": ["RED", "VERT"]},
        "text": "x",
        "question": {"text": "q", "sizes": [{"width": 1}], "odd": {"a": [1]}, "colour": "ONE"},
    },
    {"yes": False, "no": False, "size": {"width": 1}, "text": "y", "question": {"text": "z", "sizes": {"width": 9}}},
]


@dataclass
class Writer:
    """Writes one document, its fragments beside it."""

    draw: Any
    left: int = MOST_FIELDS
    fragments: list[str] = field(default_factory=list)
    names: int = 0

    def document(self, kind: str) -> str:
        """A query or a mutation, with the variables that it uses."""
        root = graphql_schema.get_type("Mutation" if kind == "mutation" else "Query")
        assert isinstance(root, GraphQLObjectType)
        selection = self._selection(root, self.draw(st.integers(1, 4)), 0)
        text = "\n".join([f"{{ {selection} }}", *self.fragments])
        used = sorted(set(re.findall(r"\$(\w+)", text)))
        declared = ", ".join(f"${name}: {_DECLARED[name]}" for name in used)
        return f"{kind} Drawn{f'({declared})' if declared else ''} {text}"

    def _selection(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, level: int) -> str:
        parts = [self._part(kind, depth, level) for _ in range(self.draw(st.integers(1, _MOST_PARTS)))]
        return " ".join(["__typename", *parts] if self.draw(st.booleans()) else parts)

    def _part(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, level: int) -> str:
        shape = self.draw(st.sampled_from(("field", "field", "field", "field", "inline", "fragment")))
        condition = self.draw(st.sampled_from(_CONDITIONS))
        if shape == "field" or level > 3 or self.left <= 0:
            return self._field(kind, depth, condition)
        inner = self._narrowed(kind)
        selection = self._selection(inner, depth, level + 1)
        if shape == "inline":
            return f"... on {inner.name}{condition} {{ {selection} }}"
        self.names += 1
        name = f"F{self.names}"
        self.fragments.append(f"fragment {name} on {inner.name} {{ {selection} }}")
        return f"...{name}{condition}"

    def _narrowed(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> GraphQLObjectType | GraphQLInterfaceType:
        if not is_interface_type(kind):
            return kind
        found = graphql_schema.get_type(self.draw(st.sampled_from((kind.name, "Thing", "Mark"))))
        assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
        return found

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, condition: str) -> str:
        self.left -= 1
        only_leaves = depth <= 0 or self.left <= 0
        names = sorted(name for name, each in kind.fields.items() if not only_leaves or _is_leaf(each))
        name = self.draw(st.sampled_from(names or ["__typename"]))
        if name == "__typename":
            return name
        named = get_named_type(kind.fields[name].type)
        arguments = self._arguments(name)
        self.names += 1
        head = f"a{self.names}: {name}{arguments}"
        if is_leaf_type(named):
            # The same field may be asked for twice.
            is_bare = name not in _ARGUMENTS and name != "set" and self.draw(st.booleans())
            return f"{name if is_bare else head}{condition}"
        assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        written = f"{head}{condition} {{ {self._selection(named, depth - 1, 0)} }}"
        if self.draw(st.integers(0, 4)) == 0:
            written += f" {head} {{ {self._selection(named, 0, 4)} }}"
        return written

    def _arguments(self, name: str) -> str:
        if name == "change":
            return "(times: $times)"
        return str(self.draw(st.sampled_from(_ARGUMENTS.get(name, ("",)))))


def _is_leaf(definition: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(definition.type))


@st.composite
def written_documents(draw: Any, kind: str) -> str:
    """A valid document."""
    return Writer(draw).document(kind)
