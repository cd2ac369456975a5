"""OpenFGA's formats of tests: store files and the matrices that it publishes.

Source: https://openfga.dev/docs/modeling/store-file-format and `assets/tests` of openfga/openfga.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.suites.document import Item
from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.files import read_model
from app.authz.suites.parts import (
    EXPECTED,
    Given,
    assertion_stages,
    find_model,
    make_given,
    read_openfga_tuple,
    read_openfga_tuples,
    read_scripts,
)
from app.authz.suites.types import Case, CheckCase, Expected, Listed, ObjectsCase, Stage, SubjectsCase, Suite
from app.authz.types.answers import Check, Context
from app.authz.types.model import Model
from app.authz.types.tuples import RelationTuple, TupleKey

_TUPLES: Final = ("tuples", "tuple_file", "tuple_files")
# Policies, users and their surroundings are ours; no file of OpenFGA's has them.
_STORE: Final = ("name", "model", "model_file", "tests", "policies", "users", "env", *_TUPLES)
_TEST: Final = ("name", "description", "check", "list_objects", "list_users", *_TUPLES)


def read_store(root: Item, folder: Path) -> Suite:
    """A store file. Each test is a stage with the tuples of the store and its own.

    Raises:
        SuiteInvalid: something is of another shape.
    """
    fields = root.fields(_STORE)
    found = find_model(fields, folder)
    if found is None:
        root.refuse("There is neither a `model` nor a `model_file` here.")
    given = replace(make_given(*found), scripts=read_scripts(fields, folder, ""))
    tuples = read_openfga_tuples(fields, folder, given)
    stages = assertion_stages(given)
    for n, item in enumerate(fields["tests"].entries() if "tests" in fields else [], start=1):
        test = item.fields(_TEST)
        name = test["name"].text() if "name" in test else f"test {n}"
        own = read_openfga_tuples(test, folder, given)
        stages.append(given.stage(name, [*tuples, *own], _read_test(test, given)))
    return Suite(fields["name"].text() if "name" in fields else root.file, tuple(stages), is_foreign=True)


def _read_test(test: Mapping[str, Item], given: Given) -> Iterator[Case]:
    for item in test["check"].entries() if "check" in test else []:
        yield from _read_store_checks(item, given)
    for item in test["list_objects"].entries() if "list_objects" in test else []:
        yield from _read_store_objects(item, given)
    for item in test["list_users"].entries() if "list_users" in test else []:
        yield from _read_store_users(item, given)


def _context(fields: Mapping[str, Item]) -> Context:
    return fields["context"].record() if "context" in fields else {}


def _one_or_more(item: Item, fields: Mapping[str, Item], one: str, more: str) -> list[Item]:
    found = [fields[one]] if one in fields else []
    found += fields[more].entries() if more in fields else []
    if not found:
        item.refuse(f"`{one}` is missing here.")
    return found


def _read_store_checks(item: Item, given: Given) -> Iterator[CheckCase]:
    fields = item.fields(("user", "users", "object", "objects", "context", "assertions"), needed=("assertions",))
    users = _one_or_more(item, fields, "user", "users")
    objects = _one_or_more(item, fields, "object", "objects")
    for user, entity in product(users, objects):
        for relation, expected in fields["assertions"].pairs():
            check = Check(
                given.subject(user.text(), user),
                relation.text(),
                given.entity(entity.text(), entity),
                _context(fields),
            )
            yield CheckCase(relation.at, check, EXPECTED[expected.flag()])


def _read_store_objects(item: Item, given: Given) -> Iterator[ObjectsCase]:
    needed = ("user", "type", "assertions")
    fields = item.fields((*needed, "context"), needed=needed)
    for relation, expected in fields["assertions"].pairs():
        subject = given.subject(fields["user"].text(), fields["user"])
        query = ObjectQuery(subject, relation.text(), fields["type"].text(), _context(fields))
        yield ObjectsCase(relation.at, query, _read_ids(expected, given))


def _read_store_users(item: Item, given: Given) -> Iterator[SubjectsCase]:
    needed = ("object", "user_filter", "assertions")
    fields = item.fields((*needed, "context"), needed=needed)
    entity = given.entity(fields["object"].text(), fields["object"])
    filters = [each.fields(("type", "relation"), needed=("type",)) for each in fields["user_filter"].entries()]
    for relation, expected in fields["assertions"].pairs():
        queries = tuple(
            SubjectQuery(
                entity,
                relation.text(),
                each["type"].text(),
                each["relation"].text() if "relation" in each else "",
                _context(fields),
            )
            for each in filters
        )
        # `excluded_users` is of older versions, which gave it for information.
        users = expected.fields(("users", "excluded_users")).get("users")
        listed = tuple(each.text() for each in users.entries()) if users else ()
        yield SubjectsCase(relation.at, queries, Listed(listed))


def _read_ids(item: Item, given: Given) -> Listed:
    return Listed(tuple(given.entity(each.text(), each).id for each in item.entries()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What surrounds the question of an assertion of a matrix; its error codes all mean: some problem."""

    fields: Mapping[str, Item]
    context: Context
    contextual: tuple[RelationTuple, ...]
    is_refused: bool


