"""Questions: what they mean under the models in force, what has to be found out, and what follows from that.

The order is that of the specification: bypasses, the model, the permission's relation, tuples, conditions,
the permission's policy; otherwise no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from app.authz.engine.judge import NOT_ASKED, Verdicts
from app.authz.engine.lookups import Node
from app.authz.engine.policies import PolicyName, PolicyVerdict
from app.authz.engine.schema import Schema
from app.authz.engine.strata import build_strata
from app.authz.engine.undecided import find_unasked, find_undecided
from app.authz.engine.values import FALSE, TRUE, Bound
from app.authz.engine.walk import Strata, Walk
from app.authz.errors import (
    ActionUnknown,
    ContextualForbidden,
    IdentifierInvalid,
    TooManyContextual,
    TypeUnknown,
)
from app.authz.types.answers import Check, Decision
from app.authz.types.model import Permission
from app.authz.types.tuples import EVERY, GUARDING_TYPES, PLATFORM, SUPER_ADMIN, RelationTuple, policy_of
from app.kit.errors import AppError

MAX_CONTEXTUAL: Final = 100
FULL_ACCESS: Final = "full_access"
CLIENTS: Final = "clients"
_NO_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a check. `bypass` is the relation that allowed it past its model."""

    decision: Decision
    problem: AppError | None = None
    bypass: Node | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A check that policies have to be asked about first.

    Attributes:
        is_last: only the policy of the permission: its verdict is the answer.
    """

    check: Check
    policies: tuple[PolicyName, ...]
    is_last: bool


@dataclass(slots=True)
class Ruleset:
    """A schema with what is derived from it once.

    Attributes:
        is_bypass_on: super admins pass the models by.
        has_bypasses: whoever passes them by is asked about; else only what the models themselves say counts.
    """

    schema: Schema
    is_bypass_on: bool = True
    strata: Strata = field(init=False)
    has_bypasses: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.strata = build_strata(self.schema)

    def without_bypasses(self) -> Ruleset:
        """The same models, which nobody passes by."""
        made = copy(self)
        made.has_bypasses = False
        return made


@dataclass(slots=True)
class Question:
    """A check on its way through the engine."""

    check: Check
    walk: Walk
    root: Node
    bypasses: tuple[Node, ...]
    permission: Permission | None
    problem: AppError | None = None
    scope: str = ""

    @property
    def value(self) -> Bound:
        return self.walk.bound(self.root)


def find_problem(schema: Schema, check: Check) -> AppError | None:
    """Why a check means nothing under this schema: an unknown name, a contextual tuple it forbids. It is denied."""
    if check.entity.type not in schema.types:
        return TypeUnknown(check.entity.type, "entity")
    if check.subject.type not in schema.types:
        return TypeUnknown(check.subject.type, "subject")
    entity_type = schema.types[check.entity.type]
    if check.action not in entity_type.permissions and check.action not in entity_type.relations:
        return ActionUnknown(check.entity.type, check.action, "action")
    if check.subject.relation and schema.relation(check.subject.type, check.subject.relation) is None:
        return ActionUnknown(check.subject.type, check.subject.relation, "subject")
    if not is_text(check.entity.id) or not is_text(check.subject.id):
        return IdentifierInvalid("subject" if is_text(check.entity.id) else "entity", "id")
    return _find_contextual_problem(schema, check.contextual)


def _find_contextual_problem(schema: Schema, contextual: Sequence[RelationTuple]) -> AppError | None:
    if len(contextual) > MAX_CONTEXTUAL:
        return TooManyContextual(MAX_CONTEXTUAL)
    for n, each in enumerate(contextual):
        key, condition = each.key, each.condition.name if each.condition else None
        relation = schema.relation(key.entity_type, key.relation)
        is_fit = relation is not None and relation.allows(key, condition)
        if not is_fit or (policy_of(each.condition) is not None and guards_auther(schema, key.entity_type)):
            return ContextualForbidden(str(key), n)
        if not is_text(key.entity_id) or not is_text(key.subject_id):
            return IdentifierInvalid("contextualTuples", str(n))
    return None


def is_text(identifier: str) -> bool:
    """Whether an identifier can be looked up: PostgreSQL knows no NUL and no halves of surrogate pairs."""
    return (identifier.isascii() and "\0" not in identifier) or not _NO_TEXT.search(identifier)


def make_question(rules: Ruleset, walk: Walk, check: Check) -> Question:
    """Ask a walk what a check needs."""
    permission, root = rules.schema.permission(check.entity.type, check.action), root_of(rules.schema, check)
    bypasses = _bypasses(rules, check) if permission else ()
    for node in (root, *bypasses):
        walk.ask(node)
    return Question(check, walk, root, bypasses, permission, scope=rules.schema.types[check.entity.type].scope)


def _bypasses(rules: Ruleset, check: Check) -> tuple[Node, ...]:
    """The relations that give every permission: the platform's super admin, full access to the client."""
    if not rules.has_bypasses:
        return ()
    scope = rules.schema.types[check.entity.type].scope
    nodes = [Node(PLATFORM, EVERY, SUPER_ADMIN)] if rules.is_bypass_on else []
    if scope:
        nodes.append(Node(CLIENTS, scope, FULL_ACCESS))
    return tuple(node for node in nodes if rules.schema.relation(node.type, node.relation))


