"""Whatever the language can say is read from its print, and from its JSON, as the same model."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings

from app.authz.language.json_form import model_from_json, model_to_json, model_to_openfga
from app.authz.language.printer import print_model
from app.authz.language.rewrites import walk
from app.authz.language.text import parse_model
from app.authz.types import Direct, Model, TypeDefinition
from tests.authz.language.strategies import models


@settings(max_examples=200, deadline=None)
@given(models)
def test_a_printed_model_reads_as_itself_and_prints_the_same(model: Model) -> None:
    text = print_model(model)

    assert parse_model(text) == model
    assert print_model(parse_model(text)) == text


@settings(max_examples=200, deadline=None)
@given(models)
def test_a_model_survives_our_json(model: Model) -> None:
    document = json.loads(json.dumps(model_to_json(model)))

    assert model_from_json(document) == model
    assert model_to_json(model_from_json(document)) == document


@settings(max_examples=200, deadline=None)
@given(models)
def test_what_openfga_knows_survives_its_json(model: Model) -> None:
    plain = Model(tuple(map(portable, model.types)), model.conditions)

    assert model_from_json(json.loads(json.dumps(model_to_openfga(plain)))) == plain


def portable(kind: TypeDefinition) -> TypeDefinition:
    """What OpenFGA can say of a type: it keeps whatever a relation takes directly in one place."""
    relations = [
        replace(relation, is_hierarchy=False)
        for relation in kind.relations
        if sum(isinstance(part, Direct) for part in walk(relation.rewrite)) <= 1
    ]
    return TypeDefinition(kind.name, tuple(relations))
