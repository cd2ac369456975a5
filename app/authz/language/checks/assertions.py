"""Assertions: that they ask something the model knows, from tuples that it allows."""

from __future__ import annotations

from app.authz.language.checks.scope import Report, Scope
from app.authz.language.printer import print_fact
from app.authz.language.rewrites import direct_types
from app.authz.language.tuple_text import parse_entity, parse_subject
from app.authz.types.model import Assertion, Position
from app.authz.types.tuples import EVERY, RelationTuple, SubjectRef, policy_of


def check_assertions(scope: Scope, report: Report) -> None:
    """Report questions and tuples that the model has no words for."""
    before: tuple[RelationTuple, ...] = ()
    for assertion in scope.model.assertions:
        _check_question(scope, report, assertion)
        if assertion.given is not before:
            for fact in assertion.given:
                _check_fact(scope, report, fact, assertion.at)
            before = assertion.given


def _check_question(scope: Scope, report: Report, assertion: Assertion) -> None:
    subject, entity = parse_subject(assertion.subject), parse_entity(assertion.entity)
    if subject is None or entity is None:
        shown = assertion.subject if subject is None else assertion.entity
        report.error("authz_model_assertion", f"`{shown}` is not of the form `type:id`.", assertion.at)
        return
    _check_subject(scope, report, subject, assertion.at)
    if not _check_type(scope, report, entity.type, assertion.at):
        return
    actions = {*scope.relations_of(entity.type), *scope.permissions_of(entity.type)}
    if assertion.action not in actions:
        reason = f"`{entity.type}` has neither a permission nor a relation `{assertion.action}`."
        report.unknown("authz_model_unknown_relation", reason, assertion.at, (assertion.action, actions))


def _check_subject(scope: Scope, report: Report, subject: SubjectRef, at: Position | None) -> None:
    if not _check_type(scope, report, subject.type, at):
        return
    relations = scope.relations_of(subject.type)
    if subject.relation and subject.relation not in relations:
        reason = f"`{subject.type}` has no relation `{subject.relation}`."
        report.unknown("authz_model_unknown_relation", reason, at, (subject.relation, relations))


def _check_type(scope: Scope, report: Report, name: str, at: Position | None) -> bool:
    if name in scope.types():
        return True
    report.unknown("authz_model_unknown_type", f"There is no type `{name}`.", at, (name, scope.types()))
    return False


def _check_fact(scope: Scope, report: Report, fact: RelationTuple, at: Position | None) -> None:
    key = fact.key
    if not _check_type(scope, report, key.entity_type, at) or not _check_type(scope, report, key.subject_type, at):
        return
    relations = scope.relations_of(key.entity_type)
    if key.relation not in relations:
        reason = f"The given tuple `{key}` names the relation `{key.relation}`, which `{key.entity_type}` has not."
        report.unknown("authz_model_unknown_relation", reason, at, (key.relation, relations))
        return
    if key.entity_type not in scope.declared:
        return
    # A policy stands wherever no condition is needed.
    condition = fact.condition.name if fact.condition and policy_of(fact.condition) is None else None
    wanted = (key.subject_type, key.subject_relation, key.subject_id == EVERY and not key.subject_relation, condition)
    allowed = direct_types(scope.relations[key.entity_type][key.relation])
    if wanted not in {(each.type, each.relation, each.is_wildcard, each.condition) for each in allowed}:
        reason = f"The model does not allow the given tuple `{print_fact(fact)}`."
        listed = ", ".join(map(str, allowed))
        hint = f"`{key.entity_type}#{key.relation}` takes [{listed}]." if listed else "That relation takes no tuples."
        report.error("authz_model_assertion_tuple", reason, at, hint=hint)
