"""The commands, put together."""

from __future__ import annotations

import sys

import typer
from typer import Context

from app import __version__
from app.cli.deferred import Deferred, Entry
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

_ENTRIES = (
    Entry(
        "dev",
        _RUN,
        "server:dev",
        "Run everything for trying it out: demo users and clients, open sign-up, mail kept in the outbox.",
    ),
    Entry(
        "serve",
        _RUN,
        "server:serve",
        "Run the server. The first start makes the secret, the database and an operator account.",
    ),
    Entry("worker", _RUN, "server:worker", "Run background jobs only; use it beside `auther serve --no-worker`."),
    Entry("users", _WHO, "users:app", "Look after users."),
    Entry("sessions", _WHO, "sessions:app", "See who is signed in, and end it."),
    Entry("clients", _WHO, "clients:app", "Look after OAuth clients."),
    Entry("api-keys", _WHO, "api_keys:app", "Look after API keys."),
    Entry(
        "check", _MAY, "checks:check_command", "May this subject do that? Exit code 0: yes, 1: no, or it is undecided."
    ),
    Entry("who-can", _MAY, "checks:who_can", "Who may do that, and through which tuples?"),
    Entry(
        "what-can",
        _MAY,
        "checks:what_can",
        "On which entities may the subject do that? Or, without an action: what would its token carry?",
    ),
    Entry("tuples", _MAY, "tuples:app", "Grant and revoke, list, import and export."),
    Entry("models", _MAY, "model_commands:app", "Write, test and save permission models."),
    Entry("policies", _MAY, "policies:app", "Write, test and save Lua policies, and see what they said."),
    Entry("login", _ELSEWHERE, "sign_in:login", "Sign in to a server, and use it from now on."),
    Entry("logout", _ELSEWHERE, "sign_in:logout", "End a sign-in at its server, and forget its tokens."),
    Entry("whoami", _ELSEWHERE, "sign_in:whoami", "Show who the server says you are, and what you may do there."),
    Entry("context", _ELSEWHERE, "context_commands:app", "Servers by name."),
    Entry("audit", _CARE, "audit:app", "See what happened."),
    Entry("keys", _CARE, "keys:app", "Look after signing keys."),
    Entry("config", _CARE, "config:app", "Show what the server runs with."),
    Entry(
        "doctor",
        _CARE,
        "doctor:doctor",
        "Check configuration, database, schema, keys, disk and console; exit 1 if anything is wrong.",
    ),
    Entry(
        "migrate",
        _CARE,
        "server:migrate",
        "Bring the database schema up to date (the server does this by itself at start).",
    ),
)


class _Commands(Deferred):
    entries = _ENTRIES


app = typer.Typer(
    cls=_Commands,
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
