"""`auther clients initial-tokens`."""

from __future__ import annotations

import typer

from app.cli.output import Columns, Printer, confirm
from app.cli.pages import LIMIT, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.clients import InitialAccessTokenCreateResult
from auther_client.generated.fragments import InitialAccessTokenFields
from auther_client.generated.inputs import InitialAccessTokenCreateInput, InitialAccessTokenRevokeInput

app = typer.Typer(no_args_is_help=True)

_DAY_SECONDS = 86_400
_ROW: Columns[InitialAccessTokenFields] = {
    "id": lambda token: token.id,
    "name": lambda token: token.name,
    "token": lambda token: f"…{token.hint}",
    "usable": lambda token: token.is_usable,
    "uses": lambda token: token.uses if token.max_uses is None else f"{token.uses} of {token.max_uses}",
    "scopes": lambda token: token.scopes,
    "grants": lambda token: token.grant_types,
    "expires": lambda token: token.expires_at,
    "last used": lambda token: token.last_used_at,
}


@app.command("list")
@printing
def list_(out: Printer, limit: int = LIMIT) -> None:
    """List the tokens that clients register with. Of their values only the last characters are known.

    Example: auther clients initial-tokens list
    """
    found = ask(lambda api: collect(lambda first, after: api.initial_access_tokens(first=first, after=after), limit))
    show_found(out, found, _ROW)


@app.command("create")
@printing
def create(
    out: Printer,
    name: str = typer.Argument(help="What people call it."),
    max_uses: int = typer.Option(1, min=0, help="How many clients may register with it; 0: any number."),
    days: int = typer.Option(7, min=0, help="After how many days it ends; 0: never."),
    scope: list[str] = typer.Option([], help="Scopes that its clients may have; the usual ones when not given."),
    grant: list[str] = typer.Option([], help="Grants that its clients may use; those of signing in when not given."),
    no_pkce: bool = typer.Option(False, "--no-pkce", help="Let its confidential clients go without PKCE."),
) -> None:
    """Make a token that clients register with. It is printed this once.

    Example: auther clients initial-tokens create "Build pipeline" --max-uses 10
    """
    new = InitialAccessTokenCreateInput(
        name=name,
        max_uses=max_uses or None,
        ttl_seconds=days * _DAY_SECONDS or None,
        scopes=scope or None,
        grant_types=grant or None,
        require_pkce=not no_pkce,
    )

    async def work(api: Operations) -> InitialAccessTokenCreateResult:
        return accepted(await api.initial_access_token_create(new))

    made = ask(work)
    assert made.initial_access_token is not None
    out.show_record({"id": made.initial_access_token.id, "name": made.initial_access_token.name, "token": made.token})


@app.command("revoke")
@printing
def revoke(
    out: Printer,
    token: str = typer.Argument(metavar="TOKEN", help="The token's id."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Revoke a token: nobody registers with it any more. Clients that did stay.

    Example: auther clients initial-tokens revoke iat_01k… --yes
    """
    confirm(f"Revoke the initial access token {token} on {describe_target()}?", is_sure=yes)

    async def work(api: Operations) -> InitialAccessTokenFields | None:
        answer = await api.initial_access_token_revoke(InitialAccessTokenRevokeInput(id=token))
        return accepted(answer).initial_access_token

    revoked = ask(work)
    assert revoked is not None
    out.show_one(revoked, _ROW)
