"""Whatever is sent, the answer is a model or a list of problems, and a model that makes sense prints as itself."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from app.authz.language.json_form import model_from_json, model_to_json
from app.authz.language.printer import print_model
from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems
from app.authz.types import Model
from tests.authz.language.strategies import models
from tests.authz.language.test_additions import TEXT

_MARKS = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ",",
    ":",
    "#",
    " #",
    "*",
    '"',
    "'",
    '"""',
    "\n",
    "\r",
    "\t",
    "\\",
    "//",
    "@",
]
_WORDS = [
    " or ",
    " and ",
    " but not ",
    " from ",
    " with ",
    "define ",
    "type ",
    "relations\n",
    "permissions\n",
    "given\n",
]
_OTHERS = [
    "condition c(",
    "assertions\n",
    "check ",
    " is ",
    "true",
    "1.1",
    "é",
    "\x00",
    "\ud800",
    "a:b#c@d:e",
    "\n\n  ",
]
pieces = st.sampled_from([*_MARKS, *_WORDS, *_OTHERS]) | st.text(max_size=3)
edits = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 12), pieces), min_size=1, max_size=5)
_OWN = "types relations permissions conditions assertions subjects rewrite implies hierarchy doc user"
_OPENFGA = "type_definitions type metadata this union child computedUserset relation"
json_names = st.sampled_from([*_OWN.split(), *_OPENFGA.split()])
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | json_names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_names, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(edits)
def test_a_damaged_text_is_a_model_or_refused(changes: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for place, length, piece in changes:
        text = text[:place] + piece + text[place + length :]

    try:
        model = parse_model(text)
    except ModelProblems as refused:
        for problem in refused.problems:
            assert problem.render().startswith("model")
            assert problem.position is None or problem.excerpt
        return
    find_problems(model)
    assert parse_model(print_model(model)) == model


@settings(max_examples=300, deadline=None)
@given(documents)
def test_any_document_is_a_model_or_refused(document: object) -> None:
    with suppress(ModelProblems):
        model = model_from_json(document, type_name="doc")
        find_problems(model)
        assert parse_model(print_model(model)) == model


@settings(max_examples=100, deadline=None)
@given(models)
def test_any_model_is_tested_to_its_end(model: Model) -> None:
    found = find_problems(model)

    places = [(each.position.line, each.position.column) for each in found if each.position]
    assert places == sorted(places)
    assert all(each.code.startswith("authz_model_") and each.reason for each in found)
    assert model_to_json(model)
