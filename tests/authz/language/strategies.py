"""Random models: of every form that the language can say, most of them without sense."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.authz.types import (
    Arrow,
    Assertion,
    Computed,
    Condition,
    ConditionRef,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Model,
    Parameter,
    ParameterType,
    Permission,
    Relation,
    RelationTuple,
    Rewrite,
    TupleKey,
    TypeDefinition,
    Union,
)
from app.authz.types.tuples import with_policy

# Words that are keywords elsewhere, and names that look as if they began with one.
_KEYWORDS = "model schema type relation permissions assertions given check is hierarchy policy true undecided module"
_WORDS = "extend self null in but not list a viewer user group team-1 a.b x/y.z _ A1 a-_- a--b orders android fromage"
names = st.sampled_from([*_KEYWORDS.split(), *_WORDS.split()])
parameter_names = st.sampled_from(["x", "y", "and", "define", "type", "in", "_1", "Z"])
parameter_types: st.SearchStrategy[ParameterType] = st.recursive(
    st.sampled_from(["bool", "string", "int", "ipaddress", "any"]).map(ParameterType),
    lambda inner: st.builds(ParameterType, st.sampled_from(["list", "map"]), inner),
    max_leaves=4,
)
_PARTS = [
    "a",
    "1u",
    "+",
    "(b)",
    "[1, 2]",
    '{"k": 1}',
    "'#}'",
    '" # {"',
    "\n  && c",
    r'r"\ }"',
    '"""x\n # }"""',
    "// no }\n",
]
_PARTS += ["a.in_cidr('10.0.0.0/8')", "a ? b : c", "b'\\x41'", '""', "é"]
expressions = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=6).map(lambda parts: f"x {' '.join(parts)} y")


def direct_types() -> st.SearchStrategy[DirectType]:
    conditions = st.none() | names
    return st.one_of(
        st.builds(DirectType, names, st.just(""), st.booleans(), conditions),
        st.builds(DirectType, names, names, st.just(False), conditions),
    )


rewrites: st.SearchStrategy[Rewrite] = st.recursive(
    st.one_of(
        st.lists(direct_types(), min_size=1, max_size=3).map(lambda types: Direct(tuple(types))),
        st.builds(Computed, names),
        st.builds(Arrow, names, names),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Union(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Intersection(tuple(parts))),
        st.builds(Exclusion, inner, inner),
    ),
    max_leaves=8,
)


def listed(each: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to `most` of them, no name twice."""
    return st.lists(each, max_size=most, unique_by=lambda one: one.name).map(tuple)


policies = st.none() | st.sampled_from(["policy", "office-hours", "x_1"])
types = st.builds(
    TypeDefinition,
    names,
    listed(st.builds(Relation, names, rewrites, st.booleans()), 4),
    listed(st.builds(Permission, names, names, policies), 3),
)
conditions = st.builds(Condition, names, listed(st.builds(Parameter, parameter_names, parameter_types), 3), expressions)
_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=5,
)
contexts = st.dictionaries(_text, _values, max_size=3)
_ids = st.sampled_from(["1", "*", "anne@example.com", "a:b", "ä", "x/y", "{}", "%20", "given"])
keys = st.builds(TupleKey, names, _ids, names, names, _ids, names | st.just(""))
facts = st.builds(
    RelationTuple,
    keys,
    st.none()
    | st.builds(ConditionRef, names, contexts)
    | st.builds(with_policy, st.sampled_from(["policy", "office-hours", "x_1"])),
)
assertions = st.builds(
    Assertion,
    keys.map(lambda key: str(key.subject)),
    names,
    keys.map(lambda key: str(key.entity)),
    st.sampled_from([True, False, None]),
    st.lists(facts, max_size=2).map(tuple),
    contexts,
)
models = st.builds(Model, listed(types, 4), listed(conditions, 2), st.lists(assertions, max_size=3).map(tuple))
