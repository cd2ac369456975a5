"""Names: their characters, their length, and that each is given once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.authz.language import limits
from app.authz.language.checks.scope import Report, Scope
from app.authz.types.model import Position, TypeDefinition

# As the grammar's NAME and PARAMETER.
NAME = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_]))*")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POLICY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_RESERVED = frozenset({"self", "this"})
WORDS = frozenset({"and", "or", "from", "with", "define", "relations", "condition"})

Named = tuple[str, Position | None]


def check_names(scope: Scope, report: Report) -> None:
    """Report names that are malformed, too long, reserved, or given twice."""
    model = scope.model
    _check_each("type", "The model", [(kind.name, kind.at) for kind in model.types], report)
    for kind in model.types:
        _check_members(kind, report)
    _check_each("condition", "The model", [(each.name, each.at) for each in model.conditions], report)
    for condition in model.conditions:
        parameters = [(each.name, each.at) for each in condition.parameters]
        _check_twice("parameter", f"`{condition.name}`", parameters, report)
        for name, at in parameters:
            if not _PARAMETER.fullmatch(name) or len(name) > limits.MAX_RELATION_NAME:
                reason = f"`{name}` cannot name a parameter: letters, digits and `_`, at most 50, no digit first."
                report.error("authz_model_name", reason, at)


def _check_members(kind: TypeDefinition, report: Report) -> None:
    owner = f"`{kind.name}`"
    relations = [(each.name, each.at) for each in kind.relations]
    _check_each("relation", owner, relations, report)
    _check_each("permission", owner, [(each.name, each.at) for each in kind.permissions], report)
    names = {name for name, _ in relations}
    for permission in kind.permissions:
        if permission.name in names:
            reason = f"`{kind.name}` has a relation `{permission.name}` already; a permission needs another name."
            report.error("authz_model_name_taken", reason, permission.at)
        if permission.policy is not None and not _POLICY.fullmatch(permission.policy):
            reason = f"`{permission.policy}` cannot name a policy: a small letter, then those, digits, `_` and `-`."
            report.error("authz_model_policy_name", reason, permission.relation_at or permission.at)


def _check_each(what: str, owner: str, names: list[Named], report: Report) -> None:
    longest = limits.MAX_TYPE_NAME if what == "type" else limits.MAX_RELATION_NAME
    for name, at in names:
        if name in _RESERVED and what != "condition":
            report.error("authz_model_reserved_name", f"`{name}` is reserved and cannot name a {what}.", at)
        elif name in WORDS:
            reason = f"`{name}` is a word of the language and cannot name a {what}."
            report.error("authz_model_reserved_name", reason, at)
        elif len(name) > longest:
            reason = f"The name of this {what} has {len(name)} characters; at most {longest} may be."
            report.error("authz_model_name", reason, at)
        elif not NAME.fullmatch(name):
            reason = f"`{name}` cannot name a {what}: letters, digits, `_`, `-`, `.` and `/`, first a letter or `_`."
            report.error("authz_model_name", reason, at)
    _check_twice(what, owner, names, report)


def _check_twice(what: str, owner: str, names: Iterable[Named], report: Report) -> None:
    first: dict[str, Position | None] = {}
    for name, at in names:
        if name not in first:
            first[name] = at
            continue
        before = first[name]
        where = f" in line {before.line}" if before else ""
        report.error("authz_model_duplicate", f"{owner} defines the {what} `{name}` already{where}.", at)
