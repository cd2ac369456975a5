"""The commands, put together."""

from __future__ import annotations

import sys

import typer
from typer import Context
from typer.core import TyperGroup

from app import __version__
from app.cli import (
    api_keys,
    audit,
    checks,
    clients,
    config,
    context_commands,
    doctor,
    keys,
    model_commands,
    server,
    sessions,
    sign_in,
    tuples,
    users,
)
from app.cli.failures import tell
from app.cli.target import Choice, choose

_HELP = """Auther: identity provider and permission engine.

Start with `auther dev`: it needs no configuration, brings its own PostgreSQL, and prints what to open.
In production, set AUTHER_PUBLIC_URL and AUTHER_DATABASE_URL and run `auther serve`.

Commands about users, clients and permissions work on this machine's database; or, with --url, --context or after
`auther login`, on a server elsewhere.
"""

_RUN, _WHO, _MAY, _ELSEWHERE, _CARE = (
    "Run a server",
    "Who there is",
    "Who may do what",
    "Servers elsewhere",
    "Look after it",
)

_ORDER = (
    *("dev", "serve", "worker"),
    *("users", "sessions", "clients", "api-keys"),
    *("check", "who-can", "what-can", "tuples", "models"),
    *("login", "logout", "whoami", "context"),
    *("audit", "keys", "config", "doctor", "migrate"),
)


class _InOrder(TyperGroup):
    """Lists commands by what they are for."""

    def list_commands(self, ctx: object) -> list[str]:
        """Their names."""
        return sorted(self.commands, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


app = typer.Typer(
    cls=_InOrder,
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("dev", rich_help_panel=_RUN)(server.dev)
app.command("serve", rich_help_panel=_RUN)(server.serve)
app.command("worker", rich_help_panel=_RUN)(server.worker)
app.add_typer(users.app, name="users", help="Look after users.", rich_help_panel=_WHO)
app.add_typer(sessions.app, name="sessions", help="See who is signed in, and end it.", rich_help_panel=_WHO)
app.add_typer(clients.app, name="clients", help="Look after OAuth clients.", rich_help_panel=_WHO)
app.add_typer(api_keys.app, name="api-keys", help="Look after API keys.", rich_help_panel=_WHO)
app.command("check", rich_help_panel=_MAY)(checks.check_command)
app.command("who-can", rich_help_panel=_MAY)(checks.who_can)
app.command("what-can", rich_help_panel=_MAY)(checks.what_can)
app.add_typer(tuples.app, name="tuples", help="Grant and revoke, list, import and export.", rich_help_panel=_MAY)
app.add_typer(model_commands.app, name="models", help="Write, test and save permission models.", rich_help_panel=_MAY)
app.command("login", rich_help_panel=_ELSEWHERE)(sign_in.login)
app.command("logout", rich_help_panel=_ELSEWHERE)(sign_in.logout)
app.command("whoami", rich_help_panel=_ELSEWHERE)(sign_in.whoami)
app.add_typer(context_commands.app, name="context", help="Servers by name.", rich_help_panel=_ELSEWHERE)
app.add_typer(audit.app, name="audit", help="See what happened.", rich_help_panel=_CARE)
app.add_typer(keys.app, name="keys", help="Look after signing keys.", rich_help_panel=_CARE)
app.add_typer(config.app, name="config", help="Show what the server runs with.", rich_help_panel=_CARE)
app.command("doctor", rich_help_panel=_CARE)(doctor.doctor)
app.command("migrate", rich_help_panel=_CARE)(server.migrate)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"auther {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    ctx: Context,
    url: str = typer.Option(None, envvar="AUTHER_URL", help="Work on the server at this address."),
    key: str = typer.Option(
        None, envvar="AUTHER_KEY", help="API key or access token for it. Better by environment: others see arguments."
    ),
    context: str = typer.Option(
        None, envvar="AUTHER_CONTEXT", help="Work on this context; `local` is this machine's database."
    ),
    insecure: bool = typer.Option(False, "--insecure", help="Allow an address without TLS."),
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    given = {name: ctx.get_parameter_source(name) for name in ("url", "context")}
    said = {name for name, source in given.items() if source is not None and source.name == "COMMANDLINE"}
    if said == {"url", "context"}:
        raise typer.BadParameter("Give either --url or --context.")
    # What is typed counts more than the environment; of the environment the address counts first.
    if url is not None and "context" not in said:
        choose(Choice(url, key, None, allow_plain_http=insecure))
    else:
        choose(Choice(None, None, context))


def main() -> None:
    """Entry point: expected errors become some lines and an exit code, never a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the edge
        tell(error)