def read_matrix(root: Item) -> Suite:
    """A published matrix. The stages of a test build on each other: tuples stay. Names not known here do not count.

    Raises:
        SuiteInvalid: something is of another shape.
    """
    stages: list[Stage] = []
    for item in root.some_fields(("tests",))["tests"].entries():
        test = item.some_fields(("name", "stages"))
        tuples: dict[TupleKey, RelationTuple] = {}
        for each in test["stages"].entries():
            fields = each.some_fields(("model",))
            given, refused = _read_model(fields["model"])
            for one in fields["tuples"].entries() if "tuples" in fields else []:
                stored = read_openfga_tuple(one, given)
                tuples[stored.key] = stored
            stage = given.stage(test["name"].text(), tuples.values(), _read_stage(fields, given))
            stages.append(replace(stage, refused=refused))
    return Suite(root.file, tuple(stages), is_foreign=True)


def _read_model(item: Item) -> tuple[Given, str | None]:
    """A model that cannot be read fails its own stage only."""
    try:
        return make_given(read_model(item.text(), item.first_line), item.first_line), None
    except SuiteInvalid as error:
        return make_given(Model(), item.first_line), error.message


def _read_stage(fields: Mapping[str, Item], given: Given) -> Iterator[Case]:
    for item in fields["checkAssertions"].entries() if "checkAssertions" in fields else []:
        yield _read_matrix_check(item, _read_asked(item, "tuple", given), given)
    for item in fields["listObjectsAssertions"].entries() if "listObjectsAssertions" in fields else []:
        yield _read_matrix_objects(item, _read_asked(item, "request", given), given)
    for item in fields["listUsersAssertions"].entries() if "listUsersAssertions" in fields else []:
        yield _read_matrix_users(item, _read_asked(item, "request", given), given)


def _read_asked(item: Item, question: str, given: Given) -> _Asked:
    fields = item.some_fields((question,))
    extra = fields["contextualTuples"].entries() if "contextualTuples" in fields else []
    contextual = tuple(read_openfga_tuple(each, given) for each in extra)
    return _Asked(fields, _context(fields), contextual, "errorCode" in fields)


def _read_matrix_check(item: Item, asked: _Asked, given: Given) -> CheckCase:
    question = read_openfga_tuple(asked.fields["tuple"], given)
    check = Check(question.key.subject, question.key.relation, question.key.entity, asked.context, asked.contextual)
    if asked.is_refused:
        return CheckCase(item.at, check, Expected.PROBLEM)
    if "expectation" not in asked.fields:
        item.refuse("`expectation` is missing here.")
    return CheckCase(item.at, check, EXPECTED[asked.fields["expectation"].flag()])


def _read_matrix_objects(item: Item, asked: _Asked, given: Given) -> ObjectsCase:
    names = ("user", "type", "relation")
    request = asked.fields["request"].some_fields(names)
    subject = given.subject(request["user"].text(), request["user"])
    query = ObjectQuery(subject, request["relation"].text(), request["type"].text(), asked.context, asked.contextual)
    expected = asked.fields.get("expectation")
    listed = _read_ids(expected, given) if expected else Listed(())
    return ObjectsCase(item.at, query, None if asked.is_refused else listed)


def _read_matrix_users(item: Item, asked: _Asked, given: Given) -> SubjectsCase:
    names = ("filters", "object", "relation")
    request = asked.fields["request"].some_fields(names)
    entity = given.entity(request["object"].text(), request["object"])
    queries = tuple(
        SubjectQuery(entity, request["relation"].text(), *given.kind(each.text()), asked.context, asked.contextual)
        for each in request["filters"].entries()
    )
    expected = asked.fields.get("expectation")
    listed = Listed(tuple(each.text() for each in expected.entries()) if expected else ())
    return SubjectsCase(item.at, queries, None if asked.is_refused else listed)
