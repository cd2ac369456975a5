"""Models as JSON: which of three forms a document has, and our own form written."""

from __future__ import annotations

from app.authz.language.json_openfga import model_to_openfga, read_openfga
from app.authz.language.json_own import read_own, read_single
from app.authz.language.json_values import Value
from app.authz.language.printer import print_rewrite
from app.authz.language.problems import ModelProblems
from app.authz.language.rewrites import walk
from app.authz.language.text import find_excess
from app.authz.types.model import Assertion, Condition, Direct, Model, Relation, TypeDefinition, Union
from app.authz.types.tuples import RelationTuple, policy_of

__all__ = ["model_from_json", "model_to_json", "model_to_openfga"]


def model_from_json(value: object, *, type_name: str | None = None) -> Model:
    """The model that a JSON document describes, without positions.

    Three forms are read: our own (`types`), the older one of a single type (`relations`, with the type's name given
    as `type_name`), and that of OpenFGA's API (`type_definitions`).

    Raises:
        ModelProblems: something has another shape, or there is too much of it; the problem names the path.
    """
    root = Value(value)
    parts = root.fields()
    if "type_definitions" in parts:
        model = read_openfga(root)
    elif "types" in parts:
        model = read_own(root)
    elif "relations" in parts or "permissions" in parts:
        if type_name is None:
            root.refuse("This form is of one type and does not say its name; expected `types`.")
        model = read_single(root, type_name)
    else:
        root.refuse("Expected `types`, or `type_definitions` as OpenFGA writes them.")
    if problems := find_excess(model):
        raise ModelProblems(problems)
    return model


def model_to_json(model: Model) -> dict[str, object]:
    """Our own form of a model; `model_from_json` gives the same model again. Names must not be given twice."""
    found: dict[str, object] = {"types": {kind.name: _write_type(kind) for kind in model.types}}
    if model.conditions:
        found["conditions"] = {each.name: _write_condition(each) for each in model.conditions}
    if model.assertions:
        found["assertions"] = [_write_assertion(each) for each in model.assertions]
    return found


def _write_type(kind: TypeDefinition) -> dict[str, object]:
    found: dict[str, object] = {}
    if kind.relations:
        found["relations"] = {each.name: _write_relation(each) for each in kind.relations}
    if kind.permissions:
        found["permissions"] = {
            each.name: {"relation": each.relation} | ({"policy": each.policy} if each.policy else {})
            for each in kind.permissions
        }
    return found


def _write_relation(relation: Relation) -> dict[str, object]:
    found = _write_rewrite(relation)
    if relation.is_hierarchy:
        found["hierarchy"] = True
    return found


def _write_rewrite(relation: Relation) -> dict[str, object]:
    """Direct types as `subjects` where they stand alone or first in a union; else the whole as text."""
    rewrite = relation.rewrite
    if isinstance(rewrite, Direct):
        return {"subjects": [str(each) for each in rewrite.types]}
    if isinstance(rewrite, Union) and isinstance(rewrite.parts[0], Direct):
        first, *others = rewrite.parts
        rest = others[0] if len(others) == 1 else Union(tuple(others))
        # `[user] or (a or b)` is not `[user] or a or b`.
        is_nested = len(others) == 1 and isinstance(rest, Union)
        if not is_nested and isinstance(first, Direct) and not any(isinstance(each, Direct) for each in walk(rest)):
            return {"subjects": [str(each) for each in first.types], "rewrite": print_rewrite(rest)}
    return {"rewrite": print_rewrite(rewrite)}


def _write_condition(condition: Condition) -> dict[str, object]:
    parameters = {each.name: str(each.type) for each in condition.parameters}
    return {"parameters": parameters, "expression": condition.expression}


def _write_assertion(assertion: Assertion) -> dict[str, object]:
    found: dict[str, object] = {
        "subject": assertion.subject,
        "action": assertion.action,
        "entity": assertion.entity,
        "expected": assertion.expected,
    }
    if assertion.given:
        found["given"] = [_write_fact(each) for each in assertion.given]
    if assertion.context:
        found["context"] = dict(assertion.context)
    return found


def _write_fact(fact: RelationTuple) -> str | dict[str, object]:
    if fact.condition is None:
        return str(fact.key)
    policy = policy_of(fact.condition)
    if policy is not None:
        return {"tuple": str(fact.key), "policy": policy}
    found: dict[str, object] = {"tuple": str(fact.key), "condition": fact.condition.name}
    if fact.condition.context:
        found["context"] = dict(fact.condition.context)
    return found
