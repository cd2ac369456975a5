"""`auther login`, `logout`, `whoami`: a person at the terminal."""

from __future__ import annotations

import asyncio
import webbrowser
from urllib.parse import urlsplit

import typer

from app.cli.contexts import CLI_CLIENT_ID, Credential, ServerContext, check_name, locked, read_contexts, write_contexts
from app.cli.errors import NeedsServer
from app.cli.output import Columns, Printer, harmless, styled
from app.cli.printing import printing
from app.cli.target import ask, chosen_url, find_server, require_server, to_credential
from auther_client.addresses import base_address
from auther_client.generated.viewer import ViewerData, ViewerDataViewer
from auther_client.oauth import OAuth, Tokens, open_oauth

SCOPE = "openid profile email offline_access auther:api"
_VIEWER: Columns[ViewerData] = {
    "server": lambda each: each.server.issuer,
    "version": lambda each: each.server.version,
    "user": lambda each: each.viewer.user.email if each.viewer.user else None,
    "id": lambda each: _id_of(each.viewer),
    "client": lambda each: each.viewer.client.name if each.viewer.client else None,
    "may": lambda each: [name for name, value in each.viewer.can.model_dump(by_alias=True).items() if value],
}


@printing
def login(
    out: Printer,
    url: str = typer.Argument(None, help="The server's public address; that of the context in use when not given."),
    device: bool = typer.Option(False, "--device", help="Show a code to enter on another device; no browser here."),
    name: str = typer.Option(None, help="Name of the context; the host's when not given."),
    insecure: bool = typer.Option(False, "--insecure", help="Allow an address without TLS."),
) -> None:
    """Sign in to a server, and use it from now on.

    Example: auther login https://id.example.com --device
    """
    address = base_address(url or _known_url(), allow_plain_http=insecure)
    chosen = check_name(name or _name_for(address))
    tokens = asyncio.run(_sign_in(address, is_device=device, allow_plain_http=insecure))
    context = ServerContext(url=address, credential=to_credential(tokens), allow_plain_http=insecure)
    with locked():
        write_contexts(read_contexts().put(chosen, context).use(chosen))
    out.show_record({"context": chosen, "url": address})


@printing
def logout(
    out: Printer, name: str = typer.Argument(None, help="Name of the context; the one in use when not given.")
) -> None:
    """End a sign-in at its server, and forget its tokens.

    Example: auther logout
    """
    with locked():
        contexts = read_contexts()
        chosen = name or contexts.current
        context = contexts.find(chosen)
        kept = context.credential
        forgotten = context.model_copy(update={"credential": Credential()})
        write_contexts(contexts.put(chosen, forgotten))
    if kept.refresh_token:
        asyncio.run(_revoke(context, kept.refresh_token))
    out.show_record({"context": chosen, "url": context.url})


@printing
def whoami(out: Printer) -> None:
    """Show who the server says you are, and what you may do there.

    Example: auther whoami
    """
    require_server()
    out.show_one(ask(lambda api: api.viewer()), _VIEWER)


async def _sign_in(url: str, *, is_device: bool, allow_plain_http: bool) -> Tokens:
    async with open_oauth(url, CLI_CLIENT_ID, allow_plain_http=allow_plain_http) as oauth:
        return await (_sign_in_elsewhere(oauth) if is_device else oauth.sign_in_with_browser(SCOPE, _open_browser))


async def _sign_in_elsewhere(oauth: OAuth) -> Tokens:
    code = await oauth.begin_device(SCOPE)
    typer.echo(f"On any device, open  {styled(harmless(code.verification_uri), bold=True)}", err=True)
    typer.echo(f"and enter the code   {styled(harmless(code.user_code), bold=True)}", err=True)
    return await oauth.finish_device(code)


def _open_browser(address: str, short_address: str) -> None:
    typer.echo(f"To sign in, open this address in a browser on this machine:\n\n  {address}\n", err=True)
    try:
        webbrowser.open(short_address)
    except webbrowser.Error:
        typer.echo("No browser was found here; open it yourself, or use --device.", err=True)


async def _revoke(context: ServerContext, refresh_token: str) -> None:
    async with open_oauth(context.url, CLI_CLIENT_ID, allow_plain_http=context.allow_plain_http) as oauth:
        await oauth.revoke(refresh_token)


def _known_url() -> str:
    server = find_server()
    url = chosen_url() or (server.url if server else None)
    if url is None:
        raise NeedsServer
    return url


def _name_for(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "server").replace(":", "-")
    return f"{host}-{parts.port}" if parts.port else host


def _id_of(viewer: ViewerDataViewer) -> str | None:
    return viewer.user.id if viewer.user else viewer.client.id if viewer.client else None
