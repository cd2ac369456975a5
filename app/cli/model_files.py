"""Models in files: read, converted, and their mistakes shown as a compiler does."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import typer

from app.authz.language.json_form import model_from_json, model_to_json, model_to_openfga
from app.authz.language.printer import print_model
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.text import parse_model
from app.authz.types import Model
from app.authz.types.model import Position
from app.cli.output import fail, print_json, styled
from auther_client.generated.fragments import ModelProblemFields

FORMATS = ("fga", "json", "openfga")
_MAX_BYTES = 1024 * 1024


def read_source(file: Path) -> str:
    """A model from a file (`-` is standard input) in the modelling language; JSON of any form is converted."""
    content = _read(file)
    if not content.lstrip().startswith(b"{"):
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            fail(f"{file} is not UTF-8.")
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        fail(f"{file}:{error.lineno}:{error.colno}: error: this is no JSON: {error.msg}.")
    with showing_mistakes(file):
        return print_model(model_from_json(value))


def _read(file: Path) -> bytes:
    if str(file) == "-":
        content = sys.stdin.buffer.read(_MAX_BYTES + 1)
    else:
        with file.open("rb") as source:
            content = source.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        fail(f"{file} is larger than {_MAX_BYTES // 1024} KiB: that is no model.")
    return content


@contextmanager
def showing_mistakes(file: Path) -> Iterator[None]:
    """Show what is wrong with a model on standard error, and leave with 1."""
    try:
        yield
    except ModelProblems as found:
        print_problems(found.problems, file)
        count = len(found.problems)
        fail(f"{count} mistake{'' if count == 1 else 's'} in {file}.")


def print_problems(problems: Sequence[ModelProblem], file: Path) -> None:
    """Each problem with its place, the line, a caret and a hint."""
    for problem in problems:
        kind, colour = ("warning", "yellow") if problem.is_warning else ("error", "red")
        text = problem.render(str(file))
        typer.echo(text.replace(f": {kind}: ", f": {styled(kind, fg=colour, bold=True)}: ", 1), err=True)
        typer.echo(err=True)


def to_problem(told: ModelProblemFields) -> ModelProblem:
    """A problem that a server tells, to be printed as our own are."""
    position = Position(told.line, told.column or 1) if told.line else None
    return ModelProblem(
        told.code,
        told.message,
        position=position,
        path=told.path,
        hint=told.hint,
        excerpt=told.excerpt,
        is_warning=told.is_warning,
    )


def problem_record(problem: ModelProblem) -> dict[str, object]:
    """A problem for programs, in the names of the API."""
    at = problem.position
    return {
        "code": problem.code,
        "message": problem.reason,
        "line": at.line if at else None,
        "column": at.column if at else None,
        "path": list(problem.field),
        "hint": problem.hint,
        "isWarning": problem.is_warning,
    }


def print_as(model: Model, form: str) -> None:
    """A model on standard output in one of `FORMATS`."""
    if form == "json":
        print_json(model_to_json(model))
    elif form == "openfga":
        print_json(model_to_openfga(model))
    else:
        typer.echo(print_model(model), nl=False)


def parse(source: str, file: Path) -> Model:
    """The model in a text; its mistakes are shown."""
    with showing_mistakes(file):
        return parse_model(source)


def check_format(form: str) -> str:
    """One of `FORMATS`, or wrong usage."""
    if form not in FORMATS:
        raise typer.BadParameter(f"expected one of {', '.join(FORMATS)}.")
    return form


def describe(model: Model) -> str:
    """What a model has, in numbers."""
    numbers = (
        (len(model.types), "type"),
        (sum(len(each.relations) for each in model.types), "relation"),
        (sum(len(each.permissions) for each in model.types), "permission"),
        (len(model.conditions), "condition"),
        (len(model.assertions), "assertion"),
    )
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in numbers)
