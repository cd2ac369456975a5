"""The conditions of OpenFGA's published matrices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from app.authz.conditions import compile_condition
from app.authz.types import Condition, Parameter
from tests.authz.conditions.support import kind

MATRICES = Path(__file__).parents[4] / "shared" / "data" / "openfga"
_CONDITION = re.compile(r"condition (\w+)\(([^)]*)\) \{(.*?)\}", re.DOTALL)


def conditions(file: Path) -> list[Condition]:
    tests = yaml.safe_load(file.read_text("utf-8"))["tests"]
    models = [stage["model"] for test in tests for stage in test["stages"]]
    return [
        Condition(name, tuple(map(parameter, declared.split(","))), expression)
        for model in models
        for name, declared, expression in _CONDITION.findall(model)
    ]


def parameter(text: str) -> Parameter:
    name, _, type_ = text.partition(":")
    return Parameter(name.strip(), kind(type_.strip()))


@pytest.mark.shared_data
@pytest.mark.skipif(not MATRICES.exists(), reason="The matrices are not beside the checkout.")
def test_every_condition_compiles() -> None:
    found = [each for file in sorted(MATRICES.glob("*.yaml")) for each in conditions(file)]

    programs = [compile_condition(each) for each in found]

    assert len(found) == 29
    assert [list(each.needed) for each in programs] == [[one.name for one in each.parameters] for each in found]
