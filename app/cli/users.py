"""`auther users`."""

from __future__ import annotations

import typer

from app.cli import user_factors, user_files, user_life
from app.cli.arguments import read_moment, read_object
from app.cli.errors import AccountUnknown
from app.cli.output import Columns, Printer, confirm
from app.cli.pages import LIMIT, collect, show_found
from app.cli.passwords import new_password
from app.cli.printing import printing
from app.cli.sessions import SESSION_COLUMNS
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.enums import UserSort, UserStatus
from auther_client.generated.fragments import UserDetailFields, UserRowFields
from auther_client.generated.inputs import (
    EntityInput,
    SubjectInput,
    TupleInput,
    TuplesWriteInput,
    UserBanInput,
    UserCreateInput,
    UserFilter,
    UserUnbanInput,
    UserUpdateInput,
)
from auther_client.generated.users import UserSessionsResultSessions

app = typer.Typer(no_args_is_help=True)
app.command("import")(user_files.import_)
app.command("factors")(user_factors.show)
app.command("reset-2fa")(user_factors.reset)
app.command("delete")(user_life.delete)
app.command("restore")(user_life.restore)
app.command("merge")(user_life.merge)
app.command("export")(user_life.export)

_WHO = typer.Argument(metavar="USER", help="Id, or e-mail address.")
_YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
_ROW: Columns[UserRowFields] = {
    "id": lambda user: user.id,
    "email": lambda user: user.email,
    "name": lambda user: user.name,
    "status": lambda user: user.status,
    "created": lambda user: user.created_at,
    "last sign-in": lambda user: user.last_sign_in_at,
}
_DETAIL: Columns[UserDetailFields] = {
    "id": lambda user: user.id,
    "email": lambda user: f"{user.email}{'' if user.email_verified else ' (not verified)'}",
    "username": lambda user: user.username,
    "name": lambda user: user.name,
    "status": lambda user: user.status,
    "banned until": lambda user: (user.ban.until or "for good") if user.ban else None,
    "banned because": lambda user: user.ban.reason if user.ban else None,
    "erased at": lambda user: user.deletion.erased_at if user.deletion else None,
    "locale": lambda user: user.locale,
    "time zone": lambda user: user.zoneinfo,
    "attributes": lambda user: user.attributes or None,
    "created": lambda user: user.created_at,
    "last sign-in": lambda user: user.last_sign_in_at,
}


@app.command("list")
@printing
def list_(
    out: Printer,
    search: str = typer.Option(None, help="Part of e-mail address, username or name."),
    status: UserStatus = typer.Option(None, case_sensitive=False, help="Only users of this status."),
    sort: UserSort = typer.Option(None, case_sensitive=False, help="In which order; youngest account first."),
    limit: int = LIMIT,
) -> None:
    """List users.

    Example: auther users list --search lovelace --output json
    """
    given = {"search": search, "status": status}
    chosen = UserFilter.model_validate({name: value for name, value in given.items() if value is not None})
    found = ask(
        lambda api: collect(lambda first, after: api.users(first=first, after=after, filter=chosen, sort=sort), limit)
    )
    show_found(out, found, _ROW)


@app.command("show")
@printing
def show(out: Printer, who: str = _WHO) -> None:
    """Show one user.

    Example: auther users show ada@example.com
    """
    out.show_one(ask(lambda api: find_user(api, who)), _DETAIL)


@app.command("create")
@printing
def create(
    out: Printer,
    email: str = typer.Argument(help="E-mail address; unique without regard to case."),
    name: str = typer.Option(None, help="Full name."),
    username: str = typer.Option(None, help="Also signs in; letters, digits, dots, dashes, underscores."),
    password: str = typer.Option(
        None,
        envvar="AUTHER_USER_PASSWORD",
        show_envvar=True,
        help="Password; made and printed when not given. Better set by environment.",
    ),
    invite: bool = typer.Option(False, "--invite", help="Send a mail with a link to choose a password."),
    verified: bool = typer.Option(False, "--verified", help="The address is known to be theirs."),
    is_super_admin: bool = typer.Option(False, "--super-admin", help="May do everything on the platform."),
) -> None:
    """Create a user. A generated password is shown once and has to be changed at the first sign-in.

    Example: auther users create ada@example.com --name "Ada Lovelace" --verified
    """
    made = None if password or invite else new_password()
    new = UserCreateInput(
        email=email,
        name=name,
        username=username,
        email_verified=verified,
        password=password or made,
        must_change_password=made is not None,
        send_invitation=invite,
    )
    user = ask(lambda api: _create(api, new, is_super_admin=is_super_admin))
    record: dict[str, object] = {"id": user.id, "email": user.email}
    if made is not None:
        record["password"] = made
    out.show_record(record)


