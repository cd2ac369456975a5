"""The guide to the language says what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.authz.language import limits
from app.authz.language.json_form import model_from_json, model_to_json
from app.authz.language.printer import print_model
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems

GUIDE = (Path(__file__).parents[3] / "docs" / "models.md").read_text("utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def test_its_models_are_read_and_make_sense() -> None:
    [text] = examples("fga")

    model = parse_model(text)

    assert find_problems(model) == []
    assert parse_model(print_model(model)) == model
    assert [len(kind.relations) for kind in model.types] == [0, 3, 6]
    assert [assertion.expected for assertion in model.assertions] == [True, False, None]


def test_its_json_is_read_and_makes_sense() -> None:
    [text] = examples("json")

    model = model_from_json(json.loads(text))

    assert find_problems(model) == []
    assert model_from_json(model_to_json(model)) == model


def test_its_mistake_is_reported_so() -> None:
    [shown] = re.findall(r"^```\n(model\.fga.*?)\n```", GUIDE, re.DOTALL | re.MULTILINE)
    text = "model\n  schema 1.1\n\n\n\n\n\n\n\ntype document\n  relations\n    define viewer: [user]\n"
    text += "    define editor: [user]\n    define reader: [user] or editor or veiwer\n"

    [problem] = find_problems(parse_model(text))

    assert problem.show_in(text).render("model.fga") == shown


def test_its_bounds_are_those_of_the_code() -> None:
    words = " ".join(GUIDE.split())

    assert limits.MAX_TEXT_BYTES == 256 * 1024
    assert f"{limits.MAX_TYPES} types, {limits.MAX_RELATIONS} relations and {limits.MAX_PERMISSIONS} perm" in words
    assert f"{limits.MAX_PARTS} parts (relations, arrows, `[ ]`) in one relation" in words
    assert f"{limits.MAX_CONDITIONS} conditions of {limits.MAX_EXPRESSION} characters" in words
    assert f"{limits.MAX_ASSERTIONS} assertions, and brackets nest {limits.MAX_NESTING} deep" in words
    assert f"at most {limits.MAX_TYPE_NAME} characters, others {limits.MAX_RELATION_NAME}" in words