def root_of(schema: Schema, check: Check) -> Node:
    """The relation to the entity that a check comes down to."""
    permission = schema.permission(check.entity.type, check.action)
    return Node(check.entity.type, check.entity.id, permission.relation if permission else check.action)


def asks_itself(schema: Schema, check: Check) -> bool:
    """Whether a userset is asked about as a subject of itself."""
    subject = check.subject
    return bool(subject.relation) and root_of(schema, check) == (subject.type, subject.id, subject.relation)


def guards_auther(schema: Schema, type_name: str) -> bool:
    """Whether a type guards a part of Auther itself: no policy has a say in that."""
    found = schema.types.get(type_name)
    return found is not None and not found.scope and found.name in GUARDING_TYPES


def has_policy(schema: Schema, check: Check) -> bool:
    """Whether a check is about a permission that has a policy."""
    permission = schema.permission(check.entity.type, check.action)
    return permission is not None and permission.policy is not None


def conclude(
    rules: Ruleset, question: Question, verdicts: Verdicts = NOT_ASKED, *, is_short: bool = False
) -> Resolution | Pending:
    """The decision: bypass, then problem, then relation, then policy; or which policies have to be asked for it.

    A bypass counts by tuples without a policy only, as for the guards of Auther itself.

    Args:
        verdicts: what policies said about this very question.
        is_short: the walk met tuples with policies that were not asked.
    """
    for node in question.bypasses if not verdicts else ():
        if question.walk.bound(node)[0] == TRUE:
            return Resolution(Decision.ALLOWED, bypass=node)
    low, high = question.value
    if low != TRUE and question.problem is not None:
        return Resolution(Decision.UNDECIDED, question.problem)
    if high == FALSE:
        return Resolution(Decision.DENIED)
    policy = question.permission.policy if question.permission else None
    if low == TRUE and (policy is None or question.walk.conditioned_bound(question.root)[0] == TRUE):
        # A tuple that has a condition of its own needs no second opinion.
        return Resolution(Decision.ALLOWED)
    own = PolicyName(question.scope, policy) if low == TRUE and policy is not None else None
    if (pending := _find_pending(rules, question, own, verdicts, is_short=is_short)) is not None:
        return pending
    if own is None:
        return Resolution(Decision.UNDECIDED, find_undecided(question.walk, question.root))
    return decide_by(verdicts[own])


def _find_pending(
    rules: Ruleset, question: Question, own: PolicyName | None, verdicts: Verdicts, *, is_short: bool
) -> Pending | None:
    """The policies that have to be asked, the permission's own last."""
    asked: list[PolicyName] = []
    if is_short and not guards_auther(rules.schema, question.check.entity.type):
        asked = find_unasked(question.walk, question.root)
    names = [*asked, *([own] if own is not None and own not in verdicts and own not in asked else [])]
    return Pending(question.check, tuple(names), is_last=not asked) if names else None


def decide_by(verdict: PolicyVerdict) -> Resolution:
    """The answer where the policy of the permission has the last word."""
    if verdict.value is None:
        return Resolution(Decision.UNDECIDED, verdict.problem)
    return Resolution(Decision.ALLOWED if verdict.value else Decision.DENIED)
