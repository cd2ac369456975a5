"""Reads a file of tests, whichever format it has."""

from __future__ import annotations

from pathlib import Path

from app.authz.suites.document import Item, read_document
from app.authz.suites.files import read_model_file, read_text
from app.authz.suites.openfga import read_matrix, read_store
from app.authz.suites.own import read_own
from app.authz.suites.parts import assertion_stages, make_given
from app.authz.suites.types import Place, Suite
from app.authz.types.model import Model


def load_suite(path: Path) -> Suite:
    """The tests of a file: YAML of one of the formats, or a model (`.fga`, `.json`) with its assertions.

    Raises:
        SuiteInvalid: it cannot be read; with file and line.
    """
    if path.suffix in (".yaml", ".yml"):
        return read_suite(read_text(path), path.name, path.parent)
    return suite_of_model(read_model_file(path), path.name)


def read_suite(text: str, file: str, folder: Path) -> Suite:
    """The tests of a YAML text. `folder` is where the files are that it names.

    Raises:
        SuiteInvalid: it cannot be read; with file and line.
    """
    root = read_document(text, file)
    names = {key.text(): value for key, value in root.pairs()}
    if "cases" in names:
        return read_own(root, folder)
    if "tests" not in names and not {"model", "model_file"} & names.keys():
        root.refuse("There are neither `cases` nor `tests` in this file.")
    return read_matrix(root) if _is_matrix(names) else read_store(root, folder)


def _is_matrix(names: dict[str, Item]) -> bool:
    tests = names["tests"].entries() if "tests" in names else []
    return bool(tests) and any(key.text() == "stages" for key, _ in tests[0].pairs())


def suite_of_model(model: Model, file: str) -> Suite:
    """The assertions of a model as tests."""
    # A model of OpenFGA's that has its own groups hides those of Auther.
    return Suite(file, tuple(assertion_stages(make_given(model, Place(file, 1), has_system=True))))
