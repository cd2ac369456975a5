"""Our own format of tests."""

from __future__ import annotations

import re
from pathlib import Path

from app.authz.engine.explain import StepKind
from app.authz.suites.load import load_suite
from app.authz.suites.run import run_suite
from app.authz.suites.types import Place
from tests.authz.suites.support import run_text

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "testing-models.md"


async def test_the_example_of_the_documentation_passes() -> None:
    example = re.search(r"```yaml\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)
    assert example is not None

    report = await run_text(example[1])

    assert report.failed == ()
    assert report.problems == ()
    assert report.passed_count == 10


async def test_a_failed_check_says_what_came_out_and_can_be_explained() -> None:
    report = await run_text("""
        MODEL
        tuples: [document:1#viewer@group:eng#member]
        cases:
          - name: members see it
            check:
              user:anne viewer document:1: true
        """)

    (failed,) = report.failed
    assert not report.is_passed
    assert failed.at == Place("tests.yaml", 21)
    assert failed.stage == "members see it"
    assert (failed.question, failed.expected, failed.actual) == (
        "check user:anne viewer document:1",
        "allowed",
        "denied",
    )
    assert failed.explain is not None
    proof = await failed.explain()
    assert proof.root.kind is StepKind.RELATION
    assert "document:1#viewer@user:anne" in map(str, proof.missing)


async def test_lists_are_compared_in_any_order_and_with_what_is_undecided() -> None:
    report = await run_text("""
        MODEL
        system: false
        tuples:
          - document:1#viewer@user:anne
          - document:2#viewer@user:anne
          - {tuple: document:3#editor@user:anne, condition: is_cheap}
        cases:
          - list_objects:
              user:anne viewer document: {decided: [2, 1], undecided: [3]}
              user:anne editor document: []
              user:anne owner document: [1]
            list_subjects:
              user viewer document:3: {undecided: [anne]}
              user viewer document:1: [beth]
        """)

    assert [(each.question, each.expected, each.actual) for each in report.failed] == [
        ("list_objects user:anne editor document", "nothing", "nothing, undecided 3"),
        ("list_objects user:anne owner document", "1", "nothing"),
        ("list_subjects user viewer document:1", "user:beth", "user:anne"),
    ]
    assert report.passed_count == 2


async def test_a_denial_because_the_question_means_nothing_is_not_the_expected_one() -> None:
    report = await run_text("""
        MODEL
        cases:
          - check:
              user:anne view document:1: false
              user:anne sing document:1: problem
              user:anne play document:1: {problem: authz_type_unknown}
              user:anne owner document:1: problem
        """)

    assert [each.question.split()[2] for each in report.failed] == ["view", "play", "owner"]
    assert report.failed[0].actual == "denied (authz_action_unknown)"
    assert report.failed[0].explain is None


async def test_types_of_a_client_are_written_without_their_prefix() -> None:
    report = await run_text("""
        MODEL
        scope: cli_1
        tuples: [document:1#owner@user:anne, clients:cli_1#full_access@user:fay]
        cases:
          - check:
              user:anne owner document:1: true
              user:fay owner document:1: false
            list_subjects:
              user owner document:1: [anne]
        """)

    assert report.is_passed
    assert report.outcomes[0].question == "check user:anne owner cli_1:document:1"


async def test_the_assertions_of_a_model_are_run_with_the_lines_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "documents.fga").write_text(
        """model
  schema 1.1
type user
type document
  relations
    define owner: [user]
  assertions
    given
      document:1#owner@user:anne
    check user:anne owner document:1 is true
    check user:beth owner document:1 is true
""".replace("  assertions", "\nassertions")
        .replace("    given", "  given")
        .replace("    check", "  check")
    )
    (tmp_path / "tests.yaml").write_text(
        "model_file: documents.fga\ncases: [{check: {user:a owner document:1: false}}]\n"
    )

    alone = await run_suite(load_suite(tmp_path / "documents.fga"))
    within = await run_suite(load_suite(tmp_path / "tests.yaml"))

    assert [str(each.at) for each in alone.failed] == ["documents.fga:12"]
    assert [str(each.at) for each in within.failed] == ["documents.fga:12"]
    assert (len(alone.outcomes), len(within.outcomes)) == (2, 3)


async def test_a_model_that_could_not_be_saved_fails_the_suite() -> None:
    report = await run_text("""
        model: |
          model
            schema 1.1
          type user
          type document
            relations
              define viewer: [user] or writer
        cases:
          - check:
              user:anne viewer document:1: false
        """)

    assert report.failed == ()
    assert not report.is_passed
    assert [problem.split(" ")[0] for problem in report.problems] == ["tests.yaml:8:"]
    assert "writer" in report.problems[0]
