"""A resolver that is slow and obvious: it works out everything, for one subject, until nothing changes.

It shares nothing with the engine but the types of models and tuples. Values: 0 no, 1 undecided, 2 yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.authz.types import (
    Arrow,
    Computed,
    Direct,
    Exclusion,
    Intersection,
    Model,
    RelationTuple,
    Rewrite,
    SubjectRef,
    TupleKey,
    Union,
)

NO, UNDECIDED, YES = 0, 1, 2
POLICY = "policy:"
Node = tuple[str, str, str]
Place = tuple[str, str]
# Subject, action, type and id of the entity.
Question = tuple[SubjectRef, str, str, str]


@dataclass(frozen=True)
class PlainCondition:
    """What a condition means, said in Python: the parameters it needs, and when it holds."""

    needs: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], bool]


def say(policy: str, question: Question) -> int:
    """What a policy says about a question: something or other, but about the same always the same."""
    subject, action, kind, entity = question
    return sum(map(ord, f"{policy} {subject} {action} {kind}:{entity}")) % 3


class Reference:
    """Everything that follows from some tuples under a model, for a context."""

    def __init__(
        self,
        model: Model,
        conditions: Mapping[str, PlainCondition],
        tuples: Iterable[RelationTuple],
        context: Mapping[str, Any],
        ids: Mapping[str, Iterable[str]],
    ) -> None:
        self.rewrites = {(kind.name, each.name): each.rewrite for kind in model.types for each in kind.relations}
        self.policies = {(kind.name, each.name): each.policy for kind in model.types for each in kind.permissions}
        self.actions = {(kind.name, each.name): each.relation for kind in model.types for each in kind.permissions}
        self.conditions, self.context = conditions, context
        last = {each.key: each for each in tuples}
        self.tuples: dict[Node, list[RelationTuple]] = {}
        for each in filter(self.is_allowed, last.values()):
            self.tuples.setdefault((each.key.entity_type, each.key.entity_id, each.key.relation), []).append(each)
        self.levels = self._levels()
        self._known: dict[tuple[SubjectRef, bool], dict[Node, int]] = {}
        self._has_policies = any(each.condition and each.condition.name.startswith(POLICY) for each in last.values())
        self._question: Question | None = None
        self.nodes: list[Node] = [
            (kind, entity, relation)
            for kind, relation in sorted(self.rewrites, key=self.levels.__getitem__)
            for entity in (*ids.get(kind, ()), "*")
        ]

    def decide(self, subject: SubjectRef, action: str, kind: str, entity: str) -> int:
        """The value of a check."""
        root = (kind, entity, self.actions.get((kind, action), action))
        question = (subject, root != _node_of(subject))
        if self._has_policies:
            # What a policy says is about one question only.
            self._known.clear()
            self._question = (subject, action, kind, entity)
        if question not in self._known:
            self._known[question] = self.values_of(subject, contains_itself=question[1])
        values = self._known[question]
        policy = self.policies.get((kind, action))
        if policy is None or values[root] != YES or self.given_to(subject, values)[root] == YES:
            return values[root]
        return say(policy, (subject, action, kind, entity))

    def given_to(self, subject: SubjectRef, values: Mapping[Node, int]) -> dict[Node, int]:
        """The values if only tuples with a condition or policy of their own give relations."""
        given = dict.fromkeys(self.nodes, NO)
        while True:
            found = {
                node: self._given(self.rewrites[node[0], node[2]], node, subject, (values, given))
                for node in self.nodes
            }
            if found == given:
                return given
            given = found

    def _given(
        self, rewrite: Rewrite, node: Node, subject: SubjectRef, known: tuple[Mapping[Node, int], Mapping[Node, int]]
    ) -> int:
        values, given = known
        if isinstance(rewrite, Direct):
            tuples = [each for each in self.tuples_of(node) if each.condition]
            return max((self._direct(each, subject, values) for each in tuples), default=NO)
        if isinstance(rewrite, Computed | Arrow):
            return self._value(rewrite, node, subject, given)
        if isinstance(rewrite, Union | Intersection):
            parts = [self._given(part, node, subject, known) for part in rewrite.parts]
            return max(parts) if isinstance(rewrite, Union) else min(parts)
        subtracted = self._value(rewrite.subtracted, node, subject, values)
        return min(self._given(rewrite.base, node, subject, known), YES - subtracted)

    def values_of(self, subject: SubjectRef, *, contains_itself: bool) -> dict[Node, int]:
        """The value of every relation of every entity."""
        values = dict.fromkeys(self.nodes, NO)
        if contains_itself and subject.relation:
            values[_node_of(subject)] = YES
        fixed = _node_of(subject) if contains_itself else None
        for level in sorted(set(self.levels.values())):
            nodes = [node for node in self.nodes if self.levels[node[0], node[2]] == level and node != fixed]
            while True:
                found = {node: self._value(self.rewrites[node[0], node[2]], node, subject, values) for node in nodes}
                if all(values[node] == value for node, value in found.items()):
                    break
                values.update(found)
        return values

    def _value(self, rewrite: Rewrite, node: Node, subject: SubjectRef, values: Mapping[Node, int]) -> int:
        if isinstance(rewrite, Direct):
            found = [self._direct(each, subject, values) for each in self.tuples_of(node)]
            return max(found, default=NO)
        if isinstance(rewrite, Computed):
            return values.get((node[0], node[1], rewrite.relation), NO)
        if isinstance(rewrite, Arrow):
            return max(
                (
                    min(
                        self.verdict(each),
                        values.get((each.key.subject_type, each.key.subject_id, rewrite.relation), NO),
                    )
                    for each in self.tuples_of((node[0], node[1], rewrite.tupleset))
                    if not each.key.subject_relation and each.key.subject_id != "*"
                ),
                default=NO,
            )
        if isinstance(rewrite, Union):
            return max(self._value(part, node, subject, values) for part in rewrite.parts)
        if isinstance(rewrite, Intersection):
            return min(self._value(part, node, subject, values) for part in rewrite.parts)
        assert isinstance(rewrite, Exclusion)
        base, subtracted = (self._value(part, node, subject, values) for part in (rewrite.base, rewrite.subtracted))
        return min(base, YES - subtracted)

    def _direct(self, each: RelationTuple, subject: SubjectRef, values: Mapping[Node, int]) -> int:
        stored = each.key.subject
        is_named = stored == subject or (stored == SubjectRef(subject.type, "*") and not subject.relation)
        within = values.get(_node_of(stored), NO) if stored.relation else NO
        return min(self.verdict(each), YES if is_named else within)

    def tuples_of(self, node: Node) -> list[RelationTuple]:
        """The tuples that speak of a relation of an entity."""
        kind, entity, relation = node
        ids = {entity, "*"}
        return [each for one in sorted(ids) for each in self.tuples.get((kind, one, relation), [])]

    def is_allowed(self, each: RelationTuple) -> bool:
        """Whether the model lets this tuple count."""
        rewrite = self.rewrites.get((each.key.entity_type, each.key.relation))
        direct = next((part for part in _leaves(rewrite) if isinstance(part, Direct)), None) if rewrite else None
        name = each.condition.name if each.condition else None
        if name and name.startswith(POLICY):
            name = None
        subject = each.key.subject
        return direct is not None and any(
            (kind.type, kind.relation, kind.is_wildcard, kind.condition)
            == (subject.type, subject.relation, subject.id == "*", name)
            for kind in direct.types
        )

    def verdict(self, each: RelationTuple) -> int:
        """What the condition of a tuple says."""
        if each.condition is None:
            return YES
        if each.condition.name.startswith(POLICY):
            assert self._question is not None
            return say(each.condition.name.removeprefix(POLICY), self._question)
        given = {**self.context, **each.condition.context}
        condition = self.conditions[each.condition.name]
        if any(name not in given for name in condition.needs):
            return UNDECIDED
        return YES if condition.holds(given) else NO

    def has_own_way(self, subject: SubjectRef, root: Node) -> bool:
        """Whether tuples lead from the node to the very subject, whatever conditions and `but not` say."""
        seen: set[Node] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node in seen or (node[0], node[2]) not in self.rewrites:
                continue
            seen.add(node)
            for leaf in _leaves(self.rewrites[node[0], node[2]], with_subtracted=False):
                if isinstance(leaf, Computed):
                    waiting.append((node[0], node[1], leaf.relation))
                elif isinstance(leaf, Arrow):
                    keys = [each.key for each in self.tuples_of((node[0], node[1], leaf.tupleset))]
                    waiting += [(key.subject_type, key.subject_id, leaf.relation) for key in keys if _is_one(key)]
                elif isinstance(leaf, Direct):
                    subjects = [each.key.subject for each in self.tuples_of(node)]
                    if subject in subjects:
                        return True
                    waiting += [_node_of(each) for each in subjects if each.relation]
        return bool(subject.relation) and _node_of(subject) in seen - {root}

    def _levels(self) -> dict[Place, int]:
        """A level for each relation so that what is subtracted lies lower."""
        levels = dict.fromkeys(self.rewrites, 0)
        for _ in range(len(levels) + 1):
            before = dict(levels)
            for place, rewrite in self.rewrites.items():
                for other, is_subtracted in self._rests_on(place[0], rewrite, False):
                    levels[place] = max(levels[place], levels.get(other, 0) + is_subtracted)
            if levels == before:
                return levels
        raise AssertionError("something is subtracted from itself")

    def _rests_on(self, kind: str, rewrite: Rewrite, is_subtracted: bool) -> Iterable[tuple[Place, bool]]:
        if isinstance(rewrite, Direct):
            yield from (((each.type, each.relation), is_subtracted) for each in rewrite.types if each.relation)
        elif isinstance(rewrite, Computed):
            yield (kind, rewrite.relation), is_subtracted
        elif isinstance(rewrite, Arrow):
            yield from (((other, rewrite.relation), is_subtracted) for other, _ in self.rewrites)
        elif isinstance(rewrite, Exclusion):
            yield from self._rests_on(kind, rewrite.base, is_subtracted)
            yield from self._rests_on(kind, rewrite.subtracted, True)
        else:
            for part in rewrite.parts:
                yield from self._rests_on(kind, part, is_subtracted)


def _leaves(rewrite: Rewrite, *, with_subtracted: bool = True) -> list[Rewrite]:
    if isinstance(rewrite, Exclusion):
        return [
            *_leaves(rewrite.base, with_subtracted=with_subtracted),
            *(_leaves(rewrite.subtracted) if with_subtracted else []),
        ]
    if isinstance(rewrite, Union | Intersection):
        return [leaf for part in rewrite.parts for leaf in _leaves(part, with_subtracted=with_subtracted)]
    return [rewrite]


def _node_of(subject: SubjectRef) -> Node:
    return (subject.type, subject.id, subject.relation)


def _is_one(key: TupleKey) -> bool:
    return not key.subject_relation and key.subject_id != "*"
