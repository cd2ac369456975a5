"""Models in the JSON of OpenFGA's API, read and written.

Source: https://openfga.dev/docs/configuration-language (schema 1.1, `type_definitions`).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.authz.language.json_parts import read_expression, read_parameter_name
from app.authz.language.json_values import Value
from app.authz.language.limits import MAX_NESTING
from app.authz.language.rewrites import direct_types
from app.authz.types.model import (
    Arrow,
    Computed,
    Condition,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Model,
    Parameter,
    ParameterType,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)

_VERSIONS = {"1.1", "1.2"}
_PREFIX = "TYPE_NAME_"
# Names of the protocol buffers, which some clients write instead of those of their JSON form.
_SNAKE = {"computed_userset": "computedUserset", "tuple_to_userset": "tupleToUserset"}
_KINDS = ("this", "computedUserset", "tupleToUserset", "union", "intersection", "difference")


def read_openfga(root: Value) -> Model:
    """A model from what OpenFGA's API gives.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    parts = root.fields()
    version = parts.get("schema_version")
    if version and version.value not in _VERSIONS:
        version.refuse("Only schema 1.1 is supported.", code="authz_model_version")
    types = tuple(_read_type(each) for each in parts["type_definitions"].items())
    conditions = _optional(parts, "conditions")
    return Model(types, tuple(_read_condition(name, each) for name, each in conditions.items()))


def _optional(parts: Mapping[str, Value], name: str) -> dict[str, Value]:
    """The fields of an object that may be left out or null."""
    value = parts.get(name)
    return value.fields() if value and value.value is not None else {}


def _read_type(value: Value) -> TypeDefinition:
    parts = value.fields()
    if "type" not in parts:
        value.refuse("Expected `type`, the name.")
    restrictions = _optional(_optional(parts, "metadata"), "relations")
    relations = []
    for name, rewrite in _optional(parts, "relations").items():
        rewrite.checked_name(name, "relation")
        types = _optional_items(_optional(restrictions, name), "directly_related_user_types")
        direct = Direct(tuple(_read_direct_type(each) for each in types))
        relations.append(Relation(name, _read_rewrite(rewrite, direct, 0)))
    return TypeDefinition(parts["type"].name("type"), tuple(relations))


def _optional_items(parts: Mapping[str, Value], name: str) -> list[Value]:
    value = parts.get(name)
    return list(value.items()) if value and value.value is not None else []


def _read_direct_type(value: Value) -> DirectType:
    parts = value.fields()
    if "type" not in parts:
        value.refuse("Expected `type`.")
    relation = parts["relation"].name("relation") if "relation" in parts and parts["relation"].value else ""
    condition = parts["condition"].name("condition") if "condition" in parts and parts["condition"].value else None
    is_wildcard = "wildcard" in parts and parts["wildcard"].value is not None
    if relation and is_wildcard:
        value.refuse("A type has a `relation` or a `wildcard`, not both.")
    return DirectType(parts["type"].name("type"), relation, is_wildcard, condition)


def _read_rewrite(value: Value, direct: Direct, depth: int) -> Rewrite:
    if depth > MAX_NESTING:
        value.refuse(f"Rewrites nest deeper than {MAX_NESTING} levels here.", code="authz_model_nesting")
    kinds = [(_SNAKE.get(name, name), each) for name, each in value.fields().items() if each.value is not None]
    if len(kinds) != 1 or kinds[0][0] not in _KINDS:
        value.refuse(f"Expected exactly one of {', '.join(f'`{kind}`' for kind in _KINDS)}.")
    kind, inner = kinds[0]
    if kind == "this":
        if not direct.types:
            inner.refuse("`this` needs `directly_related_user_types` in the metadata.", code="authz_model_no_types")
        return direct
    if kind == "computedUserset":
        return Computed(_read_name(inner, "relation"))
    return _read_arrow(inner) if kind == "tupleToUserset" else _read_operator(kind, inner, direct, depth + 1)


def _read_operator(kind: str, value: Value, direct: Direct, depth: int) -> Rewrite:
    parts = value.fields()
    if kind == "difference":
        if not {"base", "subtract"} <= parts.keys():
            value.refuse("Expected `base` and `subtract`.")
        return Exclusion(_read_rewrite(parts["base"], direct, depth), _read_rewrite(parts["subtract"], direct, depth))
    children = [_read_rewrite(each, direct, depth) for each in _optional_items(parts, "child")]
    if not children:
        value.refuse("Expected at least one `child`.")
    if len(children) == 1:
        return children[0]
    return Union(tuple(children)) if kind == "union" else Intersection(tuple(children))


