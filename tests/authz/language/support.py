"""Short ways to read models and to say what is expected of their problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems

HEAD = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n"
PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "openfga"


def refused(text: str) -> list[ModelProblem]:
    """The problems for which a text is no model."""
    with pytest.raises(ModelProblems) as caught:
        parse_model(text)
    return list(caught.value.problems)


def places(problems: list[ModelProblem]) -> list[tuple[str, int, int]]:
    """Code, line and column of each problem."""
    return [
        (each.code.removeprefix("authz_model_"), each.position.line, each.position.column)
        if each.position
        else (each.code.removeprefix("authz_model_"), 0, 0)
        for each in problems
    ]


def problems_of(definitions: str) -> list[ModelProblem]:
    """What is wrong with a model of `user`, and `doc` with these relations (from line 6, each line as it is)."""
    return find_problems(parse_model(HEAD + definitions))
