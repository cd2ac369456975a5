"""`auther audit`."""

from __future__ import annotations

import typer

from app.cli import audit_files
from app.cli.arguments import read_moment
from app.cli.output import Columns, Form, Printer, cell, plain
from app.cli.pages import LIMIT, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask
from auther_client import Operations
from auther_client.generated.enums import AuditOutcome
from auther_client.generated.fragments import AuditEventFields
from auther_client.generated.inputs import AuditEventFilter

app = typer.Typer(no_args_is_help=True)
app.command("export")(audit_files.export)
app.command("verify")(audit_files.verify)

_ACTION = typer.Option(None, help="Beginning of the action, such as user. or user.banned.")
_ACTOR = typer.Option(None, help="Only what they did, by id.")
_TARGET = typer.Option(None, help="Only what was done to it, by id.")
_ABOUT = typer.Option(None, "--about", help="Only what is about this user, by id.")
_OUTCOME = typer.Option(None, case_sensitive=False, help="Only what ended so.")
_ROW: Columns[AuditEventFields] = {
    "occurred": lambda event: event.occurred_at,
    "action": lambda event: event.action,
    "outcome": lambda event: event.outcome,
    "actor": lambda event: event.actor.email if event.actor else event.actor_id or event.actor_type,
    "target": lambda event: event.target_id,
    "id": lambda event: event.id,
}


@app.command("list")
@printing
def list_(
    out: Printer,
    action: str = _ACTION,
    actor: str = _ACTOR,
    target: str = _TARGET,
    about: str = _ABOUT,
    outcome: AuditOutcome = _OUTCOME,
    since: str = typer.Option(None, help="From this moment on: 2027-01-01, or with a time and zone."),
    until: str = typer.Option(None, help="Before this moment."),
    request: str = typer.Option(None, help="Only from the request with this id."),
    limit: int = LIMIT,
) -> None:
    """List what happened, newest first.

    Example: auther audit list --action user.banned --since 2027-01-01 --output json
    """
    chosen = _read_filter(
        action=action,
        actor_id=actor,
        target_id=target,
        about_user_id=about,
        outcome=outcome,
        after=read_moment(since),
        before=read_moment(until),
        request_id=request,
    )
    found = ask(
        lambda api: collect(lambda first, after: api.audit_events(first=first, after=after, filter=chosen), limit)
    )
    show_found(out, found, _ROW)


@app.command("follow")
@printing
def follow(
    out: Printer,
    action: str = _ACTION,
    actor: str = _ACTOR,
    target: str = _TARGET,
    about: str = _ABOUT,
    outcome: AuditOutcome = _OUTCOME,
    after: str = typer.Option(None, help="Go on from this cursor, and miss nothing."),
    count: int = typer.Option(None, min=1, help="Stop after so many events."),
) -> None:
    """Print what happens as it happens, a line an event, until interrupted.

    Example: auther audit follow --action user. --output json
    """
    chosen = _read_filter(action=action, actor_id=actor, target_id=target, about_user_id=about, outcome=outcome)

    async def work(api: Operations) -> None:
        seen = 0
        async for each in api.audit_events_stream(filter=chosen, after=after):
            if each.node is not None:
                _print_event(out, each.node, each.cursor)
                seen += 1
            if seen == count:
                return

    ask(work)


def _print_event(out: Printer, event: AuditEventFields, cursor: str) -> None:
    if out.form is Form.TABLE:
        typer.echo("  ".join(cell(read(event)) for read in _ROW.values()))
    else:
        out.show_line({"cursor": cursor, "node": plain(event)})


def _read_filter(**given: object) -> AuditEventFilter:
    return AuditEventFilter.model_validate({name: value for name, value in given.items() if value is not None})
