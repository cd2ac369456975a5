"""What commands print: tables for people, JSON for programs, errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

Record = Mapping[str, object]
# Characters a line where there is no terminal: nothing is cut for `grep`.
PIPED_WIDTH = 240


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def print_table(records: Sequence[Record], columns: Sequence[str], *, as_json: bool) -> None:
    """A list: a table, or with `--json` an array of objects."""
    if as_json:
        print_json([dict(record) for record in records])
        return
    if not records:
        typer.echo("Nothing to show.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for record in records:
        table.add_row(*(_cell(record.get(column)) for column in columns))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def print_record(record: Record, *, as_json: bool) -> None:
    """One thing: a line a field, or with `--json` an object."""
    if as_json:
        print_json(dict(record))
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        typer.echo(f"{name:<{width}}  {_cell(value)}")


def fail(*lines: str, code: int = 1) -> NoReturn:
    """Say what is wrong on standard error and leave."""
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(code)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