def _read_arrow(value: Value) -> Arrow:
    parts = {_SNAKE.get(name, name): each for name, each in value.fields().items()}
    if not {"tupleset", "computedUserset"} <= parts.keys():
        value.refuse("Expected `tupleset` and `computedUserset`.")
    return Arrow(_read_name(parts["computedUserset"], "relation"), _read_name(parts["tupleset"], "relation"))


def _read_name(value: Value, name: str) -> str:
    parts = value.fields()
    if name not in parts:
        value.refuse(f"Expected `{name}`.")
    return parts[name].name(name)


def _read_condition(name: str, value: Value) -> Condition:
    value.checked_name(name, "condition")
    parts = value.fields()
    if "expression" not in parts:
        value.refuse("Expected `expression`, the CEL text.")
    parameters = [
        Parameter(read_parameter_name(each, inner), _read_parameter_type(inner, 0))
        for each, inner in _optional(parts, "parameters").items()
    ]
    return Condition(name, tuple(parameters), read_expression(parts["expression"]))


def _read_parameter_type(value: Value, depth: int) -> ParameterType:
    parts = value.fields()
    if depth > MAX_NESTING or "type_name" not in parts:
        value.refuse("Expected `type_name`.")
    items = _optional_items(parts, "generic_types")
    if len(items) > 1:
        items[1].refuse("Expected one type of items.")
    name = parts["type_name"].text().removeprefix(_PREFIX).lower()
    parts["type_name"].checked_name(name, "type")
    return ParameterType(name, _read_parameter_type(items[0], depth + 1) if items else None)


def model_to_openfga(model: Model) -> dict[str, object]:
    """The model as OpenFGA's API takes it. Each permission becomes a relation computed from the one it needs.

    OpenFGA has no policies, hierarchies and assertions, so they are left out: a permission with a policy allows more
    there than here.
    """
    found: dict[str, object] = {
        "schema_version": "1.1",
        "type_definitions": [_write_type(kind) for kind in model.types],
    }
    if model.conditions:
        found["conditions"] = {each.name: _write_condition(each) for each in model.conditions}
    return found


def _write_type(kind: TypeDefinition) -> dict[str, object]:
    permissions = [Relation(each.name, Computed(each.relation)) for each in kind.permissions]
    relations = [*kind.relations, *permissions]
    if not relations:
        return {"type": kind.name, "relations": {}, "metadata": None}
    restrictions = {
        each.name: {"directly_related_user_types": [_write_direct_type(one) for one in direct_types(each)]}
        for each in relations
    }
    return {
        "type": kind.name,
        "relations": {each.name: _write_rewrite(each.rewrite) for each in relations},
        "metadata": {"relations": restrictions},
    }


def _write_direct_type(kind: DirectType) -> dict[str, object]:
    found: dict[str, object] = {"type": kind.type}
    if kind.relation:
        found["relation"] = kind.relation
    if kind.is_wildcard:
        found["wildcard"] = {}
    if kind.condition is not None:
        found["condition"] = kind.condition
    return found


def _write_rewrite(rewrite: Rewrite) -> dict[str, object]:
    match rewrite:
        case Direct():
            return {"this": {}}
        case Computed(relation):
            return {"computedUserset": {"relation": relation}}
        case Arrow(relation, tupleset):
            return {"tupleToUserset": {"tupleset": {"relation": tupleset}, "computedUserset": {"relation": relation}}}
        case Union(parts):
            return {"union": {"child": [_write_rewrite(part) for part in parts]}}
        case Intersection(parts):
            return {"intersection": {"child": [_write_rewrite(part) for part in parts]}}
        case Exclusion(base, subtracted):
            return {"difference": {"base": _write_rewrite(base), "subtract": _write_rewrite(subtracted)}}


def _write_condition(condition: Condition) -> dict[str, object]:
    parameters = {each.name: _write_parameter_type(each.type) for each in condition.parameters}
    return {"name": condition.name, "expression": condition.expression, "parameters": parameters}


def _write_parameter_type(kind: ParameterType) -> dict[str, object]:
    found: dict[str, object] = {"type_name": f"{_PREFIX}{kind.name.upper()}"}
    if kind.item is not None:
        found["generic_types"] = [_write_parameter_type(kind.item)]
    return found
