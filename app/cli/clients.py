"""`auther clients`."""

from __future__ import annotations

from datetime import timedelta

import typer

from app.cli import initial_tokens
from app.cli.errors import ThingUnknown
from app.cli.output import Columns, Printer, confirm
from app.cli.pages import LIMIT, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.clients import ClientCreateResult, ClientSecretRotateResult
from auther_client.generated.enums import ClientKind, ClientSort
from auther_client.generated.fragments import ClientDetailFields, ClientRowFields
from auther_client.generated.inputs import (
    ClientCreateInput,
    ClientDeleteInput,
    ClientFilter,
    ClientSecretRotateInput,
    ClientUpdateInput,
)

app = typer.Typer(no_args_is_help=True)
app.add_typer(initial_tokens.app, name="initial-tokens", help="Look after the tokens that clients register with.")

_WHICH = typer.Argument(metavar="CLIENT", help="The client's id.")
_YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
_ROW: Columns[ClientRowFields] = {
    "id": lambda client: client.id,
    "name": lambda client: client.name,
    "kind": lambda client: client.kind,
    "enabled": lambda client: client.is_enabled,
    "first party": lambda client: client.is_first_party,
    "source": lambda client: client.source,
    "created": lambda client: client.created_at,
}
_DETAIL: Columns[ClientDetailFields] = {
    "id": lambda client: client.id,
    "name": lambda client: client.name,
    "description": lambda client: client.description,
    "kind": lambda client: client.kind,
    "enabled": lambda client: client.is_enabled,
    "first party": lambda client: client.is_first_party,
    "source": lambda client: client.source,
    "registered with": lambda client: client.registered_by.name if client.registered_by else None,
    "redirect URIs": lambda client: client.redirect_uris,
    "after sign-out": lambda client: client.post_logout_redirect_uris,
    "grants": lambda client: client.grant_types,
    "scopes": lambda client: client.scopes,
    "proves itself by": lambda client: client.token_endpoint_auth_method,
    "ID tokens signed": lambda client: client.id_token_signed_response_alg,
    "access token lives": lambda client: timedelta(seconds=client.access_token_ttl_seconds),
    "secrets": lambda client: [f"…{secret.hint}" for secret in client.secrets],
    "created": lambda client: client.created_at,
}


@app.command("list")
@printing
def list_(
    out: Printer,
    search: str = typer.Option(None, help="Part of the name, or begin of the id."),
    kind: ClientKind = typer.Option(None, case_sensitive=False, help="Only clients of this kind."),
    enabled: bool = typer.Option(None, "--enabled/--disabled", help="Only enabled ones, or disabled."),
    sort: ClientSort = typer.Option(None, case_sensitive=False, help="In which order; youngest first."),
    limit: int = LIMIT,
) -> None:
    """List OAuth clients.

    Example: auther clients list --kind web
    """
    given = {"search": search, "kind": kind, "is_enabled": enabled}
    chosen = ClientFilter.model_validate({name: value for name, value in given.items() if value is not None})
    found = ask(
        lambda api: collect(lambda first, after: api.clients(first=first, after=after, filter=chosen, sort=sort), limit)
    )
    show_found(out, found, _ROW)


@app.command("show")
@printing
def show(out: Printer, client: str = _WHICH) -> None:
    """Show one client. Of secrets only their last characters are known.

    Example: auther clients show cli_01k…
    """
    found = ask(lambda api: api.client(client))
    if found is None:
        raise ThingUnknown("client", client)
    out.show_one(found, _DETAIL)


@app.command("create")
@printing
def create(
    out: Printer,
    name: str = typer.Argument(help="Name that users see."),
    kind: ClientKind = typer.Option(
        ClientKind.WEB, case_sensitive=False, help="What the application is; settles how it authenticates."
    ),
    redirect_uri: list[str] = typer.Option([], help="Where users come back to; may be given several times."),
    post_logout_redirect_uri: list[str] = typer.Option([], help="Where users go after signing out."),
    scope: list[str] = typer.Option([], help="Scopes that it may ask for; the usual ones when not given."),
    first_party: bool = typer.Option(False, "--first-party", help="Our own application: no consent page."),
) -> None:
    """Create an OAuth client. The secret, if its kind has one, is printed this once.

    Example: auther clients create "My app" --kind web --redirect-uri https://app.example.com/callback
    """
    new = ClientCreateInput(
        name=name,
        kind=kind,
        redirect_uris=redirect_uri,
        post_logout_redirect_uris=post_logout_redirect_uri,
        scopes=scope or None,
        is_first_party=first_party,
    )

    async def work(api: Operations) -> ClientCreateResult:
        return accepted(await api.client_create(new))

    made = ask(work)
    assert made.client is not None
    record: dict[str, object] = {"id": made.client.id, "name": made.client.name, "kind": made.client.kind}
    if made.client_secret is not None:
        record["clientSecret"] = made.client_secret
    out.show_record(record)


@app.command("update")
@printing
def update(
    out: Printer,
    client: str = _WHICH,
    name: str = typer.Option(None, help="Name that users see."),
    redirect_uri: list[str] = typer.Option([], help="Where users come back to, in place of the former ones."),
    scope: list[str] = typer.Option([], help="Scopes that it may ask for, in place of the former ones."),
    enabled: bool = typer.Option(None, "--enable/--disable", help="Whether it may sign users in and get tokens."),
) -> None:
    """Change a client. What is not given stays.

    Example: auther clients update cli_01k… --disable
    """
    given = {"name": name, "redirect_uris": redirect_uri or None, "scopes": scope or None, "is_enabled": enabled}
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("Give at least one thing to change.")

    async def work(api: Operations) -> ClientDetailFields | None:
        return accepted(await api.client_update(ClientUpdateInput.model_validate({"id": client, **changes}))).client

    changed = ask(work)
    assert changed is not None
    out.show_one(changed, _DETAIL)


@app.command("delete")
@printing
def delete(out: Printer, client: str = _WHICH, yes: bool = _YES) -> None:
    """Delete a client. Its tokens stop working.

    Example: auther clients delete cli_01k… --yes
    """
    confirm(f"Delete the client {client} on {describe_target()}?", is_sure=yes)

    async def work(api: Operations) -> str | None:
        return accepted(await api.client_delete(ClientDeleteInput(id=client))).deleted_id

    out.show_record({"deletedId": ask(work)})


@app.command("rotate-secret")
@printing
def rotate_secret(
    out: Printer,
    client: str = _WHICH,
    overlap: int = typer.Option(86_400, min=0, help="How long the secret in use works on, seconds; 0 ends it at once."),
    yes: bool = _YES,
) -> None:
    """Give a client a new secret, which is printed this once.

    Example: auther clients rotate-secret cli_01k… --overlap 3600
    """
    confirm(f"Give {client} on {describe_target()} a new secret?", is_sure=yes)

    async def work(api: Operations) -> ClientSecretRotateResult:
        return accepted(await api.client_secret_rotate(ClientSecretRotateInput(id=client, overlap_seconds=overlap)))

    out.show_record({"id": client, "clientSecret": ask(work).client_secret})
