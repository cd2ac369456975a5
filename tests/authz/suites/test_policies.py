"""Policies in files of tests: run as in the server, refused with their line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.load import load_suite
from app.authz.suites.run import run_suite

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "testing-models.md").read_text("utf-8")
EXAMPLE = next(each for each in re.findall(r"```yaml\n(.*?)```", DOCUMENTATION, re.DOTALL) if "policies:" in each)
STORE = """
name: store
model: |
  model
    schema 1.1
  type user
  type document
    relations
      define viewer: [user]
policies:
  by_day: return context.resource.hour < 20
tuples:
  - {user: user:anne, relation: viewer, object: document:1, condition: {name: "policy:by_day"}}
tests:
  - check:
      - user: user:anne
        object: document:1
        context: {hour: 9}
        assertions: {viewer: true}
      - user: user:anne
        object: document:1
        context: {hour: 22}
        assertions: {viewer: false}
    list_objects:
      - user: user:anne
        type: document
        context: {hour: 9}
        assertions: {viewer: [document:1]}
"""


def write(folder: Path, text: str, inside: str = "return context.env.ip == '10.0.0.7'") -> Path:
    (folder / "from_inside.lua").write_text(inside, "utf-8")
    (folder / "tests.yaml").write_text(text, "utf-8")
    return folder / "tests.yaml"


@pytest.mark.parametrize(("text", "cases"), [(EXAMPLE, 5), (STORE, 3)], ids=["ours", "openfga"])
async def test_policies_of_a_file_are_run(tmp_path: Path, text: str, cases: int) -> None:
    report = await run_suite(load_suite(write(tmp_path, text)))

    assert (report.failed, report.problems, report.passed_count) == ((), (), cases)


async def test_a_policy_that_says_something_else_fails_its_case(tmp_path: Path) -> None:
    report = await run_suite(load_suite(write(tmp_path, EXAMPLE, "return false")))

    assert [(each.question, each.actual) for each in report.failed] == [
        ("check user:zoe approve invoice:1", "denied"),
    ]


async def test_a_permission_that_names_another_policy_is_a_mistake(tmp_path: Path) -> None:
    report = await run_suite(
        load_suite(write(tmp_path, EXAMPLE.replace("policy small_amounts", "policy smal_amounts")))
    )

    assert report.problems == ("tests.yaml:13: There is no policy `smal_amounts`. Did you mean `small_amounts`?",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "small_amounts: |\n    return",
            "small_amounts: |\n    return return",
            "tests.yaml:16: This is no policy, line 1: ",
        ),
        ("file: from_inside.lua", "file: gone.lua", "tests.yaml:18: There is no file gone.lua."),
        ("policy: from_inside", "policy: from_inside\n    condition: x", "a `policy` or a `condition`, not both"),
        ("department: finance", "department: finance }, age: {", "`age` is not known here"),
    ],
    ids=["no Lua", "no file", "both", "unknown field"],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in EXAMPLE

    with pytest.raises(SuiteInvalid) as caught:
        load_suite(write(tmp_path, EXAMPLE.replace(old, new, 1)))

    assert expected in caught.value.message
