"""What the client is made from: the schema, and the documents with the fragments that each needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    parse,
    validate,
    visit,
)

_COMMENT = re.compile(r"^# ?(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Operation:
    """One document: `room` is its folder, `text` holds the fragments, too."""

    room: str
    node: OperationDefinitionNode
    description: str
    text: str

    @property
    def name(self) -> str:
        """The operation's name."""
        assert self.node.name is not None
        return self.node.name.value


@dataclass(frozen=True, slots=True)
class Fragment:
    """A named selection with what it is for."""

    node: FragmentDefinitionNode
    description: str


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that code is made from."""

    schema: GraphQLSchema
    fragments: Mapping[str, Fragment]
    operations: tuple[Operation, ...]


def read_source(root: Path) -> Source:
    """Read schema and documents of a checkout.

    Raises:
        ValueError: a document does not fit the schema.
    """
    schema = build_schema((root / "schema.graphql").read_text("utf-8"))
    texts = {path: path.read_text("utf-8") for path in sorted((root / "graphql").rglob("*.graphql"))}
    fragments: dict[str, Fragment] = {}
    snippets: dict[str, str] = {}
    for text in texts.values():
        for node in parse(text).definitions:
            if isinstance(node, FragmentDefinitionNode):
                fragments[node.name.value] = Fragment(node, _describe(text))
                snippets[node.name.value] = _strip(text)
    operations = tuple(_read_operations(texts, fragments, snippets))
    for operation in operations:
        if errors := validate(schema, parse(operation.text)):
            raise ValueError(f"{operation.name}: {errors[0].message}")
    return Source(schema, fragments, operations)


def _read_operations(
    texts: Mapping[Path, str], fragments: Mapping[str, Fragment], snippets: Mapping[str, str]
) -> Iterator[Operation]:
    for path, text in texts.items():
        for node in parse(text).definitions:
            if isinstance(node, OperationDefinitionNode):
                needed = sorted(_needed(node, fragments))
                whole = "\n\n".join([_strip(text), *(snippets[name] for name in needed)])
                yield Operation(path.parent.name, node, _describe(text), whole)


def _needed(node: Node, fragments: Mapping[str, Fragment]) -> set[str]:
    """Names of the fragments that a definition needs, also through others."""
    found: set[str] = set()
    waiting: list[Node] = [node]
    while waiting:
        for name in spread_names(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(fragments[name].node)
    return found


def spread_names(node: Node) -> list[str]:
    """Names of the fragments that are spread in a node, as they stand there."""
    names: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            names.append(spread.name.value)

    visit(node, Spreads())
    return names


def _describe(text: str) -> str:
    return " ".join(_COMMENT.findall(text))


def _strip(text: str) -> str:
    return _COMMENT.sub("", text).strip()
