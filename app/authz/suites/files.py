"""Files that tests refer to: models and lists of tuples."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Final

import orjson

from app.authz.language.json_form import model_from_json
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.text import parse_model
from app.authz.suites.document import MAX_BYTES, Item, read_document
from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.types import Place
from app.authz.types.model import Model

_COLUMNS: Final = ("user_type", "user_id", "user_relation", "relation", "object_type", "object_id")
_CONDITION: Final = ("condition_name", "condition_context")


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        SuiteInvalid: it is not there, too large, or no UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SuiteInvalid(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.", file=path.name)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise SuiteInvalid(f"The file cannot be read: {error.strerror}.", file=path.name) from error
    except UnicodeDecodeError as error:
        raise SuiteInvalid("The file is not UTF-8.", file=path.name) from error


def read_model_file(path: Path) -> Model:
    """A model from a file: JSON if its name ends so, else the text language.

    Raises:
        SuiteInvalid: it is no model; with the line of the first problem.
    """
    text = read_text(path)
    if path.suffix == ".mod":
        raise SuiteInvalid("Models in modules are not read; write the whole model into one file.", file=path.name)
    if path.suffix != ".json":
        return read_model(text, Place(path.name, 1))
    try:
        return model_from_json(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise SuiteInvalid(f"This is no JSON: {error.msg}.", file=path.name, line=error.lineno) from error
    except ModelProblems as error:
        raise SuiteInvalid(error.problems[0].message, file=path.name) from error


def read_model(text: str, at: Place) -> Model:
    """A model from text that begins at a place.

    Raises:
        SuiteInvalid: it is no model; with the line of the first problem.
    """
    try:
        return parse_model(text)
    except ModelProblems as error:
        place, reason = locate(error.problems[0], at)
        raise SuiteInvalid(reason, file=place.file, line=place.line) from error


def locate(problem: ModelProblem, at: Place) -> tuple[Place, str]:
    """Where in the file a problem of a model is, and what it says."""
    hint = f" {problem.hint}" if problem.hint else ""
    if problem.position is None or not at.line:
        return at, problem.message + hint
    return Place(at.file, at.line + problem.position.line - 1), problem.reason + hint


def read_tuple_file(path: Path) -> list[Item]:
    """The entries of a file of tuples: YAML, JSON, JSON lines or CSV, told by its name.

    Raises:
        SuiteInvalid: it is none of these.
    """
    text = read_text(path)
    if path.suffix == ".csv":
        return _items(_read_csv(text, path.name), path.name)
    if path.suffix not in (".json", ".jsonl"):
        return read_document(text, path.name).entries()
    try:
        lines = [line for line in text.splitlines() if line.strip()]
        return _items([json.loads(line) for line in lines] if path.suffix == ".jsonl" else json.loads(text), path.name)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SuiteInvalid("This is no JSON.", file=path.name) from error


def _items(value: object, file: str) -> list[Item]:
    # JSON is YAML but for tabs; written anew, one reader and its bounds do for both.
    return read_document(json.dumps(value, indent=1), file).entries()


def _read_csv(text: str, file: str) -> list[dict[str, object]]:
    rows = csv.DictReader(io.StringIO(text))
    names = set(rows.fieldnames or ())
    if missing := [name for name in _COLUMNS if name not in names and name != "user_relation"]:
        raise SuiteInvalid(f"The columns {', '.join(missing)} are missing.", file=file, line=1)
    if unknown := names - {*_COLUMNS, *_CONDITION}:
        raise SuiteInvalid(f"The columns {', '.join(sorted(map(str, unknown)))} are not known.", file=file, line=1)
    try:
        return [_row(row) for row in rows]
    except (json.JSONDecodeError, csv.Error) as error:
        raise SuiteInvalid("A row cannot be read.", file=file, line=rows.line_num) from error


def _row(row: dict[str, str | None]) -> dict[str, object]:
    suffix = f"#{row['user_relation']}" if row.get("user_relation") else ""
    found: dict[str, object] = {
        "user": f"{row['user_type']}:{row['user_id']}{suffix}",
        "relation": row["relation"],
        "object": f"{row['object_type']}:{row['object_id']}",
    }
    if name := row.get("condition_name"):
        found["condition"] = {"name": name, "context": json.loads(row.get("condition_context") or "{}")}
    return found
