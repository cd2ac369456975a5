"""Our own format of tests, described in `docs/testing-models.md`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.suites.document import Item
from app.authz.suites.parts import (
    EXPECTED,
    Given,
    assertion_stages,
    find_model,
    make_given,
    read_own_tuple,
    read_scripts,
)
from app.authz.suites.types import Case, CheckCase, Expected, Listed, ObjectsCase, Stage, SubjectsCase, Suite
from app.authz.types.answers import Check, Context
from app.authz.types.model import Model
from app.authz.types.tuples import RelationTuple

_SUITE: Final = (
    "name", "description", "model", "model_file", "scope", "system", "policies", "users", "env", "tuples", "cases",
)  # fmt: skip
_CASE: Final = ("name", "tuples", "context", "contextual", "check", "list_objects", "list_subjects")
_QUESTIONS: Final = ("check", "list_objects", "list_subjects")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all questions of one case have in common."""

    given: Given
    context: Context
    contextual: tuple[RelationTuple, ...]


def read_own(root: Item, folder: Path) -> Suite:
    """A suite of our own format.

    Raises:
        SuiteInvalid: something is of another shape.
    """
    fields = root.fields(_SUITE, needed=("cases",))
    model, at = find_model(fields, folder) or (Model(), root.at)
    given = make_given(
        model,
        at,
        scope=fields["scope"].text() if "scope" in fields else "",
        has_system=fields["system"].flag() if "system" in fields else True,
    )
    given = replace(given, scripts=read_scripts(fields, folder, given.scope))
    tuples = _read_tuples(fields.get("tuples"), given)
    stages = [_read_case(item, n, given, tuples) for n, item in enumerate(fields["cases"].entries(), start=1)]
    name = fields["name"].text() if "name" in fields else root.file
    return Suite(name, (*assertion_stages(given), *stages))


def _read_tuples(item: Item | None, given: Given) -> list[RelationTuple]:
    return [read_own_tuple(each, given) for each in item.entries()] if item else []


def _read_case(item: Item, number: int, given: Given, tuples: list[RelationTuple]) -> Stage:
    fields = item.fields(_CASE)
    if not any(name in fields for name in _QUESTIONS):
        item.refuse(f"There is nothing to ask here; expected one of {', '.join(_QUESTIONS)}.")
    context = fields["context"].record() if "context" in fields else {}
    asked = _Asked(given, context, tuple(_read_tuples(fields.get("contextual"), given)))
    readers: dict[str, Callable[[Item, Item, _Asked], Case]] = {
        "check": _read_check,
        "list_objects": _read_objects,
        "list_subjects": _read_subjects,
    }
    cases = [
        readers[name](question, expected, asked)
        for name in _QUESTIONS
        if name in fields
        for question, expected in fields[name].pairs()
    ]
    name = fields["name"].text() if "name" in fields else f"case {number}"
    return given.stage(name, [*tuples, *_read_tuples(fields.get("tuples"), given)], cases)


def _words(question: Item, form: str) -> tuple[str, str, str]:
    words = question.text().split()
    if len(words) != 3:
        question.refuse(f"`{question.text():.128}` is no question; expected `{form}`.")
    return words[0], words[1], words[2]


def _read_check(question: Item, expected: Item, asked: _Asked) -> CheckCase:
    subject, action, entity = _words(question, "SUBJECT ACTION ENTITY")
    check = Check(
        asked.given.subject(subject, question),
        action,
        asked.given.entity(entity, question),
        asked.context,
        asked.contextual,
    )
    if expected.is_mapping():
        fields = expected.fields(("expect", "problem"), needed=("problem",))
        wanted = _read_expected(fields["expect"]) if "expect" in fields else Expected.PROBLEM
        return CheckCase(question.at, check, wanted, fields["problem"].text())
    return CheckCase(question.at, check, _read_expected(expected))


def _read_expected(item: Item) -> Expected:
    value = item.value()
    if isinstance(value, bool):
        return EXPECTED[value]
    found = {"undecided": Expected.UNDECIDED, "problem": Expected.PROBLEM}.get(value) if value else None
    if found is None:
        item.refuse("Expected `true`, `false`, `undecided` or `problem` here.")
    return found


def _read_objects(question: Item, expected: Item, asked: _Asked) -> ObjectsCase:
    subject, action, name = _words(question, "SUBJECT ACTION TYPE")
    query = ObjectQuery(
        asked.given.subject(subject, question), action, asked.given.type(name), asked.context, asked.contextual
    )
    return ObjectsCase(question.at, query, _read_listed(expected, Item.text))


def _read_subjects(question: Item, expected: Item, asked: _Asked) -> SubjectsCase:
    kind, action, entity = _words(question, "TYPE ACTION ENTITY")
    name, relation = asked.given.kind(kind)
    query = SubjectQuery(asked.given.entity(entity, question), action, name, relation, asked.context, asked.contextual)
    suffix = f"#{relation}" if relation else ""
    return SubjectsCase(question.at, (query,), _read_listed(expected, lambda item: f"{name}:{item.text()}{suffix}"))


def _read_listed(item: Item, name: Callable[[Item], str]) -> Listed | None:
    if item.is_mapping():
        fields = item.fields(("decided", "undecided"))
        parts = [
            tuple(map(name, fields[each].entries())) if each in fields else () for each in ("decided", "undecided")
        ]
        return Listed(*parts)
    if not item.is_sequence():
        if item.value() != "problem":
            item.refuse("Expected a list of ids here, `decided` and `undecided` lists, or `problem`.")
        return None
    return Listed(tuple(map(name, item.entries())))
