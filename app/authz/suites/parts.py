"""What all formats have: subjects, entities, tuples, models, and the assertions of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from app.authz.engine.policies import PolicyName
from app.authz.engine.schema import full_name, own_types
from app.authz.engine.system import system_model
from app.authz.language.tuple_text import parse_entity, parse_subject, parse_tuple
from app.authz.suites.document import Item
from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.files import read_model, read_model_file, read_text, read_tuple_file
from app.authz.suites.policies import Scripts
from app.authz.suites.types import Case, CheckCase, Expected, Place, Stage
from app.authz.types.answers import Check
from app.authz.types.model import Assertion, Model
from app.authz.types.tuples import ConditionRef, EntityRef, RelationTuple, SubjectRef, TupleKey, with_policy
from app.lua.service import examine

Result = TypeVar("Result")

EXPECTED: Final[dict[bool | None, Expected]] = {
    True: Expected.ALLOWED,
    False: Expected.DENIED,
    None: Expected.UNDECIDED,
}
_OPENFGA_TUPLE: Final = ("user", "relation", "object", "condition")


@dataclass(frozen=True, slots=True)
class Given:
    """The model of some stages, and how names are read under it.

    Attributes:
        scope: the client that the model belongs to; its types are written without their prefix.
        others: models of other scopes that are in force beside it.
        scripts: the policies that the file brings along, and what they are given.
    """

    model: Model
    at: Place
    scope: str = ""
    has_system: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Model] = field(default_factory=dict)
    scripts: Scripts = field(default_factory=Scripts)

    def stage(self, name: str, tuples: Iterable[RelationTuple], cases: Iterable[Case]) -> Stage:
        """A stage with this model. Of two tuples with one key the later counts."""
        last = {each.key: each for each in tuples}
        return Stage(
            name,
            self.model,
            tuple(last.values()),
            tuple(cases),
            self.scope,
            self.has_system,
            model_at=self.at,
            others=self.others,
            scripts=self.scripts,
        )

    def entity(self, text: str, item: Item) -> EntityRef:
        """An entity, `document:1`."""
        found = parse_entity(text)
        if found is None:
            item.refuse(f"`{text:.64}` is no entity; expected one such as `document:1`.")
        return EntityRef(self.names.get(found.type, found.type), found.id)

    def subject(self, text: str, item: Item) -> SubjectRef:
        """A subject, `user:anne`, `user:*` or `group:g#member`."""
        found = parse_subject(text)
        if found is None:
            item.refuse(f"`{text:.64}` is no subject; expected one such as `user:anne` or `group:g#member`.")
        return replace(found, type=self.names.get(found.type, found.type))

    def kind(self, text: str) -> tuple[str, str]:
        """Type and relation of `user` or `group#member`."""
        name, _, relation = text.partition("#")
        return self.names.get(name, name), relation

    def type(self, text: str) -> str:
        """A type in full."""
        return self.names.get(text, text)

    def in_full(self, each: RelationTuple) -> RelationTuple:
        """A tuple with the full names of its types."""
        key = each.key
        names = {"entity_type": self.type(key.entity_type), "subject_type": self.type(key.subject_type)}
        return replace(each, key=replace(key, **names))


def read_scripts(fields: Mapping[str, Item], folder: Path, scope: str) -> Scripts:
    """The policies of `policies`, each as Lua or as `{file: NAME}`, and the people of `users`."""
    sources: dict[PolicyName, str] = {}
    for name, item in fields["policies"].pairs() if "policies" in fields else []:
        sources[PolicyName(scope, name.text())] = _read_source(item, folder)
    users = fields["users"].pairs() if "users" in fields else []
    known = ("name", "email", "role", "attributes")
    people = {name.text(): {key: each.value() for key, each in item.fields(known).items()} for name, item in users}
    return Scripts(sources, people, fields["env"].record() if "env" in fields else {})


def _read_source(item: Item, folder: Path) -> str:
    if item.is_mapping():
        file = item.fields(("file",), needed=("file",))["file"]
        source, at = _included(file, folder / file.text(), read_text), file
    else:
        source, at = item.text(), item
    found = examine(source)
    if found.failure is not None:
        at.refuse(f"This is no policy{f', line {found.line}' if found.line else ''}: {found.message}")
    return source


def make_given(model: Model, at: Place, *, scope: str = "", has_system: bool = False) -> Given:
    """A model with the names that its types have outside of it."""
    known = {each.name for each in system_model().types} if has_system else set()
    names = {each.name: full_name(scope, each.name) for each in own_types(model, known)}
    return Given(model, at, scope, has_system, names)


def find_model(fields: Mapping[str, Item], folder: Path) -> tuple[Model, Place] | None:
    """The model of `model` or `model_file`, None when there is neither."""
    if "model" in fields and "model_file" in fields:
        fields["model_file"].refuse("There is a `model` already; either may stand here, not both.")
    if "model" in fields:
        at = fields["model"].first_line
        return read_model(fields["model"].text(), at), at
    if "model_file" in fields:
        path = folder / fields["model_file"].text()
        return _included(fields["model_file"], path, read_model_file), Place(path.name, 1)
    return None


def read_openfga_tuples(fields: Mapping[str, Item], folder: Path, given: Given) -> list[RelationTuple]:
    """The tuples of `tuples`, `tuple_file` and `tuple_files`."""
    paths = [fields["tuple_file"]] if "tuple_file" in fields else []
    paths += fields["tuple_files"].entries() if "tuple_files" in fields else []
    items = fields["tuples"].entries() if "tuples" in fields else []
    for item in paths:
        items += _included(item, folder / item.text(), read_tuple_file)
    return [read_openfga_tuple(item, given) for item in items]


def _included(item: Item, path: Path, read: Callable[[Path], Result]) -> Result:
    if not path.is_file():
        item.refuse(f"There is no file {item.text():.128}.")
    return read(path)


def read_openfga_tuple(item: Item, given: Given) -> RelationTuple:
    """`user`, `relation`, `object` and perhaps a `condition` with `name` and `context`."""
    fields = item.fields(_OPENFGA_TUPLE, needed=_OPENFGA_TUPLE[:3])
    entity = given.entity(fields["object"].text(), fields["object"])
    subject = given.subject(fields["user"].text(), fields["user"])
    key = TupleKey(entity.type, entity.id, fields["relation"].text(), subject.type, subject.id, subject.relation)
    if "condition" not in fields:
        return RelationTuple(key)
    condition = fields["condition"].fields(("name", "context"), needed=("name",))
    context = condition["context"].record() if "context" in condition else {}
    return RelationTuple(key, ConditionRef(condition["name"].text(), context))


def read_own_tuple(item: Item, given: Given) -> RelationTuple:
    """`document:1#owner@user:anne`, or a mapping of `tuple`, and `condition` with `context`, or `policy`."""
    if not item.is_mapping():
        return RelationTuple(_read_key(item, given))
    fields = item.fields(("tuple", "condition", "context", "policy"), needed=("tuple",))
    key = _read_key(fields["tuple"], given)
    if "policy" in fields:
        if len(fields) > 2:
            fields["policy"].refuse("A tuple has a `policy` or a `condition`, not both.")
        return RelationTuple(key, with_policy(fields["policy"].text()))
    if "condition" not in fields:
        return RelationTuple(key)
    context = fields["context"].record() if "context" in fields else {}
    return RelationTuple(key, ConditionRef(fields["condition"].text(), context))


def _read_key(item: Item, given: Given) -> TupleKey:
    try:
        return given.in_full(RelationTuple(parse_tuple(item.text()))).key
    except ValueError:
        item.refuse(f"`{item.text():.128}` is no tuple; expected one such as `document:1#owner@user:anne`.")


def assertion_stages(given: Given) -> list[Stage]:
    """The assertions of a model as stages, one for each set of given tuples."""
    groups: dict[int, list[Assertion]] = {}
    for each in given.model.assertions:
        groups.setdefault(id(each.given), []).append(each)
    stages = []
    for group in groups.values():
        tuples = [given.in_full(each) for each in group[0].given]
        stages.append(given.stage("assertions", tuples, [_assertion_case(each, given) for each in group]))
    return stages


def _assertion_case(assertion: Assertion, given: Given) -> CheckCase:
    line = given.at.line + assertion.at.line - 1 if assertion.at and given.at.line else 0
    entity, subject = parse_entity(assertion.entity), parse_subject(assertion.subject)
    if entity is None or subject is None:
        raise SuiteInvalid("An assertion names no subject or entity.", file=given.at.file, line=line)
    check = Check(
        replace(subject, type=given.type(subject.type)),
        assertion.action,
        EntityRef(given.type(entity.type), entity.id),
        assertion.context,
    )
    written = f"check {assertion.subject} {assertion.action} {assertion.entity}"
    return CheckCase(Place(given.at.file, line), check, EXPECTED[assertion.expected], written=written)
