"""The options that say how a command prints: `--output`, `--json`, `--quiet`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from app.cli.output import Form, Printer

OPTIONS: dict[str, tuple[type, object]] = {
    "output": (Form, typer.Option(Form.TABLE, "--output", "-o", help="How to print.")),
    "as_json": (bool, typer.Option(False, "--json", help="The same as --output json.")),
    "quiet": (bool, typer.Option(False, "--quiet", "-q", help="Print only what names a thing, and no remarks.")),
}


def printing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; they reach it as its parameter `out`, a `Printer`."""
    signature = inspect.signature(command, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name != "out"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in OPTIONS.items()
    ]

    def run(*arguments: Any, **given: Any) -> None:
        form, as_json, is_quiet = (given.pop(name) for name in OPTIONS)
        command(*arguments, **given, out=Printer(Form.JSON if as_json else form, is_quiet))

    keyword_only = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    described: Any = run
    described.__name__, described.__doc__ = command.__name__, command.__doc__
    described.__signature__ = signature.replace(parameters=[*keyword_only, *added])
    described.__annotations__ = {each.name: each.annotation for each in [*own, *added]}
    return run
