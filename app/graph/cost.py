"""What a document asks for, counted in nodes before it runs. Pure.

Each object counts one, or more where it takes a search; a connection counts its page size times what is
asked of an item; any other list counts `LIST_SIZE` items. The tree is made once per document, then weighed
with the variables of each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from app.kit.paging import DEFAULT_PAGE, MAX_PAGE

LIST_SIZE = 10
# Inputs that one field takes; more are refused later.
MAX_BATCH = 5_000
# One answer about the whole schema, or about one type of it.
INTROSPECTION = {"__schema": 2_000, "__type": 200}
# Objects of which each is a search of its own.
HEAVY = {"Permissions": 10}

Variables = Mapping[str, object]
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of items: the largest of some arguments, each a literal or the name of a variable."""

    sources: tuple[int | str, ...]
    most: int = MAX_PAGE

    def read(self, variables: Variables) -> int:
        """1..`most`, `DEFAULT_PAGE` when no argument is given; other sizes are refused later."""
        given = (variables.get(source) if isinstance(source, str) else source for source in self.sources)
        sizes = [len(value) if isinstance(value, list) else value for value in given]
        numbers = [size for size in sizes if isinstance(size, int)]
        return min(max(1, *numbers), self.most) if numbers else DEFAULT_PAGE


@dataclass(slots=True, eq=False)
class Weight:
    """A part of a document.

    Attributes:
        own: nodes that one item of it is.
        is_list: whether there are several: `length` if that is known, else as many as the page around it holds.
        page: how many items a list right inside of it has (a connection's page size).
        is_fragment: transparent: the page around it reaches inside.
        parts: what is asked of one item.
    """

    own: int = 0
    is_list: bool = False
    length: Amount | None = None
    page: Amount | None = None
    is_fragment: bool = False
    parts: list[Weight] = field(default_factory=list)


def weigh(weight: Weight, variables: Variables) -> int:
    """The cost of an operation with these variables."""
    return _weigh(weight, variables, LIST_SIZE, {})


def _weigh(weight: Weight, variables: Variables, around: int, known: dict[tuple[int, int], int]) -> int:
    key = (id(weight), around)
    if key not in known:
        inside = around if weight.is_fragment else LIST_SIZE
        if weight.page is not None:
            inside = weight.page.read(variables)
        items = 1
        if weight.is_list:
            items = weight.length.read(variables) if weight.length else around
        known[key] = items * (weight.own + sum(_weigh(part, variables, inside, known) for part in weight.parts))
    return known[key]


def build_weights(schema: GraphQLSchema, document: DocumentNode) -> dict[str | None, Weight]:
    """The weight of each operation of a valid document, by name."""
    builder = _Builder(schema, document)
    return {
        definition.name.value if definition.name else None: builder.build_operation(definition)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


class _Builder:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[str, Weight] = {}

    def build_operation(self, operation: OperationDefinitionNode) -> Weight:
        root = self._schema.get_root_type(operation.operation)
        return Weight(parts=self._build(operation.selection_set, root)) if root else Weight()

    def _build(self, selection_set: SelectionSetNode | None, parent: Composite) -> list[Weight]:
        if selection_set is None:
            return []
        parts = (self._build_selection(node, parent) for node in selection_set.selections)
        return [part for part in parts if part is not None]

    def _build_selection(self, node: SelectionNode, parent: Composite) -> Weight | None:
        if isinstance(node, FieldNode):
            return self._build_field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._build_fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            inner = self._type(node.type_condition.name.value) if node.type_condition else parent
            return Weight(is_fragment=True, parts=self._build(node.selection_set, inner))
        return None

    def _build_fragment(self, name: str) -> Weight:
        if name not in self._known:
            definition = self._fragments[name]
            parts = self._build(definition.selection_set, self._type(definition.type_condition.name.value))
            self._known[name] = Weight(is_fragment=True, parts=parts)
        return self._known[name]

    def _build_field(self, node: FieldNode, parent: Composite) -> Weight | None:
        name = node.name.value
        if name.startswith("__"):
            return Weight(INTROSPECTION[name]) if name in INTROSPECTION else None
        # A union has no fields of its own but `__typename`.
        assert not isinstance(parent, GraphQLUnionType)
        definition = parent.fields[name]
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return None
        assert isinstance(named, Composite)
        return Weight(
            own=0 if named.name.endswith("Edge") else HEAVY.get(named.name, 1),
            is_list=is_list_type(get_nullable_type(definition.type)),
            length=_length(node, definition),
            page=_amount(node, "first", "last") if "first" in definition.args else None,
            parts=self._build(node.selection_set, named),
        )

    def _type(self, name: str) -> Composite:
        found = self._schema.get_type(name)
        assert isinstance(found, Composite)
        return found


def _length(node: FieldNode, definition: GraphQLField) -> Amount | None:
    """How long a list is that has an item for each of an argument."""
    if "ids" in definition.args:
        return _amount(node, "ids")
    return replace(_amount(node, "inputs"), most=MAX_BATCH) if "inputs" in definition.args else None


def _amount(node: FieldNode, *names: str) -> Amount:
    given = (_read_source(argument.value) for argument in node.arguments or () if argument.name.value in names)
    return Amount(tuple(source for source in given if source is not None))


def _read_source(value: ValueNode) -> int | str | None:
    if isinstance(value, VariableNode):
        return value.name.value
    if isinstance(value, IntValueNode):
        return int(value.value)
    return len(value.values) if isinstance(value, ListValueNode) else None
