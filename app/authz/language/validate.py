"""Whether a model makes sense."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from app.authz.language.checks.assertions import check_assertions
from app.authz.language.checks.graph import check_graph
from app.authz.language.checks.names import check_names
from app.authz.language.checks.references import check_policies, check_references
from app.authz.language.checks.scope import Report, Scope
from app.authz.language.problems import ModelProblem
from app.authz.language.text import find_excess
from app.authz.types.model import Condition, Model

# Types that every model may name, with their relations.
BUILT_IN: Mapping[str, Collection[str]] = {"user": (), "apikey": (), "client": (), "group": ("member",)}


def find_problems(
    model: Model,
    *,
    known_types: Mapping[str, Collection[str]] = BUILT_IN,
    check_condition: Callable[[Condition], ModelProblem | None] | None = None,
    policies: Collection[str] | None = None,
) -> list[ModelProblem]:
    """Everything that is wrong with a model, from the top of its text to its end; warnings are marked.

    A model without an error can be compiled and answers every question. `problem.show_in(text)` adds the line.

    Args:
        known_types: types that the model may name without defining them, each with its relations.
        check_condition: tests the CEL expression of a condition.
        policies: the names of those that there are; None: nobody knows.
    """
    if excess := find_excess(model):
        return excess
    scope, report = Scope.of(model, known_types), Report()
    check_names(scope, report)
    check_references(scope, report)
    if policies is not None:
        check_policies(scope, policies, report)
    check_graph(scope, report)
    check_assertions(scope, report)
    if check_condition:
        for condition in model.conditions:
            if problem := check_condition(condition):
                report.add(problem)
    return report.problems()
