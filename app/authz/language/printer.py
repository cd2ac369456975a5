"""Writes a model as text, always in the same form: reading it gives the same model again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from app.authz.language.characters import REFUSED
from app.authz.types.model import (
    Arrow,
    Assertion,
    Computed,
    Condition,
    Direct,
    Exclusion,
    Intersection,
    Model,
    Permission,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)
from app.authz.types.tuples import RelationTuple

_HEADER = "model\n  schema 1.1\n"
_VERDICTS = {True: "true", False: "false", None: "undecided"}


def print_model(model: Model) -> str:
    """The canonical text of a model, ended by a line end. Comments are not part of a model and are not kept."""
    parts = [_HEADER]
    parts += [_print_type(kind) for kind in model.types]
    parts += [_print_condition(condition) for condition in model.conditions]
    if model.assertions:
        parts.append(_print_assertions(model.assertions))
    return "\n".join(parts)


def print_rewrite(rewrite: Rewrite) -> str:
    """`[user] or (editor but not banned)`: a rewrite as it stands after `define name:`."""
    match rewrite:
        case Direct(types):
            return f"[{', '.join(map(str, types))}]"
        case Computed(relation):
            return relation
        case Arrow(relation, tupleset):
            return f"{relation} from {tupleset}"
        case Union(parts):
            return " or ".join(map(_print_operand, parts))
        case Intersection(parts):
            return " and ".join(map(_print_operand, parts))
        case Exclusion(base, subtracted):
            return f"{_print_operand(base)} but not {_print_operand(subtracted)}"


def print_relation(relation: Relation) -> str:
    """`define parent: [folder] hierarchy`."""
    return f"define {relation.name}: {print_rewrite(relation.rewrite)}{' hierarchy' if relation.is_hierarchy else ''}"


def print_permission(permission: Permission) -> str:
    """`define edit: editor policy business_hours`."""
    return f"define {permission.name}: {permission.relation}" + (
        f" policy {permission.policy}" if permission.policy else ""
    )


def print_parameters(condition: Condition) -> str:
    """`ip: ipaddress, networks: list<string>`."""
    return ", ".join(f"{parameter.name}: {parameter.type}" for parameter in condition.parameters)


def _print_operand(rewrite: Rewrite) -> str:
    text = print_rewrite(rewrite)
    return f"({text})" if isinstance(rewrite, Union | Intersection | Exclusion) else text


def _print_type(kind: TypeDefinition) -> str:
    lines = [f"type {kind.name}"]
    if kind.relations:
        lines += ["  relations", *(f"    {print_relation(relation)}" for relation in kind.relations)]
    if kind.permissions:
        lines += ["  permissions", *(f"    {print_permission(permission)}" for permission in kind.permissions)]
    return "\n".join(lines) + "\n"


def _print_condition(condition: Condition) -> str:
    # The lines of an expression stay as they are: space may stand in a string over several lines.
    return f"condition {condition.name}({print_parameters(condition)}) {{\n  {condition.expression}\n}}\n"


def _print_assertions(assertions: Iterable[Assertion]) -> str:
    lines = ["assertions"]
    given: tuple[RelationTuple, ...] = ()
    for assertion in assertions:
        if assertion.given != given:
            given = assertion.given
            lines += ["  given", *(f"    {print_fact(fact)}" for fact in given)]
        context = f" with {_print_json(assertion.context)}" if assertion.context else ""
        lines.append(
            f"  check {assertion.subject} {assertion.action} {assertion.entity}{context}"
            f" is {_VERDICTS[assertion.expected]}"
        )
    return "\n".join(lines) + "\n"


def print_fact(fact: RelationTuple) -> str:
    """`document:1#owner@user:anne with in_office {"ip": "10.0.0.1"}`; begin and end of a tuple are not written."""
    if fact.condition is None:
        return str(fact.key)
    context = f" {_print_json(fact.condition.context)}" if fact.condition.context else ""
    return f"{fact.key} with {fact.condition.name}{context}"


def _print_json(value: Mapping[str, object]) -> str:
    # What the reader refuses as it is, JSON can say with an escape.
    text = json.dumps(dict(value), ensure_ascii=False, allow_nan=False)
    return REFUSED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
