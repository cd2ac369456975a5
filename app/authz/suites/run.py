"""Runs tests of models against the engine, with tuples in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.authz.conditions.errors import ConditionInvalid
from app.authz.conditions.program import compile_condition
from app.authz.engine.explain import Proof
from app.authz.engine.listing import ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import Graph, build_graph
from app.authz.engine.proofs import explain
from app.authz.engine.resolve import Resolution, Ruleset, find_problem, resolve
from app.authz.engine.schema import build_schema
from app.authz.engine.system import system_model
from app.authz.engine.turns import Turns
from app.authz.errors import WorkExceeded
from app.authz.language.problems import ModelProblem
from app.authz.language.validate import find_problems
from app.authz.suites.files import locate
from app.authz.suites.types import (
    Case,
    CheckCase,
    Expected,
    Listed,
    ObjectsCase,
    Outcome,
    Place,
    Stage,
    SubjectsCase,
    Suite,
    SuiteReport,
)
from app.authz.types.answers import Check, Decision
from app.authz.types.model import Condition, Model
from app.authz.types.tuples import EntityRef, SubjectRef
from app.kit.errors import AppError

_EXPECTED = {
    Decision.ALLOWED: Expected.ALLOWED,
    Decision.DENIED: Expected.DENIED,
    Decision.UNDECIDED: Expected.UNDECIDED,
}


async def run_suite(suite: Suite) -> SuiteReport:
    """Run every case. A model that could not be saved is a problem of the report; its cases are run all the same."""
    models: dict[tuple[int, str, bool], Stage] = {}
    for stage in suite.stages:
        models.setdefault(_model_of(stage), stage)
    problems = [each for stage in models.values() for each in _refusals(stage)]
    return SuiteReport(suite.name, tuple(await run_stages(suite.stages)), tuple(problems), suite.is_foreign)


async def run_stages(stages: Iterable[Stage]) -> list[Outcome]:
    """The outcome of every case, in their order; the event loop has its turns."""
    worlds: dict[tuple[int, str, bool], _Rules] = {}
    outcomes: list[Outcome] = []
    turns = Turns()
    for stage in stages:
        key = _model_of(stage)
        if key not in worlds:
            worlds[key] = _compile(stage)
        runner = _Runner(worlds[key], stage)
        for case in stage.cases:
            outcomes.append(await runner.run(case))
            await turns.breathe()
    return outcomes


def _model_of(stage: Stage) -> tuple[int, str, bool]:
    return (id(stage.model), stage.scope, stage.has_system)


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: Ruleset
    graph: Graph


def _compile(stage: Stage) -> _Rules:
    models = {**stage.others, stage.scope: stage.model}
    schema = build_schema(system_model() if stage.has_system else Model(), models, {})
    return _Rules(Ruleset(schema), build_graph(schema))


def _refusals(stage: Stage) -> Iterable[str]:
    """Why the model of a stage could not be saved."""
    return [stage.refused] if stage.refused else _problems(stage)


def _problems(stage: Stage) -> Iterator[str]:
    known = {each.name: [one.name for one in each.relations] for each in system_model().types}
    sources = stage.scripts.sources
    found = find_problems(
        stage.model,
        known_types=known if stage.has_system else {},
        check_condition=_check_condition,
        # A file without policies says nothing about which there are.
        policies={each.name for each in sources} if sources else None,
    )
    for problem in found:
        if not problem.is_warning:
            place, reason = locate(problem, stage.model_at)
            yield f"{place}: {reason}"


def _check_condition(condition: Condition) -> ModelProblem | None:
    try:
        compile_condition(condition)
    except ConditionInvalid as error:
        return ModelProblem(error.code, error.message, position=error.at)
    return None


class _Runner:
    """Runs the cases of one stage."""

    def __init__(self, world: _Rules, stage: Stage) -> None:
        self._rules, self._graph = world.rules, world.graph
        self._stage = stage
        self._judge = stage.scripts.judge
        self._reader = FactReader(stage.tuples)

    async def run(self, case: Case) -> Outcome:
        outcome = await self._run(case)
        if self._stage.refused is None:
            return outcome
        return replace(outcome, is_passed=False, actual="no model", problem=self._stage.refused, explain=None)

    async def _run(self, case: Case) -> Outcome:
        if isinstance(case, CheckCase):
            return await self._run_check(case)
        if isinstance(case, ObjectsCase):
            return await self._run_objects(case)
        return await self._run_subjects(case)

    async def _run_check(self, case: CheckCase) -> Outcome:
        (found,) = await resolve(self._rules, self._reader, [case.check], judge=self._judge)
        is_passed = _meets(case, found)
        expected = f"{case.expected.value} ({case.code})" if case.code else case.expected.value
        actual = f"{found.decision.value} ({found.problem.code})" if found.problem else found.decision.value
        check = case.check

        async def prove() -> Proof:
            _, proof = await explain(self._rules, self._reader, check, self._judge)
            return proof

        return Outcome(
            self._stage.name,
            case.at,
            f"check {check.subject} {check.action} {check.entity}",
            expected,
            actual,
            is_passed,
            found.problem.message if found.problem else None,
            None if is_passed or find_problem(self._rules.schema, check) else prove,
        )

    async def _run_objects(self, case: ObjectsCase) -> Outcome:
        query = case.query
        question = f"list_objects {query.subject} {query.action} {query.type}"
        found = await self._list_objects(query)
        return self._listed(case.at, question, case.expected, found)

    async def _list_objects(self, query: ObjectQuery) -> Listed | AppError:
        any_entity = EntityRef(query.type, "*")
        check = Check(query.subject, query.action, any_entity, query.context, query.contextual)
        if problem := find_problem(self._rules.schema, check):
            return problem
        try:
            found = await list_objects(self._rules, self._graph, self._reader, query, self._judge)
        except WorkExceeded as error:
            return error
        return Listed(
            tuple(each.id for each in found if each.is_decided),
            tuple(each.id for each in found if not each.is_decided),
        )

    async def _run_subjects(self, case: SubjectsCase) -> Outcome:
        first = case.queries[0]
        kinds = ",".join(f"{each.type}#{each.relation}" if each.relation else each.type for each in case.queries)
        question = f"list_subjects {kinds} {first.action} {first.entity}"
        decided: list[str] = []
        undecided: list[str] = []
        for query in case.queries:
            found = await self._list_subjects(query)
            if isinstance(found, AppError):
                return self._listed(case.at, question, case.expected, found)
            decided += found.decided
            undecided += found.undecided
        return self._listed(case.at, question, case.expected, Listed(tuple(decided), tuple(undecided)))

    async def _list_subjects(self, query: SubjectQuery) -> Listed | AppError:
        any_subject = SubjectRef(query.type, "*", query.relation)
        check = Check(any_subject, query.action, query.entity, query.context, query.contextual)
        if problem := find_problem(self._rules.schema, check):
            return problem
        try:
            found = await list_subjects(self._rules, self._graph, self._reader, query, judge=self._judge)
        except WorkExceeded as error:
            return error
        return Listed(
            tuple(str(each.subject) for each in found if each.is_decided),
            tuple(str(each.subject) for each in found if not each.is_decided),
        )

    def _listed(self, at: Place, question: str, expected: Listed | None, found: Listed | AppError) -> Outcome:
        if isinstance(found, AppError):
            actual, is_passed = f"a problem ({found.code})", expected is None
        elif expected is None:
            actual, is_passed = str(found), bool(found.undecided)
        else:
            actual, is_passed = str(found), _sorted(found) == _sorted(expected)
        wanted = "a problem" if expected is None else str(expected)
        message = found.message if isinstance(found, AppError) else None
        return Outcome(self._stage.name, at, question, wanted, actual, is_passed, message)


def _meets(case: CheckCase, found: Resolution) -> bool:
    code = found.problem.code if found.problem else None
    if case.code is not None and case.code != code:
        return False
    if case.expected is Expected.PROBLEM:
        return code is not None
    # A denial because the question means nothing is not the one that was expected.
    is_refused = found.decision is Decision.DENIED and code is not None and case.code is None
    return _EXPECTED[found.decision] is case.expected and not is_refused


def _sorted(listed: Listed) -> tuple[list[str], list[str]]:
    return sorted(listed.decided), sorted(listed.undecided)
