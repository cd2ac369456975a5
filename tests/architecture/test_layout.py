"""The shape of the house: where files are, how long they are, what they say of themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP, TESTS = ROOT / "app", ROOT / "tests"
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_DOCSTRING_LINES = 300, 40, 8
# Tests that belong to no room: of the whole, and of how fast it is.
WHOLE = {"architecture", "bench", "conformance", "e2e", "sdk", "threats"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: Path) -> list[Path]:
    return [file for folder in folders for file in sorted(folder.rglob("*.py")) if "node_modules" not in file.parts]


def rooms() -> list[str]:
    return sorted(folder.name for folder in APP.iterdir() if (folder / "__init__.py").exists())


def names(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of a function, its docstring and decorators apart."""
    first = function.body[0]
    documented = (
        (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function, clean=False) is not None else 0
    )
    return (function.end_lineno or 0) - function.lineno + 1 - documented


def test_the_folder_of_documents_holds_no_python() -> None:
    """One `graphql/__init__.py` would shadow graphql-core."""
    found = {file.suffix for file in (ROOT / "graphql").rglob("*") if file.is_file()}

    assert found <= {".graphql"}
    assert not (ROOT / "graphql.py").exists()


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    lengths = {names(file): len(file.read_text("utf-8").splitlines()) for file in python_files(APP)}

    too_long = [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > MAX_FILE_LINES]
    assert too_long == [], f"make a package of each of these (at most {MAX_FILE_LINES} lines a file)"


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{names(file)}:{function.lineno} {function.name}: {length(function)} lines"
        for file in python_files(APP)
        for function in functions(file)
        if length(function) > MAX_FUNCTION_LINES
    ]

    assert too_long == [], f"divide these (at most {MAX_FUNCTION_LINES} lines without the docstring)"


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_what_it_is_for(room: str) -> None:
    text = ast.get_docstring(ast.parse((APP / room / "__init__.py").read_text("utf-8")))

    assert text, f"app/{room}/__init__.py needs a docstring: what the room is for, its tables, what it must never do"
    assert len(text.splitlines()) <= MAX_DOCSTRING_LINES


def test_every_module_says_what_it_is_for() -> None:
    written = [file for file in python_files(APP) if file.read_text("utf-8").strip()]

    assert [names(file) for file in written if ast.get_docstring(ast.parse(file.read_text("utf-8"))) is None] == []


def test_only_the_lua_room_imports_lua() -> None:
    importing = set()
    for file in python_files(APP, TESTS, ROOT / "migrations"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(module.partition(".")[0] == "lupa" for module in modules):
                importing.add(names(file))

    assert {name for name in importing if not name.startswith(("app/lua/", "tests/lua/"))} == {"tests/bench/lua.py"}


# `cli` is driven as what it is, a process: its tests are in e2e.
@pytest.mark.parametrize("room", sorted({*rooms()} - {"cli"}))
def test_every_room_has_tests(room: str) -> None:
    assert list((TESTS / room).rglob("test_*.py")), f"tests/{room} is empty"


def test_tests_are_where_what_they_test_is() -> None:
    folders = {folder.name for folder in TESTS.iterdir() if folder.is_dir() and list(folder.rglob("test_*.py"))}

    assert folders - WHOLE - set(rooms()) == set()
    assert [names(file) for file in TESTS.glob("test_*.py")] == []


def test_every_room_with_tables_has_migrations_and_the_reverse() -> None:
    from app.tables import APPS

    with_models = {room for room in rooms() if (APP / room / "models.py").exists() or (APP / room / "models").is_dir()}
    with_migrations = {folder.name for folder in (ROOT / "migrations").iterdir() if list(folder.glob("0*.py"))}

    assert with_models == with_migrations == set(APPS)


def test_nothing_is_put_off_in_the_code() -> None:
    words = ("TODO", "FIXME", "XXX", "NotImplementedError")
    found = [
        f"{names(file)}:{number}"
        for file in python_files(APP, ROOT / "migrations")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if any(word in line for word in words)
    ]

    assert found == []
