"""Our own JSON form of a model, read and written.

Of a relation: `subjects` (whoever a tuple names), `rewrite` (text of the modelling language), `implies` (relations that
whoever has this one has too; the older name is `union`), `hierarchy`. With `subjects` and `rewrite` either suffices.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.authz.language.json_parts import read_assertion, read_condition
from app.authz.language.json_values import Value
from app.authz.language.problems import ModelProblems, suggest
from app.authz.language.rewrites import walk, without_places
from app.authz.language.text import parse_rewrite
from app.authz.types.model import (
    Assertion,
    Computed,
    Condition,
    Direct,
    DirectType,
    Model,
    Permission,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)

# Who may stand in a tuple of a relation that says nothing of it.
DEFAULT_SUBJECTS = (
    DirectType("user"),
    DirectType("apikey"),
    DirectType("client"),
    DirectType("group", "member"),
)
_RELATION_FIELDS = ("subjects", "rewrite", "implies", "union", "hierarchy")


def read_own(root: Value) -> Model:
    """A model from `{"types": …, "conditions": …, "assertions": …}`.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    parts = root.fields(("types", "conditions", "assertions"))
    types = [read_type(name, value) for name, value in parts["types"].fields().items()]
    return Model(tuple(types), *_read_rest(parts))


def read_single(root: Value, type_name: str) -> Model:
    """A model of one type from the older form, which leaves the type's name to the caller.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    parts = root.fields(("relations", "permissions", "conditions", "assertions"))
    body = {name: part.value for name, part in parts.items() if name in {"relations", "permissions"}}
    return Model((read_type(type_name, Value(body, root.path)),), *_read_rest(parts))


def read_type(name: str, value: Value) -> TypeDefinition:
    """One type with its relations and permissions.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    value.checked_name(name, "type")
    parts = value.fields(("relations", "permissions"))
    relations = _read_relations(parts["relations"]) if "relations" in parts else ()
    permissions = parts["permissions"].fields() if "permissions" in parts else {}
    return TypeDefinition(
        name, relations, tuple(_read_permission(action, each) for action, each in permissions.items())
    )


def _read_relations(value: Value) -> tuple[Relation, ...]:
    found: dict[str, Relation] = {}
    implied: list[tuple[str, Value]] = []
    for name, each in value.fields().items():
        each.checked_name(name, "relation")
        parts = each.fields(_RELATION_FIELDS) if each.value is not None else {}
        is_hierarchy = parts["hierarchy"].flag() if "hierarchy" in parts else False
        found[name] = Relation(name, _read_rewrite(parts), is_hierarchy)
        implied += [(name, item) for key in ("implies", "union") if key in parts for item in parts[key].items()]
    for name, item in implied:
        target = item.text()
        if target not in found or target == name:
            reason = f"`{name}` cannot imply `{target[:64]}`: there is no such other relation."
            item.refuse(reason, hint=suggest(target, found.keys() - {name}), code="authz_model_unknown_relation")
        found[target] = _add_implied(found[target], name)
    return tuple(found.values())


def _add_implied(relation: Relation, by: str) -> Relation:
    parts = relation.rewrite.parts if isinstance(relation.rewrite, Union) else (relation.rewrite,)
    if Computed(by) in parts:
        return relation
    return Relation(relation.name, Union((*parts, Computed(by))), relation.is_hierarchy)


def _read_rewrite(parts: Mapping[str, Value]) -> Rewrite:
    if "rewrite" not in parts:
        return _read_subjects(parts["subjects"]) if "subjects" in parts else Direct(DEFAULT_SUBJECTS)
    value = parts["rewrite"]
    rewrite = _parse(value, value.text())
    if "subjects" not in parts:
        return rewrite
    if any(isinstance(each, Direct) for each in walk(rewrite)):
        value.refuse("Expected a rewrite without `[…]`, because `subjects` stands beside it.")
    rest = rewrite.parts if isinstance(rewrite, Union) else (rewrite,)
    return Union((_read_subjects(parts["subjects"]), *rest))


def _parse(value: Value, text: str) -> Rewrite:
    try:
        return without_places(parse_rewrite(text))
    except ModelProblems as problems:
        value.refuse_for(problems)


def _read_subjects(value: Value) -> Direct:
    types: list[DirectType] = []
    for item in value.items():
        found = _parse(item, f"[{item.text()}]")
        if not isinstance(found, Direct) or len(found.types) != 1:
            item.refuse("Expected one type such as `user`, `user:*`, `group#member` or `user with condition`.")
        types += found.types
    if not types:
        value.refuse("Expected at least one type.", code="authz_model_no_types")
    return Direct(tuple(types))


def _read_permission(name: str, value: Value) -> Permission:
    value.checked_name(name, "permission")
    if isinstance(value.value, str):
        return Permission(name, value.name("relation"))
    parts = value.fields(("relation", "policy"))
    if "relation" not in parts:
        value.refuse("Expected `relation`, the relation that the permission needs.")
    has_policy = "policy" in parts and parts["policy"].value is not None
    return Permission(name, parts["relation"].name("relation"), parts["policy"].name("policy") if has_policy else None)


def _read_rest(parts: Mapping[str, Value]) -> tuple[tuple[Condition, ...], tuple[Assertion, ...]]:
    conditions = parts["conditions"].fields() if "conditions" in parts else {}
    assertions = parts["assertions"].items() if "assertions" in parts else ()
    return (
        tuple(read_condition(name, value) for name, value in conditions.items()),
        tuple(read_assertion(value) for value in assertions),
    )
