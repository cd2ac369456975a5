"""Small models and questions as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.authz.engine.overlay import FactReader
from app.authz.engine.resolve import Resolution, Ruleset, resolve
from app.authz.engine.schema import build_schema
from app.authz.engine.system import system_model
from app.authz.language.text import parse_model
from app.authz.language.tuple_text import parse_entity, parse_subject, parse_tuple
from app.authz.types import Check, ConditionRef, Model, RelationTuple


def make_rules(text: str, *, with_system: bool = False, is_bypass_on: bool = True) -> Ruleset:
    """The rules of a model that is written without its first two lines."""
    model = parse_model(f"model\n  schema 1.1\n\n{text}")
    return Ruleset(build_schema(system_model() if with_system else Model(), {"": model}, {}), is_bypass_on)


def fact(text: str, condition: str | None = None, **context: Any) -> RelationTuple:
    """A tuple."""
    return RelationTuple(parse_tuple(text), ConditionRef(condition, context) if condition else None)


def facts(*texts: str) -> list[RelationTuple]:
    """Tuples without conditions."""
    return [fact(text) for text in texts]


def ask(text: str, *contextual: RelationTuple, **context: Any) -> Check:
    """A check, `user:anne view document:1`."""
    subject, action, entity = text.split(" ")
    found_subject, found_entity = parse_subject(subject), parse_entity(entity)
    assert found_subject is not None
    assert found_entity is not None
    return Check(found_subject, action, found_entity, context, contextual)


async def answer(rules: Ruleset, tuples: Iterable[RelationTuple], *checks: Check) -> list[Resolution]:
    """What the engine answers."""
    return await resolve(rules, FactReader(tuples), checks)
