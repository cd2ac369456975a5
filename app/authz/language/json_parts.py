"""Conditions and assertions in our own JSON form, read."""

from __future__ import annotations

import re

from app.authz.language.json_values import Value
from app.authz.language.limits import MAX_NESTING
from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_expression
from app.authz.language.tuple_text import parse_entity, parse_subject, parse_tuple
from app.authz.types.model import Assertion, Condition, Parameter, ParameterType
from app.authz.types.tuples import ConditionRef, RelationTuple, with_policy

_FIELDS = ("subject", "action", "entity", "expected", "given", "context")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TYPE_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def read_condition(name: str, value: Value) -> Condition:
    """`{"parameters": {"ip": "ipaddress"}, "expression": "…"}`.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    value.checked_name(name, "condition")
    parts = value.fields(("parameters", "expression"))
    if "expression" not in parts:
        value.refuse("Expected `expression`, the CEL text.")
    parameters = parts["parameters"].fields() if "parameters" in parts else {}
    found = tuple(Parameter(read_parameter_name(each, inner), _read_type(inner)) for each, inner in parameters.items())
    return Condition(name, found, read_expression(parts["expression"]))


def read_parameter_name(name: str, value: Value) -> str:
    """The name of a parameter, when the language can say it; `value` is what stands under it.

    Raises:
        ModelProblems: it can not.
    """
    if not _PARAMETER.fullmatch(name):
        value.refuse(f"`{name[:64]}` cannot name a parameter.", code="authz_model_name")
    return name


def read_expression(value: Value) -> str:
    """A CEL expression, read as far as its brackets and strings.

    Raises:
        ModelProblems: one of them is left open.
    """
    try:
        return parse_expression(value.text())
    except ModelProblems as problems:
        value.refuse_for(problems)


def _read_type(value: Value) -> ParameterType:
    """`list<map<string>>`, outermost name first."""
    text = value.text()
    *outer, inmost = text.rstrip(">").split("<")
    closing = len(text) - len(text.rstrip(">"))
    if closing != len(outer) or closing >= MAX_NESTING or not all(map(_TYPE_NAME.fullmatch, (*outer, inmost))):
        value.refuse("Expected a type such as `string` or `list<int>`.")
    kind = ParameterType(inmost)
    for name in reversed(outer):
        kind = ParameterType(name, kind)
    return kind


def read_assertion(value: Value) -> Assertion:
    """`{"subject", "action", "entity", "expected": true, false or null, "given": […], "context": {…}}`.

    Raises:
        ModelProblems: something has another shape; the problem names its path.
    """
    parts = value.fields(_FIELDS)
    for name in _FIELDS[:4]:
        if name not in parts:
            value.refuse(f"Expected `{name}`.")
    subject, entity = parts["subject"].text(), parts["entity"].text()
    if parse_subject(subject) is None:
        parts["subject"].refuse("Expected a subject such as `user:anne`, `user:*` or `group:eng#member`.")
    if parse_entity(entity) is None:
        parts["entity"].refuse("Expected an entity such as `document:1`.")
    expected = parts["expected"].flag() if parts["expected"].value is not None else None
    given = tuple(_read_fact(each) for each in parts["given"].items()) if "given" in parts else ()
    context = parts["context"].plain() if "context" in parts else {}
    return Assertion(subject, parts["action"].name("permission"), entity, expected, given, context)


def _read_fact(value: Value) -> RelationTuple:
    parts = (
        {"tuple": value} if isinstance(value.value, str) else value.fields(("tuple", "condition", "context", "policy"))
    )
    if "tuple" not in parts:
        value.refuse("Expected `tuple`.")
    try:
        key = parse_tuple(parts["tuple"].text())
    except ValueError:
        parts["tuple"].refuse("Expected a tuple such as `document:1#owner@user:anne`.")
    if "policy" in parts:
        if len(parts) > 2:
            parts["policy"].refuse("A tuple has a policy or a condition, not both.")
        return RelationTuple(key, with_policy(parts["policy"].name("policy")))
    if "condition" not in parts:
        if "context" in parts:
            parts["context"].refuse("A context belongs to a condition, and there is none.")
        return RelationTuple(key)
    context = parts["context"].plain() if "context" in parts else {}
    return RelationTuple(key, ConditionRef(parts["condition"].name("condition"), context))
