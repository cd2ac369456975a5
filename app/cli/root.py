"""The commands, put together."""

from __future__ import annotations

import sys

import typer

from app import __version__
from app.cli import accounts, checks, config, doctor, keys, model_commands, server, tuples
from app.cli.output import fail
from app.kit.errors import AppError, InputProblems
from app.kit.settings import SettingsProblem

_HELP = """Auther: identity provider and permission engine.

Start with `auther dev`: it needs no configuration, brings its own PostgreSQL, and prints what to open.
In production, set AUTHER_PUBLIC_URL and AUTHER_DATABASE_URL and run `auther serve`.
"""

app = typer.Typer(help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("serve")(server.serve)
app.command("dev")(server.dev)
app.command("worker")(server.worker)
app.command("migrate")(server.migrate)
app.command("doctor")(doctor.doctor)
app.command("check")(checks.check_command)
app.command("who-can")(checks.who_can)
app.command("what-can")(checks.what_can)
app.add_typer(model_commands.app, name="models", help="Write, test and save permission models.")
app.add_typer(tuples.app, name="tuples", help="Grant and revoke, list, import and export.")
app.add_typer(config.app, name="config", help="Show what the server runs with.")
app.add_typer(accounts.users, name="users", help="Look after users.")
app.add_typer(accounts.clients, name="clients", help="Look after OAuth clients.")
app.add_typer(keys.app, name="keys", help="Look after signing keys.")


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"auther {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Entry point: expected errors become one line and an exit code, never a traceback."""
    try:
        app()
    except SettingsProblem as problem:
        fail("The configuration is wrong:", *(f"  {line}" for line in problem.problems), code=2)
    except InputProblems as problems:
        fail(*(f"{'.'.join(problem.field)}: {problem.message}" for problem in problems.problems))
    except AppError as error:
        fail(f"{error.message} ({error.code})")
    except KeyboardInterrupt:
        sys.exit(130)
