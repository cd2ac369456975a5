"""The reference of all commands in `docs/cli.md`, made from the commands: `python -m app.cli.reference [--check]`.

With `--check` nothing is written; the exit code is 1 when the file is not what the commands say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from app.cli.deferred import Deferred
from app.cli.printing import OPTIONS
from app.cli.root import app

FILE = Path("docs/cli.md")
_EVERYWHERE = {"help", "install_completion", "show_completion", *OPTIONS}
MARKER = "<!-- The reference follows; `make schema` writes it. -->"


def render_reference() -> str:
    """The Markdown of all commands, in the order of the help."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    return "\n".join(_render(root, "auther"))


def _render(command: TyperCommand | TyperGroup, name: str) -> Iterator[str]:
    yield from (f"### `{name}`", "", *_paragraphs(command.help or ""))
    rows = [_row(each) for each in command.params if not getattr(each, "hidden", False)]
    shown = [row for row in rows if row is not None]
    if shown:
        yield from ("| argument or option | default | what it is |", "|---|---|---|", *shown, "")
    if isinstance(command, TyperGroup):
        for child in command.list_commands(Context(command)):
            nested = command.load(child) if isinstance(command, Deferred) else command.commands[child]
            assert isinstance(nested, TyperCommand | TyperGroup)
            yield from _render(nested, f"{name} {child}")


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        line = " ".join(paragraph.split())
        label, colon, example = line.partition(": ")
        if colon and label in {"Example", "Examples"}:
            yield from ("```sh", *example.split("; "), "```", "")
        else:
            yield from (line, "")


def _row(parameter: object) -> str | None:
    if isinstance(parameter, TyperArgument):
        name = (parameter.metavar or parameter.name or "").upper()
        return f"| {name} | {_default(parameter)} | {_plain(parameter.help)} |"
    if not isinstance(parameter, TyperOption) or parameter.name in _EVERYWHERE:
        return None
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    given = f" Also `{parameter.envvar}`." if parameter.envvar else ""
    return f"| {names} | {_default(parameter)} | {_plain(parameter.help)}{given} |"


def _default(option: TyperOption | TyperArgument) -> str:
    value = option.default
    if value is None or isinstance(value, bool | list | tuple) or value == "":
        return ""
    return f"`{getattr(value, 'value', value)}`"


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("|", "/").split())


def main(arguments: list[str]) -> int:
    """Write the reference, or compare it."""
    text = FILE.read_text("utf-8")
    wanted = f"{text.partition(MARKER)[0]}{MARKER}\n\n{render_reference().rstrip()}\n"
    if "--check" not in arguments:
        FILE.write_text(wanted, "utf-8")
        return 0
    if text == wanted:
        return 0
    sys.stderr.write(f"{FILE} is not what the commands say; run `make schema`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
