"""`auther audit export` and `auther audit verify`: the trail as a file, and whether anybody changed it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from app import wiring
from app.cli.arguments import read_moment
from app.cli.audit_words import describe_problem, describe_report, read_checkpoint, to_record
from app.cli.output import Printer, fail
from app.cli.printing import printing
from app.cli.progress import counting
from app.cli.stores import read_settings, run, run_in_steps
from app.cli.target import require_local
from app.events.errors import ChainBroken
from app.events.export import export_trail, is_whole
from app.events.offline import MAX_LINE_BYTES, verify_file
from app.events.rules import read_address
from app.events.service import seal_chain, verify_chain
from app.events.trail import count_unsealed, freeze_view
from app.events.types import AuditFilter, ChainReport, Checkpoint, Outcome, Progress
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.secret_file import FILE_NAME, ensure_secret
from app.kit.settings import load_settings

_STDIO = Path("-")


def export(
    file: Path = typer.Argument(_STDIO, dir_okay=False, help="Where to; standard output when not given."),
    action: str = typer.Option(None, help="Beginning of the action, such as user. or user.*"),
    actor: str = typer.Option(None, help="Only what they did, by id."),
    target: str = typer.Option(None, help="Only what was done to it, by id."),
    about: str = typer.Option(None, help="Only what is about this user, by id."),
    client: str = typer.Option(None, help="Only what came through this client, by id."),
    outcome: Outcome = typer.Option(None, case_sensitive=False, help="Only what ended so."),
    since: str = typer.Option(
        None, "--from", "--since", help="From this moment on: 2027-01-01, or with a time and zone."
    ),
    until: str = typer.Option(None, "--to", "--until", help="Before this moment."),
    request: str = typer.Option(None, help="Only from the request with this id."),
    address: str = typer.Option(None, help="Only from this address."),
    after: int = typer.Option(None, min=0, help="Only what follows this position: what an earlier export had not."),
) -> None:
    """Write the audit trail as JSON lines, signed, in the order of its chain. `auther audit verify --file` checks it.

    Example: auther audit export --from 2027-01-01 > trail.jsonl
    """
    require_local("Exporting the audit trail")
    wanted = AuditFilter(
        action=action,
        actor_id=actor,
        target_id=target,
        about_user_id=about,
        client_id=client,
        outcome=outcome,
        since=read_moment(since),
        until=read_moment(until),
        request_id=request,
        ip=None if address is None else read_address(address),
    )
    _write(file, wanted, after)


@printing
def verify(
    out: Printer,
    file: Path = typer.Option(None, dir_okay=False, exists=True, help="An exported file; no database is needed."),
    checkpoint: str = typer.Option(None, help="POSITION:LINK that an earlier run printed: the trail must hold it."),
) -> None:
    """Check that no row of the audit trail was changed, removed, inserted or put elsewhere.

    Ends with 0 when all is well and with 1 when it is not. Keep the checkpoint that it prints away from the database.

    Example: auther audit verify --checkpoint 1042:9f3c…
    """
    expected = read_checkpoint(checkpoint)
    has_secret = True
    with counting("rows") as tell:
        if file is not None:
            has_secret, report = _verify_file(file, expected, tell)
        else:
            require_local("Verifying the audit trail")
            report = run(_verify(expected, tell), read_settings())
    if out.is_for_people:
        typer.echo(describe_report(report, has_secret=has_secret))
        for problem in report.problems:
            typer.echo(describe_problem(problem))
    else:
        out.show_data(to_record(report, has_secret=has_secret))
    if not report.is_intact:
        raise typer.Exit(1)


async def _verify(expected: Checkpoint | None, tell: Progress) -> ChainReport:
    await freeze_view()
    return await verify_chain(expected=expected, tell=tell)


def _verify_file(file: Path, expected: Checkpoint | None, tell: Progress) -> tuple[bool, ChainReport]:
    settings = load_settings()
    has_secret = settings.secret is not None or (settings.data_dir / FILE_NAME).exists()
    if has_secret:
        wiring.wire(ensure_secret(settings))

    @contextmanager
    def open_lines() -> Iterator[Iterator[bytes]]:
        with file.open("rb") as source:
            yield iter(lambda: source.readline(MAX_LINE_BYTES), b"")

    return has_secret, verify_file(open_lines, has_secret=has_secret, expected=expected, tell=tell)


def _write(file: Path, wanted: AuditFilter, after: int | None) -> None:
    settings = read_settings()
    if file == _STDIO:
        with counting("rows") as tell:
            count = run_in_steps(_export(wanted, after, sys.stdout.buffer, tell), settings)
        typer.echo(f"{count:,} rows written.", err=True)
        return
    # A file that is there is whole.
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with unfinished.open("wb") as target, counting("rows") as tell:
            count = run_in_steps(_export(wanted, after, target, tell), settings)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")
    os.replace(unfinished, file)
    typer.echo(f"{count:,} rows written to {file}.", err=True)


async def _export(wanted: AuditFilter, after: int | None, target: BinaryIO, tell: Callable[[int], None]) -> int:
    await _seal()
    lines = 0
    async with unit_of_work():
        await freeze_view()
        unsealed = await count_unsealed()
        async for chunk in export_trail(SYSTEM, wanted, after=after):
            target.write(chunk)
            lines += chunk.count(b"\n")
            tell(max(0, lines - 1))
    target.flush()
    if unsealed:
        typer.echo(f"{unsealed:,} newer rows are not chained yet, and not in the file.", err=True)
    if not is_whole(wanted):
        typer.echo(
            "This is a selection: the file shows that nothing in it was changed, not what is left out.", err=True
        )
    # Header and end are lines, too.
    return lines - 2


async def _seal() -> None:
    """Chain what is committed, so that it is in the file."""
    try:
        has_more = True
        while has_more:
            async with unit_of_work():
                has_more = await seal_chain()
    except ChainBroken as error:
        typer.echo(f"{error}", err=True)
