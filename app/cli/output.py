"""What commands print: tables for people, JSON and YAML for programs, errors on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

import orjson
import typer
import yaml
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

Record = Mapping[str, object]
Item = TypeVar("Item")
Columns = Mapping[str, Callable[[Item], object]]

# Characters a line where there is no terminal: nothing is cut for `grep`.
PIPED_WIDTH = 240


class Form(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints results in one form. When quiet, of each thing only what names it, and no remarks."""

    form: Form = Form.TABLE
    is_quiet: bool = False

    @property
    def is_for_people(self) -> bool:
        """Whether a person reads along."""
        return self.form is Form.TABLE and not self.is_quiet

    def show_list(self, items: Sequence[Item], columns: Columns[Item]) -> None:
        """A list: a table, or for programs all that is known of each."""
        first = next(iter(columns.values()))
        if self.form is not Form.TABLE:
            self.show_data([plain(item) for item in items])
        elif self.is_quiet:
            for item in items:
                typer.echo(cell(first(item)))
        elif not items:
            typer.echo("Nothing to show.")
        else:
            _draw_table([[cell(read(item)) for read in columns.values()] for item in items], list(columns))

    def show_one(self, item: Item, columns: Columns[Item]) -> None:
        """One thing: a line a field, or for programs all that is known of it."""
        first = next(iter(columns.values()))
        if self.form is not Form.TABLE:
            self.show_data(plain(item))
        elif self.is_quiet:
            typer.echo(cell(first(item)))
        else:
            width = max(len(name) for name in columns)
            for name, read in columns.items():
                typer.echo(f"{name:<{width}}  {cell(read(item))}")

    def show_record(self, record: Record) -> None:
        """One thing by its fields."""
        self.show_one(record, {name: lambda each, name=name: each[name] for name in record})  # type: ignore[misc]

    def show_data(self, value: object) -> None:
        """One document of JSON or YAML."""
        if self.form is Form.YAML:
            plain_value = orjson.loads(orjson.dumps(value, default=str))
            typer.echo(yaml.safe_dump(plain_value, sort_keys=False, allow_unicode=True), nl=False)
        else:
            typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())

    def show_line(self, value: object) -> None:
        """One of many things that come one after the other: JSON in one line, or a document of YAML."""
        if self.form is Form.YAML:
            typer.echo("---")
            self.show_data(value)
        else:
            typer.echo(orjson.dumps(value, default=str).decode())

    def say(self, text: str) -> None:
        """A sentence for people."""
        if self.is_for_people:
            typer.echo(text)

    def remark(self, text: str) -> None:
        """A sentence beside a result."""
        if not self.is_quiet:
            typer.echo(text, err=True)


def plain(item: object) -> object:
    """What is known of a thing, in the names of the API."""
    return item.model_dump(mode="json", by_alias=True) if isinstance(item, BaseModel) else item


def styled(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """A text in a colour, where a terminal shows it and NO_COLOR is not set (no-color.org)."""
    return text if os.environ.get("NO_COLOR") else typer.style(text, fg=fg, bold=bold)


def cell(value: object) -> str:
    """A value in one line. What could steer a terminal is written out."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, list | tuple):
        return ", ".join(cell(each) for each in value) or "-"
    return harmless(str(value))


def harmless(text: str) -> str:
    """A text without control characters: they are written as Python does, `\\x1b`."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    Printer(Form.JSON).show_data(value)


def print_record(record: Record, *, as_json: bool) -> None:
    """One thing: a line a field, or with `--json` an object."""
    Printer(Form.JSON if as_json else Form.TABLE).show_record(record)


def fail(*lines: str, code: int = 1) -> NoReturn:
    """Say what is wrong on standard error and leave."""
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(code)


def show_refused(lines: Sequence[tuple[int, str]], count: int) -> None:
    """Tell on standard error which lines of a file are refused, and why. There are `count`; these are the first."""
    for number, reason in lines:
        typer.echo(f"line {number}: {harmless(reason)}", err=True)
    if count > len(lines):
        typer.echo(f"… and {count - len(lines):,} more", err=True)


def confirm(question: str, *, is_sure: bool) -> None:
    """Let a person think again, unless `--yes` was given."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        fail("Nobody can be asked here: give --yes.", code=2)
    typer.confirm(question, abort=True, err=True)


def _draw_table(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(each) for each in row))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)