async def _create(api: Operations, new: UserCreateInput, *, is_super_admin: bool) -> UserDetailFields:
    user = accepted(await api.user_create(new)).user
    assert user is not None
    if is_super_admin:
        from app.authz.service import super_admin

        key = super_admin("user", user.id)
        grant = TupleInput(
            entity=EntityInput(type=key.entity_type, id=key.entity_id),
            relation=key.relation,
            subject=SubjectInput(type=key.subject_type, id=key.subject_id),
        )
        accepted(await api.tuples_write(TuplesWriteInput(writes=[grant], reason="Made super admin")))
    return user


@app.command("update")
@printing
def update(
    out: Printer,
    who: str = _WHO,
    email: str = typer.Option(None, help="A new address; it is unverified unless --verified is given."),
    name: str = typer.Option(None, help="Full name; empty clears it."),
    username: str = typer.Option(None, help="Username; empty clears it."),
    verified: bool = typer.Option(None, "--verified/--not-verified", help="Whether the address is known to be theirs."),
    attributes: str = typer.Option(None, help="Free attributes as a JSON object, in place of the former ones."),
) -> None:
    """Change a user. What is not given stays.

    Example: auther users update ada@example.com --name "Ada King"
    """
    changes: dict[str, object] = {"email": email, "email_verified": verified}
    changes = {field: value for field, value in changes.items() if value is not None}
    changes |= {
        field: value or None for field, value in {"name": name, "username": username}.items() if value is not None
    }
    if attributes is not None:
        changes["attributes"] = read_object(attributes)
    if not changes:
        raise typer.BadParameter("Give at least one thing to change.")

    async def work(api: Operations) -> UserDetailFields | None:
        user = await find_user(api, who)
        return accepted(await api.user_update(UserUpdateInput.model_validate({"id": user.id, **changes}))).user

    changed = ask(work)
    assert changed is not None
    out.show_one(changed, _DETAIL)


@app.command("ban")
@printing
def ban(
    out: Printer,
    who: str = _WHO,
    reason: str = typer.Option(None, help="Why; operators read it."),
    until: str = typer.Option(None, help="When the ban lifts itself: 2027-01-01, or with a time and zone."),
    yes: bool = _YES,
) -> None:
    """Ban a user, for good or until a moment. All sessions and tokens end at once.

    Example: auther users ban ada@example.com --reason spam --until 2027-01-01
    """
    end = read_moment(until)
    confirm(f"Ban {who} on {describe_target()}?", is_sure=yes)

    async def work(api: Operations) -> UserDetailFields | None:
        user = await find_user(api, who)
        return accepted(await api.user_ban(UserBanInput(id=user.id, reason=reason, until=end))).user

    banned = ask(work)
    assert banned is not None
    out.show_one(banned, _DETAIL)


@app.command("unban")
@printing
def unban(out: Printer, who: str = _WHO) -> None:
    """Lift a ban.

    Example: auther users unban ada@example.com
    """

    async def work(api: Operations) -> UserDetailFields | None:
        user = await find_user(api, who)
        return accepted(await api.user_unban(UserUnbanInput(id=user.id))).user

    user = ask(work)
    assert user is not None
    out.show_one(user, _DETAIL)


@app.command("sessions")
@printing
def sessions(out: Printer, who: str = _WHO, limit: int = LIMIT) -> None:
    """List where a user is signed in.

    Example: auther users sessions ada@example.com
    """

    async def work(api: Operations) -> UserDetailFields:
        return await find_user(api, who)

    user = ask(work)
    found = ask(lambda api: collect(lambda first, after: _sessions_of(api, user.id, first, after), limit))
    show_found(out, found, SESSION_COLUMNS)


async def _sessions_of(api: Operations, user_id: str, first: int, after: str | None) -> UserSessionsResultSessions:
    found = await api.user_sessions(user_id, first=first, after=after)
    if found is None:
        raise AccountUnknown(user_id)
    return found.sessions


async def find_user(api: Operations, who: str) -> UserDetailFields:
    """A user by id or e-mail address.

    Raises:
        AccountUnknown: `cli_account_unknown`.
    """
    user_id = who
    if "@" in who:
        page = await api.users(first=10, filter=UserFilter(search=who))
        user_id = next((each.id for each in page.nodes if each.email.lower() == who.lower()), "")
    user = await api.user(user_id) if user_id else None
    if user is None:
        raise AccountUnknown(who)
    return user
