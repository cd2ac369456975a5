"""`auther config`."""

from __future__ import annotations

from datetime import timedelta

import typer
from pydantic import SecretStr

from app.cli.output import Form, Printer
from app.cli.printing import printing
from app.kit.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True)
_REDACTED = "(set)"
# What defaults that are worked out at the start come to.
_DERIVED = {"argon2_concurrency": "as many as cores", "public_url": "`http://localhost:` and the port"}


@app.command("show")
@printing
def show(out: Printer) -> None:
    """Print the effective settings; secrets are not shown."""
    settings = load_settings()
    values = {f"AUTHER_{name.upper()}": _shown(getattr(settings, name)) for name in _names()}
    if out.form is not Form.TABLE:
        out.show_data(values)
        return
    out.show_list(list(values.items()), {"setting": lambda each: each[0], "value": lambda each: each[1]})


@app.command("reference")
def reference() -> None:
    """Print every setting as a Markdown table (the README's is made from this)."""
    typer.echo(render_reference())


def render_reference() -> str:
    """The Markdown table of all settings."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for name in _names():
        field = Settings.model_fields[name]
        default = _DERIVED[name] if field.default_factory else _plain(_shown(field.default))
        lines.append(f"| `AUTHER_{name.upper()}` | {default} | {(field.description or '').replace('|', '/')} |")
    return "\n".join(lines)


def _names() -> list[str]:
    """All settings; those that are declared beside their kind come last."""
    return sorted(Settings.model_fields, key=lambda name: name not in Settings.__annotations__)


def _plain(value: object) -> str:
    return f"`{value}`" if value not in (None, "") else ""


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return _REDACTED
    if isinstance(value, tuple):
        return ", ".join(str(_shown(item)) for item in value)
    if isinstance(value, timedelta):
        return _duration(value)
    return value if isinstance(value, bool | int | str | None) else str(value)


def _duration(value: timedelta) -> str:
    """The ISO 8601 form, e.g. `PT15M`."""
    seconds = int(value.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}" if days or clock else "PT0S"
