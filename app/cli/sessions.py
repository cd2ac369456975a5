"""`auther sessions`."""

from __future__ import annotations

import typer

from app.cli.output import Columns, Printer, confirm
from app.cli.pages import LIMIT, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.fragments import SessionFields
from auther_client.generated.inputs import SessionFilter, SessionRevokeInput
from auther_client.generated.sessions import SessionsResultNodes

app = typer.Typer(no_args_is_help=True)

SESSION_COLUMNS: Columns[SessionFields] = {
    "id": lambda each: each.id,
    "device": lambda each: each.device,
    "ip": lambda each: each.ip,
    "signed in": lambda each: each.auth_time,
    "last seen": lambda each: each.last_seen_at,
    "expires": lambda each: each.expires_at,
}
_WITH_USER: Columns[SessionsResultNodes] = {
    "id": lambda each: each.id,
    "user": lambda each: each.user.email if each.user else None,
    "device": lambda each: each.device,
    "ip": lambda each: each.ip,
    "signed in": lambda each: each.auth_time,
    "last seen": lambda each: each.last_seen_at,
}


@app.command("list")
@printing
def list_(
    out: Printer,
    user: str = typer.Option(None, help="Only of this user, by id."),
    limit: int = LIMIT,
) -> None:
    """List who is signed in, newest first.

    Example: auther sessions list --user usr_01k…
    """
    chosen = SessionFilter(user_id=user) if user else None
    found = ask(lambda api: collect(lambda first, after: api.sessions(first=first, after=after, filter=chosen), limit))
    show_found(out, found, _WITH_USER)


@app.command("revoke")
@printing
def revoke(
    out: Printer,
    session: str = typer.Argument(help="Id of the session."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """End a session and the tokens that grew from it.

    Example: auther sessions revoke ses_01k… --yes
    """
    confirm(f"End the session {session} on {describe_target()}?", is_sure=yes)

    async def work(api: Operations) -> str | None:
        return accepted(await api.session_revoke(SessionRevokeInput(id=session))).deleted_id

    out.show_record({"deletedId": ask(work)})
