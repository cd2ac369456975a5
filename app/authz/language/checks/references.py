"""What names refer to: types, relations and conditions that are there, and can be used so."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.authz.language.checks.scope import Report, Scope
from app.authz.language.rewrites import direct_types, walk
from app.authz.types.model import (
    Arrow,
    Computed,
    Condition,
    Direct,
    DirectType,
    Intersection,
    ParameterType,
    Permission,
    Position,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)

_PARAMETER_TYPES = ("bool", "string", "int", "uint", "double", "duration", "timestamp", "ipaddress", "any")
_CONTAINERS = ("list", "map")


def check_references(scope: Scope, report: Report) -> None:
    """Report names that refer to nothing, or to what cannot stand there."""
    for kind in scope.model.types:
        for relation in kind.relations:
            _check_rewrite(scope, report, kind, relation)
            if relation.is_hierarchy:
                _check_hierarchy(report, kind, relation)
        for permission in kind.permissions:
            _check_permission(scope, report, kind, permission)
    _check_conditions(scope, report)


def _check_rewrite(scope: Scope, report: Report, kind: TypeDefinition, relation: Relation) -> None:
    directs = 0
    for part in walk(relation.rewrite):
        match part:
            case Direct():
                directs += 1
                _check_direct(scope, report, f"{kind.name}#{relation.name}", part)
                if directs == 2:
                    reason = f"`{kind.name}#{relation.name}` lists types twice; put them into one pair of `[ ]`."
                    report.error("authz_model_direct_twice", reason, part.at)
            case Computed(name):
                _check_relation(scope, report, kind.name, name, part.at)
            case Arrow():
                _check_arrow(scope, report, kind.name, part)
            case Union(parts) | Intersection(parts) if repeated := _find_repeated(parts):
                reason = f"`{kind.name}#{relation.name}` names the same thing twice beside one operator."
                report.warning("authz_model_repeated", reason, getattr(repeated, "at", None) or relation.at)
            case _:
                pass


def _find_repeated(parts: Iterable[Rewrite]) -> Rewrite | None:
    seen: set[Rewrite] = set()
    for part in parts:
        if part in seen:
            return part
        seen.add(part)
    return None


def _check_relation(scope: Scope, report: Report, kind: str, name: str, at: Position | None) -> bool:
    candidates = scope.relations_of(kind)
    if name in candidates:
        return True
    if name in scope.permissions_of(kind):
        reason = f"`{name}` is a permission of `{kind}`; name the relation that it needs."
        report.error("authz_model_unknown_relation", reason, at)
        return False
    reason = f"`{kind}` has no relation `{name}`."
    report.unknown("authz_model_unknown_relation", reason, at, (name, candidates))
    return False


def _check_direct(scope: Scope, report: Report, owner: str, direct: Direct) -> None:
    if not direct.types:
        report.error("authz_model_no_types", f"`{owner}` has `[ ]` without a type.", direct.at)
    seen: set[DirectType] = set()
    for kind in direct.types:
        if kind.type not in scope.types():
            reason = f"There is no type `{kind.type}`."
            report.unknown("authz_model_unknown_type", reason, kind.at, (kind.type, scope.types()))
        elif kind.relation:
            _check_relation(scope, report, kind.type, kind.relation, kind.at)
        if kind.condition is not None and kind.condition not in scope.conditions:
            reason = f"There is no condition `{kind.condition}`."
            report.unknown("authz_model_unknown_condition", reason, kind.at, (kind.condition, scope.conditions.keys()))
        if kind in seen:
            report.warning("authz_model_repeated", f"`{owner}` lists `{kind}` twice.", kind.at)
        seen.add(kind)


def _check_arrow(scope: Scope, report: Report, kind: str, arrow: Arrow) -> None:
    at = arrow.tupleset_at or arrow.at
    if not _check_relation(scope, report, kind, arrow.tupleset, at):
        return
    relation = scope.relations[kind][arrow.tupleset]
    shown = f"`{kind}#{arrow.tupleset}`"
    if not isinstance(relation.rewrite, Direct):
        reason = f"`from` follows stored tuples only, but {shown} is more than `[…]`."
        report.error("authz_model_tupleset", reason, at)
        return
    types = relation.rewrite.types
    if indirect := next((each for each in types if each.relation or each.is_wildcard), None):
        reason = f"`from` follows single entities only, but {shown} allows `{indirect}`."
        report.error("authz_model_tupleset", reason, at)
        return
    names = [each.type for each in types if each.type in scope.types()]
    if names and not any(arrow.relation in scope.relations_of(name) for name in names):
        candidates = {relation for name in names for relation in scope.relations_of(name)}
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        reason = f"No type that {shown} leads to ({listed}) has a relation `{arrow.relation}`."
        report.unknown("authz_model_unknown_relation", reason, arrow.at, (arrow.relation, candidates))


def _check_hierarchy(report: Report, kind: TypeDefinition, relation: Relation) -> None:
    for each in direct_types(relation):
        if each.type == kind.name and not each.is_wildcard and each.relation in {"", relation.name}:
            return
    reason = f"`{kind.name}#{relation.name}` is no hierarchy: no tuple of it can lead to another."
    hint = f"Expected `{kind.name}` or `{kind.name}#{relation.name}` in its `[ ]`."
    report.error("authz_model_hierarchy", reason, relation.at, hint=hint)


def _check_permission(scope: Scope, report: Report, kind: TypeDefinition, permission: Permission) -> None:
    at = permission.relation_at or permission.at
    if permission.relation not in {each.name for each in kind.relations}:
        _check_relation(scope, report, kind.name, permission.relation, at)


def check_policies(scope: Scope, known: Collection[str], report: Report) -> None:
    """Report permissions that name a policy which is not there."""
    for kind in scope.model.types:
        for permission in kind.permissions:
            if permission.policy is not None and permission.policy not in known:
                reason = f"There is no policy `{permission.policy}`."
                at = permission.policy_at or permission.at
                report.unknown("authz_model_unknown_policy", reason, at, (permission.policy, known))


def _check_conditions(scope: Scope, report: Report) -> None:
    used = {
        each.condition
        for kind in scope.model.types
        for relation in kind.relations
        for each in direct_types(relation)
        if each.condition
    }
    for condition in scope.model.conditions:
        if condition.name not in used:
            reason = f"The condition `{condition.name}` is not used."
            report.warning("authz_model_unused_condition", reason, condition.at)
        for parameter in condition.parameters:
            _check_parameter_type(report, condition, parameter.type, parameter.at)


def _check_parameter_type(report: Report, condition: Condition, kind: ParameterType, at: Position | None) -> None:
    code, shown = "authz_model_parameter_type", f"`{condition.name}`"
    if kind.name in _CONTAINERS:
        if kind.item is None:
            reason = f"A parameter of {shown} is a `{kind.name}` of nothing; say of what, as in `{kind.name}<string>`."
            report.error(code, reason, at)
        else:
            _check_parameter_type(report, condition, kind.item, at)
    elif kind.name not in _PARAMETER_TYPES:
        reason = f"A parameter of {shown} has the type `{kind.name}`, which there is not."
        report.unknown(code, reason, at, (kind.name, (*_PARAMETER_TYPES, *_CONTAINERS)))
    elif kind.item is not None:
        report.error(code, f"A parameter of {shown} is a `{kind}`, but a `{kind.name}` has no items.", at)
