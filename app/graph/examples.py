"""Examples in descriptions: `Example: …` at their end, a literal of GraphQL."""

from __future__ import annotations

import re
from typing import Final

from graphql import GraphQLError, GraphQLInputType, parse_const_value, value_from_ast_untyped
from graphql.utilities import validate_input_literal

_EXAMPLE: Final = re.compile(r"\s*Example: `(.+)`$", re.DOTALL)


def find_example(description: str | None) -> str | None:
    """The literal of the example that a description ends with."""
    found = _EXAMPLE.search(description or "")
    return found[1] if found else None


def without_example(description: str | None) -> str:
    """The description's own words."""
    return _EXAMPLE.sub("", description or "")


def find_faults(literal: str, kind: GraphQLInputType) -> list[str]:
    """Why an example is no value of a type; empty when it is one."""
    faults: list[str] = []
    try:
        value = parse_const_value(literal)
    except GraphQLError as error:
        return [error.message]
    validate_input_literal(value, kind, lambda error, _: faults.append(error.message))
    return faults


def read_value(literal: str) -> object:
    """The example as a JSON value, for variables."""
    return value_from_ast_untyped(parse_const_value(literal))
