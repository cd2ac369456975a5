"""What cannot be read is refused with its line; nothing that a file holds costs more than a moment."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from app.authz.suites import document
from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.load import load_suite, read_suite
from tests.authz.suites.support import MODEL

CASES = "cases: [{check: {user:a viewer document:1: false}}]\n"
_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def refusal(text: str, folder: Path = Path()) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        read_suite(dedent(text).replace("MODEL\n", MODEL.lstrip()), "t.yaml", folder)
    assert caught.value.code == "authz_suite_invalid"
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "t.yaml: There is nothing in this file."),
        ("a: [1\nb: 2\n", "t.yaml:2: This is no YAML: "),
        ("a: \x00", "t.yaml: This is no YAML: it holds characters"),
        ("- 1", "t.yaml:1: Expected names with values here."),
        ("name: x", "t.yaml:1: There are neither `cases` nor `tests` in this file."),
        ("name: x\nname: y\ncases: []", "t.yaml:2: `name` stands twice here."),
        ("cases: []\ncase: []", "t.yaml:2: `case` is not known here; expected cases, description, env, model, "),
        ("cases:\n- chek: {}", "t.yaml:2: `chek` is not known here; "),
        ("cases:\n- name: x", "t.yaml:2: There is nothing to ask here; "),
        ("cases:\n- check: {user:a sees: true}", "t.yaml:2: `user:a sees` is no question; expected `SUBJECT ACTION"),
        ("cases:\n- check: {anne sees document:1: true}", "t.yaml:2: `anne` is no subject; "),
        ("cases:\n- check: {user:a sees document: true}", "t.yaml:2: `document` is no entity; "),
        ("cases:\n- check:\n    user:a sees document:1: maybe", "t.yaml:3: Expected `true`, `false`, `undecided` or"),
        ("cases:\n- check:\n    user:a sees document:1: yes", "t.yaml:3: Expected `true`, `false`, `undecided` or"),
        ("cases:\n- list_objects:\n    user:a sees document: all", "t.yaml:3: Expected a list of ids here"),
        ("tuples:\n- document:1@user:a\ncases: []", "t.yaml:2: `document:1@user:a` is no tuple; "),
        ("tuples:\n- {condition: x}\ncases: []", "t.yaml:2: `tuple` is missing here."),
        ("model: x\nmodel_file: y\ncases: []", "t.yaml:2: There is a `model` already"),
        ("model_file: gone.fga\ncases: []", "t.yaml:1: There is no file gone.fga."),
        ("system: yes\ncases: []", "t.yaml:1: Expected `true` or `false` here."),
        ("model: |\n  model\n    schema 1.1\n  typo user\ncases: []", "t.yaml:4: "),
        ("tests: []\n", "t.yaml:1: There is neither a `model` nor a `model_file` here."),
        ("MODEL\ntests:\n- check: [{user: user:a, assertions: {viewer: true}}]", "`object` is missing here."),
        ("MODEL\ntests:\n- check: [{user: user:a, object: document:1, assertions: {viewer: ok}}]", "Expected `true`"),
        ("MODEL\ntests:\n- checks: []", "`checks` is not known here; "),
        ("tests:\n- name: x\n  stages: [{tuples: []}]", "t.yaml:3: `model` is missing here."),
        ("a: !!python/object/apply:os.getcwd []\ncases: []", "t.yaml:1: Tags such as "),
        ("a: &a [*a]\ncases: []", "t.yaml:1: `*a` stands for nothing that is complete above."),
        ("a: *b\ncases: []", "`*b` stands for nothing"),
        ("a: &a {x: 1}\nb:\n  <<: *a\ncases: []", "t.yaml:1: `a` is not known here; "),
        (_BOMB + "cases: []", "There are more than 500000 values."),
        ("cases: " + "[" * 100_000, "t.yaml:1: Values nest deeper than 64 levels here."),
        ("a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40, "t.yaml:2: Values nest deeper than 64"),
        ("#" * (document.MAX_BYTES + 1), "t.yaml: The file is larger than 4 MiB."),
    ],
    ids=range(34),
)
def test_a_text_is_refused_with_its_line(text: str, expected: str) -> None:
    assert expected in refusal(text)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("t.csv", "user_type,user_id\n", "t.csv:1: The columns relation, object_type, object_id are missing."),
        ("t.csv", "user_type,user_id,relation,object_type,object_id,x\n", "t.csv:1: The columns x are not known."),
        ("t.json", "{", "t.json: This is no JSON."),
        ("t.json", "[" * 100_000, "t.json: This is no JSON."),
        ("t.yaml", "- {user: user:a}", "t.yaml:1: `relation` is missing here."),
        ("t.yaml", "user: user:a", "t.yaml:1: Expected a list here."),
    ],
)
def test_a_file_of_tuples_is_refused_with_its_own_name(tmp_path: Path, name: str, content: str, expected: str) -> None:
    (tmp_path / name).write_text(content)

    assert refusal(f"MODEL\ntuple_file: {name}\ntests: []\n", tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("m.fga", b"model\n  schema 1.1\ntypo user\n", "m.fga:3: "),
        ("m.fga", b"\xff\xfe", "m.fga: The file is not UTF-8."),
        ("m.json", b"{\n  no\n}", "m.json:2: This is no JSON"),
        ("m.json", b"{}", "m.json: Expected `types`"),
        ("fga.mod", b"schema: 1.2", "fga.mod: Models in modules are not read"),
        ("s.yaml", b"cases: []\nx: 1", "s.yaml:2: `x` is not known here"),
    ],
)
def test_a_file_is_refused_with_its_line(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SuiteInvalid) as caught:
        load_suite(tmp_path / name)

    assert caught.value.message.startswith(expected)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match=r"^gone\.yaml: The file cannot be read: No such file"):
        load_suite(tmp_path / "gone.yaml")


def test_scalars_are_those_of_yaml_1_2() -> None:
    root = document.read_document(
        "{a: no, b: 2026-01-01, c: 007, d: 1.5, e: ~, f: '1', g: on, h: 1e3, i: .inf}", "t.yaml"
    )

    assert root.record() == {
        "a": "no",
        "b": "2026-01-01",
        "c": 7,
        "d": 1.5,
        "e": None,
        "f": "1",
        "g": "on",
        "h": 1000.0,
        "i": ".inf",
    }
