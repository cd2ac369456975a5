"""What the documentation says of the conformance plans is what the tests do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "conformance"
DOCUMENT = (ROOT / "docs" / "conformance.md").read_text("utf-8")
# Of each plan, what the suite has in it. Form Post runs the modules of Basic a second time.
SIZES = {
    "oidcc-basic-certification-test-plan": 38,
    "oidcc-formpost-basic-certification-test-plan": 38,
    "oidcc-config-certification-test-plan": 1,
    "oidcc-dynamic-certification-test-plan": 23,
    "oidcc-rp-initiated-logout-certification-test-plan": 11,
    "oidcc-backchannel-rp-initiated-logout-certification-test-plan": 2,
    "fapi2-security-profile-final-test-plan": 62,
}


def rows() -> dict[str, tuple[int, str]]:
    """Number of modules and test file of each plan, from the table."""
    found = re.findall(r"^\| `([a-z0-9-]+)` \| (\d+) \| `tests/conformance/(\w+\.py)` \|$", DOCUMENT, re.MULTILINE)
    return {plan: (int(count), file) for plan, count, file in found}


def listed(file: str) -> list[str]:
    """The modules under the heading of a test file."""
    section = re.search(rf"^## `{re.escape(file)}`$(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/conformance.md has no section for {file}"
    return re.findall(r"^- `([\w-]+)`", section[1], re.MULTILINE)


def not_offered(file: str) -> set[str]:
    """The modules that the document calls not offered."""
    return {module for module in listed(file) if f"- `{module}`: not offered: " in DOCUMENT}


def read_tests(file: Path) -> dict[str, str]:
    """The tests of a file in order, with what each says of itself."""
    tree = ast.parse(file.read_text("utf-8"))
    return {
        node.name: ast.get_docstring(node) or ""
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def named(module: str) -> str:
    return f"test_{module.replace('-', '_')}"


def test_every_plan_is_in_the_table_with_all_of_its_modules() -> None:
    assert {plan: count for plan, (count, _) in rows().items()} == SIZES
    for count, file in rows().values():
        assert len(listed(file)) == count, file


def test_every_file_of_tests_belongs_to_a_plan() -> None:
    assert {file for _, file in rows().values()} == {file.name for file in TESTS.glob("test_*.py")}


@pytest.mark.parametrize("file", sorted(TESTS.glob("test_*.py")), ids=lambda file: file.stem)
def test_each_module_is_a_test_of_its_name(file: Path) -> None:
    tests = read_tests(file)

    assert list(tests) == [named(module) for module in listed(file.name)]
    unoffered = {name for name, text in tests.items() if text.startswith("Not offered: ")}
    assert unoffered == {named(module) for module in not_offered(file.name)}
