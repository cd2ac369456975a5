"""The guide lists every command, as the commands say themselves; each teaches by an example."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from app.cli.deferred import Deferred, Entry
from app.cli.reference import MARKER, render_reference
from app.cli.root import app

GUIDE = Path(__file__).parents[2] / "docs" / "cli.md"
# What needs no example: it has no argument worth one.
PLAIN = {"dev", "serve", "worker", "migrate", "doctor", "config show", "config reference", "keys list", "keys rotate"}


def commands(group: TyperGroup, name: str = "") -> Iterator[tuple[str, str]]:
    for child in group.list_commands(Context(group)):
        command = group.load(child) if isinstance(group, Deferred) else group.commands[child]
        full = f"{name} {child}".strip()
        if isinstance(command, TyperGroup):
            yield from commands(command, full)
        else:
            yield full, command.help or ""


def root() -> TyperGroup:
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def test_the_guide_lists_what_there_is() -> None:
    _, marker, reference = GUIDE.read_text("utf-8").partition(MARKER)

    assert marker
    assert reference.strip() == render_reference().strip(), "run `make schema`"


@pytest.mark.parametrize(("name", "text"), list(commands(root())))
def test_a_command_says_what_it_does_and_shows_how(name: str, text: str) -> None:
    assert text.strip()
    assert name in PLAIN or f"auther {name}" in text


@pytest.mark.parametrize("entry", Deferred.__subclasses__()[0].entries, ids=lambda entry: entry.name)
def test_the_list_of_commands_says_what_each_says_of_itself(entry: Entry) -> None:
    group = root()
    assert isinstance(group, Deferred)

    command = group.load(entry.name)

    assert " ".join((command.help or "").split()).startswith(entry.help)
    assert command.name == entry.name


def test_listing_commands_imports_no_server() -> None:
    heavy = ("asyncpg", "strawberry", "tortoise", "starlette", "app.authz.service", "app.main")
    code = f"import sys, app.cli.root, app.cli.users; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
