"""An operation of a document that is kept: everything of it that does not change from request to request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from app.graph.plans.calls import Calls
from app.graph.plans.plans import Plan, Room
from app.graph.plans.variables import Variables

# Ways in which the conditions of one operation turn out that are planned; of others, graphql-core runs each.
MAX_PLANS: Final = 8
# Characters of a document for each field that is planned of it: with aliases and arguments, none takes fewer.
_CHARACTERS_OF_A_FIELD: Final = 3
_CONDITIONS: Final = frozenset({"skip", "include"})


class PlannedOperation:
    """An operation, its fragments, its variables and its plans."""

    def __init__(
        self, schema: GraphQLSchema, calls: Calls, document: DocumentNode, definition: OperationDefinitionNode
    ) -> None:
        self.definition = definition
        self.fragment_definitions = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.fragments = {name: FragmentDetails(each, None) for name, each in self.fragment_definitions.items()}
        self.variables = Variables(schema, definition)
        self._schema, self._calls = schema, calls
        self._conditions = tuple(sorted(_find_conditions(document)))
        self._plans: dict[tuple[bool, ...], Plan] = {}
        self._room = Room(_length_of(document) // _CHARACTERS_OF_A_FIELD)

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The variables that are given, coerced, or what is wrong with them."""
        return self.variables.coerce(given)

    def plan(self, variables: VariableValues) -> Plan | None:
        """The plan for these variables; None if graphql-core has to run it."""
        turned_out = tuple(variables.coerced.get(name) for name in self._conditions)
        known = self._plans.get(turned_out)  # type: ignore[arg-type]
        if known is not None:
            return known
        if len(self._plans) >= MAX_PLANS or not all(isinstance(value, bool) for value in turned_out):
            return None
        conditions = dict(zip(self._conditions, map(bool, turned_out), strict=True))
        plan = Plan(
            self._schema,
            self.definition,
            calls=self._calls,
            fragments=self.fragments,
            conditions=conditions,
            room=self._room,
        )
        self._plans[tuple(conditions.values())] = plan
        return plan


def _find_conditions(document: DocumentNode) -> set[str]:
    """The variables that say what is left out."""
    definitions = document.definitions
    executable = (each for each in definitions if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode))
    return {name for each in executable for name in _conditions_below(each.selection_set)}


def _conditions_below(selections: SelectionSetNode | None) -> Iterator[str]:
    for node in selections.selections if selections else ():
        yield from _conditions_of(node)
        yield from _conditions_below(getattr(node, "selection_set", None))


def _conditions_of(node: SelectionNode) -> Iterator[str]:
    for directive in node.directives or ():
        if directive.name.value in _CONDITIONS:
            values = (argument.value for argument in directive.arguments or ())
            yield from (value.name.value for value in values if isinstance(value, VariableNode))


def _length_of(document: DocumentNode) -> int:
    return len(document.loc.source.body) if document.loc else 0
