"""Commands that are imported when they are called: listing them, or calling a server, needs not the server's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, cast

import typer
from typer import Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, or a group of them.

    Attributes:
        panel: the heading under which it is listed.
        source: module in `app.cli` and name there, `module:name`.
        help: what it does; that of a command is the begin of its docstring.
    """

    name: str
    panel: str
    source: str
    help: str


class _Stub(TyperCommand):
    """Stands for a command where commands are listed or looked up."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.name, short_help=entry.help, rich_help_panel=entry.panel)
        self._entry = entry

    def load(self) -> TyperCommand | TyperGroup:
        """The command itself."""
        entry = self._entry
        module, _, name = entry.source.partition(":")
        found: Any = getattr(import_module(f"app.cli.{module}"), name)
        holder = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        holder.callback()(_nothing)
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=entry.name, help=entry.help)
        else:
            holder.command(entry.name)(found)
        return cast("TyperGroup", get_command(holder)).commands[entry.name]  # type: ignore[return-value]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Context:
        """The context of the command itself."""
        return cast("Context", self.load().make_context(info_name, args, parent, **extra))


class Deferred(TyperGroup):
    """A group of such commands, in their order."""

    entries: ClassVar[Sequence[Entry]] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {entry.name: _Stub(entry) for entry in self.entries}

    def list_commands(self, ctx: object) -> list[str]:
        """Their names."""
        return list(self.commands)

    def load(self, name: str) -> TyperCommand | TyperGroup:
        """A command itself, as its module has it."""
        return cast("_Stub", self.commands[name]).load()


def _nothing() -> None:
    """Makes a group of what has but one command."""
