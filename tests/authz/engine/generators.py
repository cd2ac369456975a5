"""Small random worlds, and what every way of answering has to agree on.

`assert_agreement` takes a factory of checkers: the engine over tuples in memory, over SQL, or the index.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from hypothesis import strategies as st

from app.authz.engine.listing import FoundObject, FoundSubject, ObjectQuery, SubjectQuery
from app.authz.engine.policies import PolicyInput, PolicyVerdict, Surroundings
from app.authz.engine.schema import Schema, build_schema
from app.authz.types import (
    Arrow,
    Check,
    Computed,
    Condition,
    ConditionRef,
    Decision,
    Direct,
    DirectType,
    EntityRef,
    Exclusion,
    Intersection,
    Model,
    Parameter,
    ParameterType,
    Permission,
    Relation,
    RelationTuple,
    Rewrite,
    SubjectRef,
    TupleKey,
    TypeDefinition,
    Union,
)
from tests.authz.engine.reference import NO, POLICY, UNDECIDED, YES, PlainCondition, Reference, say

IDS: Mapping[str, tuple[str, ...]] = {"user": ("u1", "U1"), "group": ("g1", "g2"), "doc": ("d1", "d2", "d3")}
KINDS = ("group", "doc")
# A relation may rest on those of its level and below, and subtract those that lie lower.
LEVELS = {"parent": 0, "member": 0, "blocked": 1, "editor": 1, "viewer": 2}
_INT = ParameterType("int")
CONDITIONS = (
    Condition("is_one", (Parameter("x", _INT),), "x == 1"),
    Condition("are_same", (Parameter("x", _INT), Parameter("y", _INT)), "x == y"),
)
MEANINGS = {
    "is_one": PlainCondition(("x",), lambda given: given["x"] == 1),
    "are_same": PlainCondition(("x", "y"), lambda given: given["x"] == given["y"]),
}
POLICIES = ("p", "q", "rr")
DECISIONS = {NO: Decision.DENIED, UNDECIDED: Decision.UNDECIDED, YES: Decision.ALLOWED}


class Checker(Protocol):
    """One way of answering, over the tuples of one world."""

    async def check(self, checks: Sequence[Check]) -> list[Decision]: ...

    async def list_objects(self, query: ObjectQuery) -> list[FoundObject]: ...

    async def list_subjects(self, query: SubjectQuery) -> list[FoundSubject]: ...


MakeChecker = Callable[[Schema, Sequence[RelationTuple]], Awaitable[Checker]]


@dataclass(frozen=True)
class World:
    """A model, tuples and questions about them."""

    model: Model
    tuples: tuple[RelationTuple, ...]
    context: Mapping[str, int]
    checks: tuple[Check, ...]
    objects: tuple[ObjectQuery, ...]
    subjects: tuple[SubjectQuery, ...]
    _references: dict[object, Reference] = field(default_factory=dict, compare=False, repr=False)

    @property
    def has_exclusion(self) -> bool:
        """Whether something is subtracted in the model."""
        return any("but not" in show(each.rewrite) for kind in self.model.types for each in kind.relations)

    @property
    def has_policies(self) -> bool:
        """Whether policies have a say."""
        permissions = [each for kind in self.model.types for each in kind.permissions]
        return any(each.policy for each in permissions) or any(map(_has_policy, self.tuples))

    def schema(self) -> Schema:
        """The model ready for answering; its types are numbered from 1."""
        ids = {("", each.name): n for n, each in enumerate(self.model.types, start=1)}
        return build_schema(Model(), {"": self.model}, ids)

    def reference(self, extra: Sequence[RelationTuple] = ()) -> Reference:
        """The obvious answers, with contextual tuples."""
        key = tuple(each.key for each in extra)
        if key not in self._references:
            self._references[key] = Reference(self.model, MEANINGS, (*self.tuples, *extra), self.context, IDS)
        return self._references[key]


def _direct_types(level: int, *, with_conditions: bool) -> st.SearchStrategy[DirectType]:
    plain = [DirectType("user"), DirectType("user"), DirectType("user", is_wildcard=True)]
    plain += [DirectType("group"), DirectType("group", is_wildcard=True)]
    usersets = [DirectType(kind, name) for kind in KINDS for name, at in LEVELS.items() if 0 <= at <= level]
    kinds = st.sampled_from([*plain, DirectType("group", "member"), *usersets])
    if not with_conditions:
        return kinds
    names = st.sampled_from([None, None, "is_one", "are_same"])
    return st.builds(lambda kind, name: replace(kind, condition=name), kinds, names)


@st.composite
def _rewrites(draw: st.DrawFn, name: str, *, with_conditions: bool, with_gates: bool) -> Rewrite:
    level = LEVELS[name]
    kinds = ["leaf", "union", "and", "but not", "but not"] if with_gates else ["leaf", "union"]
    direct_left = [Direct(tuple(draw(_unique_types(level, with_conditions=with_conditions))))]

    def leaf(most: int) -> Rewrite:
        choices = [Computed(each) for each, at in LEVELS.items() if at <= most and each not in ("parent", name)]
        arrows = [Arrow(each, "parent") for each, at in LEVELS.items() if at <= most and each != "parent"]
        return draw(st.sampled_from([*choices, *arrows] or [Computed("parent")]))

    def build(most: int, depth: int) -> Rewrite:
        if direct_left and draw(st.booleans()):
            return direct_left.pop()
        kind = draw(st.sampled_from(kinds)) if depth else "leaf"
        if kind == "union":
            return Union((build(most, depth - 1), build(most, depth - 1)))
        if kind == "and":
            return Intersection((build(most, depth - 1), build(most, depth - 1)))
        if kind == "but not" and most > 0:
            return Exclusion(build(most, depth - 1), leaf(level - 1))
        return leaf(most)

    found = build(level, 2)
    return Union((direct_left.pop(), found)) if direct_left else found


def _unique_types(level: int, *, with_conditions: bool) -> st.SearchStrategy[list[DirectType]]:
    return st.lists(_direct_types(level, with_conditions=with_conditions), min_size=1, max_size=4, unique=True)


@st.composite
def _models(draw: st.DrawFn, *, with_gates: bool, with_policies: bool) -> Model:
    # Without gates it is conditions that matter.
    with_conditions = not with_gates or draw(st.booleans())
    types = [TypeDefinition("user")]
    for kind in KINDS:
        links = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True))
        name = draw(st.sampled_from([None, None, "is_one"])) if with_conditions else None
        relations = [Relation("parent", Direct(tuple(DirectType(link, condition=name) for link in links)))]
        relations += [
            Relation(relation, draw(_rewrites(relation, with_conditions=with_conditions, with_gates=with_gates)))
            for relation in ("member", "blocked", "editor", "viewer")
            if relation != "blocked" or kind == "doc" or draw(st.booleans())
        ]
        policy = draw(st.sampled_from([None, *POLICIES])) if with_policies else None
        types.append(TypeDefinition(kind, tuple(relations), (Permission("view", "viewer", policy),)))
    return Model(tuple(types), CONDITIONS)


def _has_policy(each: RelationTuple) -> bool:
    return each.condition is not None and each.condition.name.startswith(POLICY)


@st.composite
def _tuples(draw: st.DrawFn, model: Model, *, with_policies: bool) -> RelationTuple:
    """A tuple that the model allows."""
    places = [
        (kind.name, each.name, direct)
        for kind in model.types
        for each in kind.relations
        for direct in _direct_of(each.rewrite)
    ]
    kind, relation, direct = draw(st.sampled_from(places))
    entity = draw(st.sampled_from([*IDS[kind], "*"]))
    subject = "*" if direct.is_wildcard else draw(st.sampled_from(IDS[direct.type]))
    stored = draw(st.sampled_from([{}, {}, {"x": 1}, {"x": 2}, {"x": 1, "y": 1}])) if direct.condition else {}
    condition = ConditionRef(direct.condition, stored) if direct.condition else None
    if condition is None and with_policies and draw(st.integers(0, 2)) == 0:
        condition = ConditionRef(POLICY + draw(st.sampled_from(POLICIES)))
    return RelationTuple(TupleKey(kind, entity, relation, direct.type, subject, direct.relation), condition)


def _direct_of(rewrite: Rewrite) -> tuple[DirectType, ...]:
    if isinstance(rewrite, Direct):
        return rewrite.types
    if isinstance(rewrite, Union | Intersection):
        return tuple(each for part in rewrite.parts for each in _direct_of(part))
    return (*_direct_of(rewrite.base), *_direct_of(rewrite.subtracted)) if isinstance(rewrite, Exclusion) else ()


@st.composite
def _strangers(draw: st.DrawFn, model: Model) -> RelationTuple:
    """A tuple that the model most likely does not allow: it is stored from before, and ignored."""
    each = draw(_tuples(model, with_policies=False))
    change = draw(st.sampled_from(["condition", "subject", "relation"]))
    if change == "condition":
        return replace(each, condition=None if each.condition else ConditionRef("is_one", {"x": 1}))
    if change == "relation":
        return replace(each, key=replace(each.key, relation=draw(st.sampled_from([*LEVELS, "gone"]))))
    subject = draw(
        st.sampled_from([SubjectRef("user", "*"), SubjectRef("group", "g1"), SubjectRef("doc", "d1", "viewer")])
    )
    key = replace(each.key, subject_type=subject.type, subject_id=subject.id, subject_relation=subject.relation)
    return replace(each, key=key)


@st.composite
def _changes(draw: st.DrawFn, model: Model, stored: Sequence[RelationTuple]) -> tuple[RelationTuple, ...]:
    """Contextual tuples: new ones, and stored ones with another context, which they replace."""
    found = draw(st.lists(_tuples(model, with_policies=any(map(_has_policy, stored))), max_size=2))
    conditioned = [each for each in stored if each.condition and not _has_policy(each)]
    if conditioned:
        each = draw(st.sampled_from(conditioned))
        assert each.condition is not None
        other = draw(st.sampled_from([{"x": 1, "y": 1}, {"x": 2, "y": 1}]))
        if _admits(model, each):
            found.append(replace(each, condition=replace(each.condition, context=other)))
    return tuple({each.key: each for each in found}.values())


def _admits(model: Model, each: RelationTuple) -> bool:
    return Reference(model, MEANINGS, (), {}, IDS).is_allowed(each)


_SUBJECTS = st.sampled_from(
    [
        *(SubjectRef("user", each) for each in (*IDS["user"], *IDS["user"], "*", "nobody")),
        SubjectRef("group", "g1"),
        SubjectRef("group", "*"),
        *(SubjectRef("group", each, "member") for each in IDS["group"]),
        *(SubjectRef("doc", each, "viewer") for each in IDS["doc"]),
        SubjectRef("doc", "d1", "editor"),
    ]
)
_ACTIONS = st.sampled_from([*(each for each in LEVELS if each != "blocked"), "viewer", "view"])
_ENTITIES = st.sampled_from([EntityRef(kind, each) for kind in KINDS for each in (*IDS[kind], "*")])


@st.composite
def worlds(draw: st.DrawFn, *, with_gates: bool = True, with_policies: bool = False) -> World:
    """A stratified model with tuples, circles among them, and questions, some with contextual tuples.

    Args:
        with_gates: `and` and `but not` may be part of the model; else it has conditions.
        with_policies: permissions and tuples may have policies; `PolicyTable` has to be bound.
    """
    model = draw(_models(with_gates=with_gates, with_policies=with_policies))
    tuples = draw(
        st.lists(_tuples(model, with_policies=with_policies), min_size=draw(st.sampled_from([1, 12, 20])), max_size=28)
    )
    tuples += draw(st.lists(_strangers(model), max_size=3))
    tuples = list({each.key: each for each in tuples}.values())
    context = draw(st.sampled_from([{}, {"x": 1}, {"x": 2}, {"x": 2, "y": 2}, {"y": 1}]))
    extra = draw(_changes(model, tuples))
    contextual = st.sampled_from([(), extra])
    checks = draw(
        st.lists(
            st.builds(Check, _SUBJECTS, _ACTIONS, _ENTITIES, st.just(context), contextual), min_size=10, max_size=16
        )
    )
    kinds = st.sampled_from(KINDS)
    objects = draw(
        st.lists(
            st.builds(ObjectQuery, _SUBJECTS, _ACTIONS, kinds, st.just(context), contextual), min_size=3, max_size=5
        )
    )
    filters = st.sampled_from([("user", ""), ("user", ""), ("group", "member"), ("doc", "viewer"), ("group", "")])
    subjects = draw(
        st.lists(
            st.builds(
                lambda entity, action, kind, extra: SubjectQuery(entity, action, *kind, context, extra),
                _ENTITIES,
                _ACTIONS,
                filters,
                contextual,
            ),
            min_size=3,
            max_size=5,
        )
    )
    return World(model, tuple(tuples), context, tuple(checks), tuple(objects), tuple(subjects))


class PolicyTable:
    """Says about questions what the reference takes policies to say."""

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> list[PolicyVerdict]:
        return [PolicyVerdict(_VALUES[say(each.policy, _question_of(each.check))]) for each in questions]


_VALUES = {NO: False, UNDECIDED: None, YES: True}


def _question_of(check: Check) -> tuple[SubjectRef, str, str, str]:
    return check.subject, check.action, check.entity.type, check.entity.id


async def assert_agreement(make: MakeChecker, world: World) -> None:
    """What a checker answers is what follows from the tuples."""
    schema = world.schema()
    checker = await make(schema, world.tuples)
    await _assert_checks(checker, world)
    for objects in world.objects:
        await _assert_objects(checker, world, objects)
    for subjects in world.subjects:
        await _assert_subjects(checker, world, subjects)
    await _assert_contextual(make, schema, world)


async def _assert_checks(checker: Checker, world: World) -> None:
    expected = [
        DECISIONS[world.reference(each.contextual).decide(each.subject, each.action, each.entity.type, each.entity.id)]
        for each in world.checks
    ]

    together = await checker.check(world.checks)
    alone = [(await checker.check([each]))[0] for each in world.checks]

    assert dict(enumerate(together)) == dict(enumerate(expected))
    assert alone == expected


async def _assert_objects(checker: Checker, world: World, query: ObjectQuery) -> None:
    reference = world.reference(query.contextual)
    values = {each: reference.decide(query.subject, query.action, query.type, each) for each in (*IDS[query.type], "*")}

    found = await checker.list_objects(query)

    listed = {each.id: DECISIONS[YES if each.is_decided else UNDECIDED] for each in found}
    every = listed.pop("*", Decision.DENIED)
    relation = world.reference().actions.get((query.type, query.action), query.action)
    # A userset is not a subject of itself.
    may_except = (
        world.has_exclusion
        or world.has_policies
        or (query.subject.type, query.subject.relation) == (query.type, relation)
    )
    assert [each.id for each in found] == sorted(each.id for each in found)
    assert listed == {each: DECISIONS[values[each]] for each in listed}, query
    left_out = {values[each] for each in IDS[query.type] if each not in listed}
    if every is Decision.DENIED:
        assert left_out <= {NO}, query
        assert values["*"] == NO or may_except, query
    elif every is Decision.ALLOWED:
        # What is not listed itself is covered by `*`.
        assert left_out <= {YES}, query
        assert set(values.values()) == {YES}, query
    else:
        # Single ones may be excepted by `but not`; a live check says which.
        assert values["*"] == UNDECIDED or may_except, query
        assert left_out <= {NO, UNDECIDED} or may_except, query


async def _assert_subjects(checker: Checker, world: World, query: SubjectQuery) -> None:
    reference = world.reference(query.contextual)
    entity = query.entity
    root = (entity.type, entity.id, reference.actions.get((entity.type, query.action), query.action))

    found = await checker.list_subjects(query)

    listed = {each.subject: each.is_decided for each in found}
    assert [each.subject.id for each in found] == sorted(each.id for each in listed)
    for each, is_decided in listed.items():
        assert (each.type, each.relation) == (query.type, query.relation)
        value = reference.decide(each, query.action, entity.type, entity.id)
        assert DECISIONS[value] == (Decision.ALLOWED if is_decided else Decision.UNDECIDED), (each, query)
    everybody = (*IDS[query.type], "*") if not query.relation else IDS[query.type]
    for subject in (SubjectRef(query.type, each, query.relation) for each in everybody):
        value = reference.decide(subject, query.action, entity.type, entity.id)
        if value != NO and reference.has_own_way(subject, root):
            assert subject in listed, (subject, query)


async def _assert_contextual(make: MakeChecker, schema: Schema, world: World) -> None:
    """A contextual tuple counts as if it were stored."""
    for each in world.checks:
        if each.contextual:
            stored = {one.key: one for one in (*world.tuples, *each.contextual)}
            checker = await make(schema, tuple(stored.values()))
            value = world.reference(each.contextual).decide(each.subject, each.action, each.entity.type, each.entity.id)
            assert await checker.check([replace(each, contextual=())]) == [DECISIONS[value]]
            return


def describe(world: World) -> str:
    """A world as text, for a failure."""
    lines = [f"{kind.name}#{each.name}: {show(each.rewrite)}" for kind in world.model.types for each in kind.relations]
    return "\n".join([*lines, *(f"{each.key} {each.condition or ''}" for each in world.tuples), str(world.context)])


def show(rewrite: Rewrite) -> str:
    """A rewrite as the language writes it."""
    parts: dict[type, Callable[[Any], str]] = {
        Direct: lambda each: f"[{', '.join(map(str, each.types))}]",
        Computed: lambda each: each.relation,
        Arrow: lambda each: f"{each.relation} from {each.tupleset}",
        Union: lambda each: f"({' or '.join(map(show, each.parts))})",
        Intersection: lambda each: f"({' and '.join(map(show, each.parts))})",
        Exclusion: lambda each: f"({show(each.base)} but not {show(each.subtracted)})",
    }
    return parts[type(rewrite)](rewrite)
