"""`auther api-keys`."""

from __future__ import annotations

import typer

from app.cli.arguments import read_moment
from app.cli.checks import subject_text
from app.cli.errors import ThingUnknown
from app.cli.output import Columns, Printer, confirm
from app.cli.pages import LIMIT, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from app.cli.texts import read_texts
from auther_client import Operations, accepted
from auther_client.generated.api_keys import ApiKeyCreateResult, ApiKeyRotateResult
from auther_client.generated.enums import ApiKeyUse
from auther_client.generated.fragments import ApiKeyDetailFields, ApiKeyRowFields
from auther_client.generated.inputs import (
    ApiKeyCreateInput,
    ApiKeyDeleteInput,
    ApiKeyDisableInput,
    ApiKeyEnableInput,
    ApiKeyFilter,
    ApiKeyGrantInput,
    ApiKeyRotateInput,
)

app = typer.Typer(no_args_is_help=True)

_WHICH = typer.Argument(metavar="KEY", help="The key's id.")
_YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
_ROW: Columns[ApiKeyRowFields] = {
    "id": lambda key: key.id,
    "name": lambda key: key.name,
    "secret": lambda key: f"…{key.hint}",
    "status": lambda key: key.status,
    "uses": lambda key: key.uses,
    "expires": lambda key: key.expires_at,
    "last used": lambda key: key.last_used_at,
}
_DETAIL: Columns[ApiKeyDetailFields] = {
    **_ROW,
    "owner": lambda key: subject_text(key.owner),
    "note": lambda key: key.note,
    "scopes": lambda key: key.scopes,
    "allowed addresses": lambda key: key.allowed_addresses,
    "uses a minute": lambda key: key.rate_limit_per_minute,
    "created": lambda key: key.created_at,
}


@app.command("list")
@printing
def list_(
    out: Printer,
    search: str = typer.Option(None, help="Part of the name, or begin of the id."),
    user: str = typer.Option(None, help="Only keys of this user, by id."),
    client: str = typer.Option(None, help="Only keys of this client, by id."),
    limit: int = LIMIT,
) -> None:
    """List API keys. Of secrets only the last characters are known.

    Example: auther api-keys list --client cli_01k…
    """
    given = {"search": search, "owner_user_id": user, "owner_client_id": client}
    chosen = ApiKeyFilter.model_validate({name: value for name, value in given.items() if value is not None})
    found = ask(lambda api: collect(lambda first, after: api.api_keys(first=first, after=after, filter=chosen), limit))
    show_found(out, found, _ROW)


@app.command("show")
@printing
def show(out: Printer, key: str = _WHICH) -> None:
    """Show one API key.

    Example: auther api-keys show key_01k…
    """
    found = ask(lambda api: api.api_key(key))
    if found is None:
        raise ThingUnknown("API key", key)
    out.show_one(found, _DETAIL)


@app.command("create")
@printing
def create(
    out: Printer,
    name: str = typer.Argument(help="What people call it."),
    user: str = typer.Option(None, help="The user it belongs to, by id; the caller when no owner is named."),
    client: str = typer.Option(None, help="The client it belongs to, by id."),
    use: list[ApiKeyUse] = typer.Option([], case_sensitive=False, help="What it may be used for; both when not given."),
    scope: list[str] = typer.Option([], help="What its tokens may carry at most."),
    address: list[str] = typer.Option([], help="Networks that it may be used from; everywhere when not given."),
    rate_limit: int = typer.Option(None, min=1, help="How often it may be used a minute; no limit when not given."),
    grant: list[str] = typer.Option(
        [], help="What it is given of what you hold: ENTITY#RELATION, as document:1#viewer."
    ),
    expires: str = typer.Option(None, help="When it ends: 2027-01-01, or with a time and zone."),
    note: str = typer.Option(None, help="What it is for, for people."),
) -> None:
    """Make an API key. It is printed this once.

    Example: auther api-keys create "Nightly backup" --client cli_01k… --expires 2027-01-01
    """
    given: dict[str, object] = {
        "owner_user_id": user,
        "owner_client_id": client,
        "uses": use or None,
        "scopes": scope or None,
        "allowed_addresses": address or None,
        "rate_limit_per_minute": rate_limit,
        "expires_at": read_moment(expires),
        "note": note,
    }
    wanted = {"name": name, **{field: value for field, value in given.items() if value is not None}}

    async def work(api: Operations) -> ApiKeyCreateResult:
        grants = {"grants": await _read_grants(api, grant)} if grant else {}
        return accepted(await api.api_key_create(ApiKeyCreateInput.model_validate({**wanted, **grants})))

    made = ask(work)
    assert made.api_key is not None
    out.show_record({"id": made.api_key.id, "name": made.api_key.name, "secret": made.secret})


async def _read_grants(api: Operations, given: list[str]) -> list[ApiKeyGrantInput]:
    pairs = [text.rpartition("#") for text in given]
    if not all(entity and relation for entity, _, relation in pairs):
        raise typer.BadParameter("Write a grant as ENTITY#RELATION, as in document:1#viewer.")
    texts = await read_texts(api, *(entity for entity, _, _ in pairs))
    return [ApiKeyGrantInput(entity=texts.entity(entity), relation=relation) for entity, _, relation in pairs]


@app.command("rotate")
@printing
def rotate(
    out: Printer,
    key: str = _WHICH,
    overlap: int = typer.Option(None, min=0, help="How long the present secret works on, seconds."),
    yes: bool = _YES,
) -> None:
    """Give an API key a new secret, which is printed this once.

    Example: auther api-keys rotate key_01k… --overlap 3600
    """
    confirm(f"Give {key} on {describe_target()} a new secret?", is_sure=yes)
    given = {"id": key, **({"overlap_seconds": overlap} if overlap is not None else {})}

    async def work(api: Operations) -> ApiKeyRotateResult:
        return accepted(await api.api_key_rotate(ApiKeyRotateInput.model_validate(given)))

    out.show_record({"id": key, "secret": ask(work).secret})


@app.command("disable")
@printing
def disable(out: Printer, key: str = _WHICH) -> None:
    """Switch an API key off; its tokens stop working.

    Example: auther api-keys disable key_01k…
    """

    async def work(api: Operations) -> ApiKeyDetailFields | None:
        return accepted(await api.api_key_disable(ApiKeyDisableInput(id=key))).api_key

    _show_changed(out, ask(work))


@app.command("enable")
@printing
def enable(out: Printer, key: str = _WHICH) -> None:
    """Switch an API key on again.

    Example: auther api-keys enable key_01k…
    """

    async def work(api: Operations) -> ApiKeyDetailFields | None:
        return accepted(await api.api_key_enable(ApiKeyEnableInput(id=key))).api_key

    _show_changed(out, ask(work))


@app.command("delete")
@printing
def delete(out: Printer, key: str = _WHICH, yes: bool = _YES) -> None:
    """Delete an API key and what it was granted.

    Example: auther api-keys delete key_01k… --yes
    """
    confirm(f"Delete the API key {key} on {describe_target()}?", is_sure=yes)

    async def work(api: Operations) -> str | None:
        return accepted(await api.api_key_delete(ApiKeyDeleteInput(id=key))).deleted_id

    out.show_record({"deletedId": ask(work)})


def _show_changed(out: Printer, changed: ApiKeyDetailFields | None) -> None:
    assert changed is not None
    out.show_one(changed, _DETAIL)
