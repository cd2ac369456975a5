"""`auther users` and `auther clients`."""

from __future__ import annotations

import typer

from app.authz.service import grant_relation, super_admin
from app.cli.bootstrap import new_password
from app.cli.output import print_record
from app.cli.stores import read_settings, run
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.credentials.service import require_password_change, set_password
from app.kit.actor import SYSTEM
from app.users.service import create_user
from app.users.types import NewUser

users = typer.Typer(no_args_is_help=True)
clients = typer.Typer(no_args_is_help=True)


@users.command("create")
def create_user_command(
    email: str = typer.Argument(help="E-mail address; unique without regard to case."),
    name: str = typer.Option(None, help="Full name."),
    username: str = typer.Option(None, help="Also signs in; letters, digits, dots, dashes, underscores."),
    password: str = typer.Option(
        None,
        envvar="AUTHER_USER_PASSWORD",
        help="Password; made and printed when not given. Better set by environment.",
    ),
    verified: bool = typer.Option(False, "--verified", help="The address is known to be theirs."),
    is_super_admin: bool = typer.Option(False, "--super-admin", help="May do everything on the platform."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Create a user. A generated password has to be changed at the first sign-in.

    Example: auther users create ada@example.com --name "Ada Lovelace" --verified
    """
    new = NewUser(email=email, name=name, username=username, email_verified=verified)
    made = password or new_password()
    user_id = run(
        _create_user(new, made, is_generated=password is None, is_super_admin=is_super_admin), read_settings()
    )
    record: dict[str, object] = {"id": user_id, "email": email}
    if password is None:
        record["password"] = made
    print_record(record, as_json=as_json)


async def _create_user(new: NewUser, password: str, *, is_generated: bool, is_super_admin: bool) -> str:
    user = await create_user(SYSTEM, new)
    await set_password(SYSTEM, user.id, password)
    if is_generated:
        await require_password_change(user.id)
    if is_super_admin:
        await grant_relation(SYSTEM, super_admin("user", user.id))
    return user.id


@clients.command("create")
def create_client_command(
    name: str = typer.Argument(help="Name that users see."),
    kind: ClientKind = typer.Option(ClientKind.WEB, help="What the application is; settles how it authenticates."),
    redirect_uri: list[str] = typer.Option([], help="Where users come back to; may be given several times."),
    post_logout_redirect_uri: list[str] = typer.Option([], help="Where users go after signing out."),
    scope: list[str] = typer.Option([], help="Scopes that it may ask for; the usual ones when not given."),
    first_party: bool = typer.Option(False, "--first-party", help="Our own application: no consent page."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Create an OAuth client. The secret, if its kind has one, is printed this once.

    Example: auther clients create "My app" --kind web --redirect-uri https://app.example.com/callback
    """
    new = NewClient(
        name=name,
        kind=kind,
        redirect_uris=tuple(redirect_uri),
        post_logout_redirect_uris=tuple(post_logout_redirect_uri),
        scopes=tuple(scope) or None,
        is_first_party=first_party,
    )
    created = run(create_client(SYSTEM, new), read_settings())
    record: dict[str, object] = {"client_id": created.client.id, "name": created.client.name, "kind": kind.value}
    if created.secret is not None:
        record["client_secret"] = created.secret
    print_record(record, as_json=as_json)
