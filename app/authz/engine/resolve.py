"""Answers checks with any reader: many at once, sharing the round trips of each level.

The order is that of the specification: bypasses, the model, the permission's relation, tuples, conditions,
the permission's policy; otherwise no.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from app.authz.engine.formulas import Slot
from app.authz.engine.judge import Judge
from app.authz.engine.lookups import Fact, Lookup, Node, TupleReader
from app.authz.engine.overlay import Overlay
from app.authz.engine.policies import PolicyInput, PolicyVerdict, judge_policy
from app.authz.engine.schema import Schema
from app.authz.engine.strata import build_strata
from app.authz.engine.undecided import find_undecided
from app.authz.engine.values import FALSE, TRUE, Bound
from app.authz.engine.walk import Strata, Walk
from app.authz.errors import (
    ActionUnknown,
    ContextualForbidden,
    IdentifierInvalid,
    TooManyContextual,
    TooSlow,
    TypeUnknown,
    WorkExceeded,
)
from app.authz.types.answers import Check, Decision
from app.authz.types.model import Permission
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN, RelationTuple
from app.kit.errors import AppError

Observer = Callable[[int, int], None]
Judgement = Callable[[PolicyInput], Awaitable[PolicyVerdict]]

# One question, or a batch of them, takes no longer.
MAX_SECONDS: Final = 2.0
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


@dataclass(slots=True)
class Ruleset:
    """A schema with what is derived from it once."""

    schema: Schema
    is_bypass_on: bool = True
    strata: Strata = field(init=False)

    def __post_init__(self) -> None:
        self.strata = build_strata(self.schema)


@dataclass(slots=True)
class Question:
    """A check on its way through the engine."""

    check: Check
    walk: Walk
    root: Node
    bypasses: tuple[Node, ...]
    permission: Permission | None
    problem: AppError | None = None

    @property
    def value(self) -> Bound:
        return self.walk.bound(self.root)


async def resolve(
    rules: Ruleset,
    reader: TupleReader,
    checks: Sequence[Check],
    *,
    observe: Observer | None = None,
    judge: Judgement = judge_policy,
) -> list[Resolution]:
    """Answer checks in their order; each has its own problem, if it has one.

    Checks about one subject with the same context share what was found out.

    Args:
        observe: is told how many levels of look-ups it took, and how many usersets were looked into.
        judge: has the word of policies.
    """
    found: dict[int, Resolution] = {}
    groups: dict[object, list[tuple[int, Check]]] = {}
    for n, check in enumerate(checks):
        problem = find_problem(rules.schema, check)
        if problem is not None:
            found[n] = Resolution(Decision.DENIED, problem)
        else:
            key = (_group_key(check), asks_itself(rules.schema, check))
            groups.setdefault(key, []).append((n, check))
    crews = [_Crew(rules, reader, [check for _, check in group]) for group in groups.values()]
    levels = await _drive(crews)
    if observe is not None:
        observe(levels, sum(len(crew.walk.goals) for crew in crews))
    for crew, group in zip(crews, groups.values(), strict=True):
        for (n, _), question in zip(group, crew.questions, strict=True):
            found[n] = await conclude(rules, question, judge)
    return [found[n] for n in range(len(checks))]


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
        if relation is None or not relation.allows(key, condition):
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
    return Question(check, walk, root, bypasses, permission)


def _bypasses(rules: Ruleset, check: Check) -> tuple[Node, ...]:
    """The relations that give every permission: the platform's super admin, full access to the client."""
    scope = rules.schema.types[check.entity.type].scope
    nodes = [Node(PLATFORM, EVERY, SUPER_ADMIN)] if rules.is_bypass_on else []
    if scope:
        nodes.append(Node(CLIENTS, scope, FULL_ACCESS))
    return tuple(node for node in nodes if rules.schema.relation(node.type, node.relation))


class _Crew:
    """The checks about one subject with one context."""

    def __init__(self, rules: Ruleset, reader: TupleReader, checks: Sequence[Check]) -> None:
        first = checks[0]
        self.reader = Overlay(reader, first.contextual) if first.contextual else reader
        # With a policy it counts which tuple matches, not only that one does.
        is_thorough = any(_has_policy(rules.schema, check) for check in checks)
        judge = Judge(rules.schema, first.context)
        self.walk = Walk(
            rules.schema,
            rules.strata,
            first.subject,
            judge,
            is_thorough=is_thorough,
            is_reflexive=not asks_itself(rules.schema, first),
        )
        self.questions = [make_question(rules, self.walk, check) for check in checks]
        self.walk.settle()

    def fail(self, problem: AppError) -> None:
        for question in self.questions:
            question.problem = problem

    def take(self) -> list[Slot]:
        return self.walk.take_lookups()


