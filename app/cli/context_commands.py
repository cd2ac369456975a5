"""`auther context`: servers by name."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from app.cli.contexts import (
    Contexts,
    Credential,
    ServerContext,
    check_name,
    locked,
    read_contexts,
    write_contexts,
)
from app.cli.errors import LOCAL
from app.cli.output import Columns, Printer, fail
from app.cli.printing import printing
from auther_client.addresses import base_address

app = typer.Typer(no_args_is_help=True)

_NAME = typer.Argument(metavar="NAME", help="Name of the context.")
# What is shown of a context: never what is secret of it.
_Shown = tuple[str, ServerContext | None, bool]


@app.command("add")
@printing
def add(
    out: Printer,
    name: str = _NAME,
    url: str = typer.Option(..., "--url", help="The server's public address."),
    key_from_stdin: bool = typer.Option(False, "--key-stdin", help="Read the API key from standard input."),
    key: str = typer.Option(
        None,
        envvar="AUTHER_KEY",
        show_envvar=True,
        help="API key. Better by environment or --key-stdin: others see arguments.",
    ),
    insecure: bool = typer.Option(False, "--insecure", help="Allow an address without TLS."),
) -> None:
    """Remember a server and an API key for it. To sign in as a person: auther login.

    Example: auther context add production --url https://id.example.com --key-stdin < key.txt
    """
    given = sys.stdin.readline().strip() if key_from_stdin else key
    if key_from_stdin and not given:
        fail("There is no key on standard input.", code=2)
    address = base_address(url, allow_plain_http=insecure)
    context = ServerContext(url=address, credential=Credential(key=given or None), allow_plain_http=insecure)
    check_name(name)

    def put(contexts: Contexts) -> Contexts:
        changed = contexts.put(name, context)
        return changed if contexts.by_name else changed.use(name)

    _show(out, _change(put), name)


@app.command("use")
@printing
def use(out: Printer, name: str = typer.Argument(metavar="NAME", help="Name of the context, or local.")) -> None:
    """Talk to this server from now on; `local` is the database of this machine.

    Example: auther context use production
    """
    _show(out, _change(lambda contexts: contexts.use(name)), name)


@app.command("list")
@printing
def list_(out: Printer) -> None:
    """List the servers that are known here.

    Example: auther context list
    """
    _show_all(out, read_contexts())


@app.command("show")
@printing
def show(out: Printer, name: str = typer.Argument(None, metavar="NAME", help="The one in use when not given.")) -> None:
    """Show one context, without what is secret of it.

    Example: auther context show production
    """
    contexts = read_contexts()
    _show(out, contexts, name or contexts.current)


@app.command("remove")
@printing
def remove(out: Printer, name: str = _NAME) -> None:
    """Forget a server and its credentials. To end a sign-in, too: auther logout.

    Example: auther context remove production
    """
    _show_all(out, _change(lambda contexts: contexts.remove(name)))


def _change(work: Callable[[Contexts], Contexts]) -> Contexts:
    with locked():
        contexts = work(read_contexts())
        write_contexts(contexts)
    return contexts


def _rows(contexts: Contexts) -> list[_Shown]:
    known: list[_Shown] = [(name, each, name == contexts.current) for name, each in sorted(contexts.by_name.items())]
    return [(LOCAL, None, contexts.current == LOCAL), *known]


def _show_all(out: Printer, contexts: Contexts) -> None:
    out.show_list([_record(each) for each in _rows(contexts)], _columns())


def _show(out: Printer, contexts: Contexts, name: str) -> None:
    if name != LOCAL:
        contexts.find(name)
    out.show_one(next(_record(each) for each in _rows(contexts) if each[0] == name), _columns())


def _record(each: _Shown) -> dict[str, object]:
    name, context, is_current = each
    return {
        "name": name,
        "url": context.url if context else None,
        "credentials": context.credential.kind if context else None,
        "isCurrent": is_current,
    }


def _columns() -> Columns[dict[str, object]]:
    return {
        "name": lambda each: each["name"],
        "url": lambda each: each["url"] or "this machine's database",
        "credentials": lambda each: each["credentials"],
        "in use": lambda each: each["isCurrent"],
    }
