"""The plans of one operation: what it selects, for each way its `@skip` and `@include` can turn out.

INVARIANT: a plan is no larger than its document in proportion. A small document can spread one fragment in many
places, and what goes beyond `ROOM` is left to graphql-core, which looks only where there is an object to write down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from app.graph.plans import leaves
from app.graph.plans.calls import Calls
from app.graph.plans.fields import (
    Complete,
    Completion,
    Field,
    Place,
    by_core,
    by_item,
    by_requiring,
    by_selection,
    by_writing,
)
from app.graph.plans.leaves import Write
from app.graph.plans.selections import Selection

_CONDITIONS: Final = frozenset({"skip", "include"})
_TYPENAME: Final = "__typename"


class Room:
    """How many fields the plans of a document may still have."""

    def __init__(self, fields: int) -> None:
        self.fields = fields

    def take(self, fields: int) -> bool:
        """Whether there is room for so many more; then they are counted."""
        if fields > self.fields:
            return False
        self.fields -= fields
        return True


class Plan:
    """What an operation selects when its conditions turn out in one way.

    Selections are planned when an object of their type is first written down, or needed by a plan around them.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        *,
        calls: Calls,
        fragments: Mapping[str, FragmentDetails],
        conditions: Mapping[str, bool],
        room: Room,
    ) -> None:
        self._calls, self._schema, self._operation, self._room = calls, schema, operation, room
        self._fragments = dict(fragments)
        self._conditions = VariableValues({}, dict(conditions))
        # INVARIANT: a list stays here as long as its id is a key.
        self._known: dict[tuple[str, int], Selection | None] = {}
        self._own: dict[int, FieldDetailsList] = {}
        self.root = self._plan_root()

    def find(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Selection | None:
        """What fields of this plan ask of an object of a type; None if graphql-core has to find out."""
        key = (kind.name, id(details))
        if key in self._known:
            return self._known[key]
        if id(details) not in self._own:
            return None
        collected = collect_subfields(
            self._schema, self._fragments, self._conditions, self._operation, kind, details, False
        )
        made = self._known[key] = self._select(kind, collected)
        return made

    def _plan_root(self) -> Selection | None:
        kind = self._schema.get_root_type(self._operation.operation)
        if kind is None:
            return None
        collected = collect_fields(self._schema, self._fragments, self._conditions, kind, self._operation)
        return self._select(kind, collected)

    def _select(self, kind: GraphQLObjectType, collected: CollectedFields) -> Selection | None:
        grouped = collected.grouped_field_set
        details = [each for group in grouped.values() for each in group]
        is_known = all(each.defer_usage is None and each.fragment_variable_values is None for each in details)
        if not is_known or not self._room.take(len(details)):
            return None
        attributes: dict[str, tuple[str, Write]] = {}
        fields: list[Field] = []
        for name, group in grouped.items():
            definition = self._schema.get_field(kind, group[0].node.name.value)
            if definition is None:
                return None
            self._own[id(group)] = group
            place = Place(name, kind, definition, group, [each.node for each in group])
            attribute = self._attribute(place)
            if attribute is not None:
                attributes[name] = attribute
            else:
                fields.append(Field(place, self._calls.of(place), self._completion(place, definition.type)))
        return Selection(kind, dict(grouped), attributes, fields)

    def _attribute(self, place: Place) -> tuple[str, Write] | None:
        if place.nodes[0].name.value == _TYPENAME:
            return "__class__", leaves.constant(place.parent.name)
        if not _is_plain(place.nodes):
            return None
        attribute = self._calls.attribute_of(place.definition)
        write = self._write(place, place.definition.type) if attribute is not None else None
        return (attribute, write) if attribute is not None and write is not None else None

    def _write(self, place: Place, output: GraphQLOutputType) -> Write | None:
        """How a value that needs no resolver is written down; None if it needs one."""
        inner, is_nullable = get_nullable_type(output), not is_non_null_type(output)
        if is_leaf_type(inner):
            return leaves.nullable_leaf(inner) if is_nullable else leaves.leaf(inner)
        write: Write | None = None
        if is_list_type(inner):
            item = self._write(place, inner.of_type)
            write = item and leaves.list_of(item)
        elif is_object_type(inner):
            selection = self.find(inner, place.details)
            write = leaves.object_of(inner, selection.write) if selection and selection.is_plain else None
        return leaves.nullable(write) if write and is_nullable else write

    def _completion(self, place: Place, output: GraphQLOutputType) -> Completion:
        return Completion(place, output, self._complete(place, output))

    def _complete(self, place: Place, output: GraphQLOutputType) -> Complete:
        if not _is_plain(place.nodes):
            return by_core(place, output)
        write = self._write(place, output)
        if write is not None:
            return by_writing(place, output, write)
        inner = get_nullable_type(output)
        complete: Complete | None = None
        if is_list_type(inner):
            complete = by_item(place, inner, self._completion(place, inner.of_type))
        elif is_object_type(inner) and (selection := self.find(inner, place.details)) is not None:
            complete = by_selection(place, inner, selection)
        if complete is None:
            return by_core(place, output)
        return by_requiring(place, complete) if is_non_null_type(output) else complete


def _is_plain(nodes: list[FieldNode]) -> bool:
    """Whether no directive says anything of how fields are run."""
    return all(directive.name.value in _CONDITIONS for node in nodes for directive in node.directives or ())