def root_of(schema: Schema, check: Check) -> Node:
    """The relation to the entity that a check comes down to."""
    permission = schema.permission(check.entity.type, check.action)
    return Node(check.entity.type, check.entity.id, permission.relation if permission else check.action)


def asks_itself(schema: Schema, check: Check) -> bool:
    """Whether a userset is asked about as a subject of itself."""
    subject = check.subject
    return bool(subject.relation) and root_of(schema, check) == (subject.type, subject.id, subject.relation)


def _has_policy(schema: Schema, check: Check) -> bool:
    permission = schema.permission(check.entity.type, check.action)
    return permission is not None and permission.policy is not None


async def _drive(crews: Sequence[_Crew]) -> int:
    """Follow all crews level by level; the number of levels."""
    deadline, levels = time.monotonic() + MAX_SECONDS, 0
    while True:
        waiting = [(crew, slots) for crew in crews if (slots := crew.take())]
        if not waiting:
            return levels
        if time.monotonic() > deadline:
            for crew, _ in waiting:
                crew.fail(TooSlow())
            return levels
        levels += 1
        for reader, part in _by_reader(waiting):
            await _answer(reader, part, deadline)


def _by_reader(
    waiting: Iterable[tuple[_Crew, list[Slot]]],
) -> Iterable[tuple[TupleReader, list[tuple[_Crew, list[Slot]]]]]:
    """Those who read through one reader ask it together."""
    parts: dict[int, tuple[TupleReader, list[tuple[_Crew, list[Slot]]]]] = {}
    for crew, slots in waiting:
        parts.setdefault(id(crew.reader), (crew.reader, []))[1].append((crew, slots))
    return parts.values()


async def _answer(reader: TupleReader, waiting: Sequence[tuple[_Crew, list[Slot]]], deadline: float) -> None:
    lookups = list(dict.fromkeys(slot.lookup for _, slots in waiting for slot in slots))
    try:
        facts: Mapping[Lookup, Sequence[Fact]] = dict(zip(lookups, await reader.read(lookups), strict=True))
    except WorkExceeded as problem:
        for crew, _ in waiting:
            crew.fail(problem)
        return
    for crew, slots in waiting:
        if time.monotonic() > deadline:
            crew.fail(TooSlow())
            continue
        try:
            for slot in slots:
                crew.walk.fill(slot, facts[slot.lookup])
            crew.walk.settle()
        except WorkExceeded as problem:
            crew.fail(problem)
            crew.take()


async def conclude(rules: Ruleset, question: Question, judge: Judgement = judge_policy) -> Resolution:
    """The decision: bypass, then problem, then relation, then policy."""
    for node in question.bypasses:
        if question.walk.bound(node)[0] == TRUE:
            return Resolution(Decision.ALLOWED, bypass=node)
    low, high = question.value
    if low != TRUE and question.problem is not None:
        return Resolution(Decision.UNDECIDED, question.problem)
    if high == FALSE:
        return Resolution(Decision.DENIED)
    if low != TRUE:
        return Resolution(Decision.UNDECIDED, find_undecided(question.walk))
    if question.permission is None or question.permission.policy is None:
        return Resolution(Decision.ALLOWED)
    if question.walk.conditioned_bound(question.root)[0] == TRUE:
        # A tuple that has a condition of its own needs no second opinion.
        return Resolution(Decision.ALLOWED)
    scope = rules.schema.types[question.check.entity.type].scope
    verdict = await judge(PolicyInput(question.permission.policy, scope, question.check))
    if verdict.value is None:
        return Resolution(Decision.UNDECIDED, verdict.problem)
    return Resolution(Decision.ALLOWED if verdict.value else Decision.DENIED)


def _group_key(check: Check) -> object:
    context = orjson.dumps(check.context, default=str, option=orjson.OPT_SORT_KEYS) if check.context else b""
    contextual = tuple(sorted(map(repr, check.contextual))) if check.contextual else ()
    return (check.subject, context, contextual)
