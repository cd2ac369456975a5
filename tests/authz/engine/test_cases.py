"""The cases of `tests/authz/cases`: each is asked as check, list and proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.authz.engine.listing import ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.proofs import explain
from app.authz.engine.resolve import Ruleset, find_problem, resolve
from app.authz.engine.schema import build_schema
from app.authz.engine.system import system_model
from app.authz.suites.load import load_suite
from app.authz.suites.run import run_suite
from app.authz.suites.types import CheckCase, Stage
from app.authz.types import Decision, Model

FILES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))


def rules_of(stage: Stage) -> Ruleset:
    return Ruleset(build_schema(system_model() if stage.has_system else Model(), {stage.scope: stage.model}, {}))


def checks_of(stage: Stage) -> list[CheckCase]:
    rules = rules_of(stage)
    cases = [case for case in stage.cases if isinstance(case, CheckCase)]
    return [case for case in cases if find_problem(rules.schema, case.check) is None]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_cases_come_out_as_expected(file: Path) -> None:
    report = await run_suite(load_suite(file))

    assert [str(each) for each in report.failed] == []
    assert report.problems == ()
    assert report.passed_count > 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_proof_comes_to_the_same_decision_as_the_check(file: Path) -> None:
    for stage in load_suite(file).stages:
        rules, reader = rules_of(stage), FactReader(stage.tuples)
        for case in checks_of(stage):
            (expected,) = await resolve(rules, reader, [case.check], judge=stage.scripts.judge)

            found, proof = await explain(rules, reader, case.check, stage.scripts.judge)

            assert (found.decision, found.bypass) == (expected.decision, expected.bypass), case.at
            assert proof.root.decision is expected.decision, case.at
            for missing in proof.missing:
                assert missing.key.entity_type in rules.schema.types


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_lists_hold_what_checks_allow(file: Path) -> None:
    for stage in load_suite(file).stages:
        rules, reader = rules_of(stage), FactReader(stage.tuples)
        graph = build_graph(rules.schema)
        for case in checks_of(stage):
            check = case.check
            (answer,) = await resolve(rules, reader, [check], judge=stage.scripts.judge)
            if answer.bypass is not None:
                continue

            objects = await list_objects(
                rules,
                graph,
                reader,
                ObjectQuery(check.subject, check.action, check.entity.type, check.context, check.contextual),
                stage.scripts.judge,
            )
            subjects = await list_subjects(
                rules,
                graph,
                reader,
                SubjectQuery(
                    check.entity,
                    check.action,
                    check.subject.type,
                    check.subject.relation,
                    check.context,
                    check.contextual,
                ),
                judge=stage.scripts.judge,
            )

            listed = {each.id: each.is_decided for each in objects}
            if answer.decision is Decision.ALLOWED:
                assert listed.get(check.entity.id) or "*" in listed, case.at
                ids = {each.subject.id for each in subjects}
                assert ids & {check.subject.id, "*"} or check.subject.relation, case.at
            elif answer.decision is Decision.DENIED:
                assert check.entity.id not in listed or check.entity.id == "*", case.at
                assert listed.get("*") is not True, case.at
                assert check.subject not in [each.subject for each in subjects], case.at
