"""`auther tuples import` and `export`: grants in bulk, from and to files, beside the database."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import typer

from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.naming import current_names
from app.authz.types import TupleFilter
from app.authz.types.transfer import ImportReport
from app.cli.output import Form, Printer, fail, show_refused
from app.cli.printing import printing
from app.cli.progress import counting, reading
from app.cli.stores import read_settings, run, run_in_steps
from app.cli.target import require_local
from app.cli.texts import Texts
from app.kit.actor import SYSTEM

ENTITY = typer.Option(None, help="Only on this entity (document:1), or on entities of this type (document).")
RELATION = typer.Option(None, help="Only of this relation.")
SUBJECT = typer.Option(None, help="Only of this subject (user:anne, group:eng#member), or of this type.")
SUBJECTS_MUST_EXIST = typer.Option(
    False,
    "--subjects-must-exist",
    help="Refuse users, clients and API keys that do not exist. On Auther's own types they are refused anyway.",
)
REASON = typer.Option(None, help="A sentence for the changelog and the audit trail.")
_STDIO = Path("-")


@printing
def import_(
    out: Printer,
    file: Path = typer.Argument(
        exists=True, dir_okay=False, allow_dash=True, help="JSON lines, ours or OpenFGA's; - is standard input."
    ),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Leave bad lines out; otherwise they stop the import."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would be written."),
    subjects_must_exist: bool = SUBJECTS_MUST_EXIST,
    reason: str = REASON,
) -> None:
    """Write the tuples of a file, 10,000 at a revision. Doing it again only writes what is missing.

    Example: auther tuples import tuples.jsonl
    """
    require_local("Importing tuples")
    settings = read_settings()
    with reading(file, "lines") as (chunks, tell):
        work = import_tuples(
            SYSTEM,
            chunks,
            progress=tell,
            skip_bad=skip_bad,
            dry_run=dry_run,
            subjects_must_exist=subjects_must_exist,
            reason=reason,
        )
        report = run_in_steps(work, settings)
    _print_report(out, report, is_dry=dry_run)
    if not report.is_complete:
        raise typer.Exit(1)


def _print_report(out: Printer, report: ImportReport, *, is_dry: bool) -> None:
    counts = {"read": report.read, "written": report.written, "unchanged": report.unchanged, "bad": report.refused}
    if out.form is not Form.TABLE:
        bad = [{"line": each.number, "reason": each.reason} for each in report.bad]
        token = report.revision_token
        out.show_data({**counts, "isComplete": report.is_complete, "token": token, "badLines": bad})
        return
    show_refused([(each.number, each.reason) for each in report.bad], report.refused)
    verb = "would be written" if is_dry else "written"
    told = f"{report.written:,} {verb}, {report.unchanged:,} unchanged, {report.refused:,} bad"
    out.say(f"{report.read:,} lines read: {told}.")
    if not report.is_complete and not is_dry:
        typer.echo(
            "Nothing was written from the batch of the first bad line on. Mend it and import the file again:"
            " what is written already stays as it is.",
            err=True,
        )


def export(
    file: Path = typer.Argument(_STDIO, dir_okay=False, help="Where to; standard output when not given."),
    entity: str = ENTITY,
    relation: str = RELATION,
    subject: str = SUBJECT,
) -> None:
    """Write the tuples that stand as JSON lines, from one snapshot, in the order of their keys.

    Example: auther tuples export tuples.jsonl --entity document
    """
    require_local("Exporting tuples")
    settings, filters = read_settings(), (entity, relation, subject)
    if file == _STDIO:
        run(_export(filters, sys.stdout.buffer, lambda _: None), settings)
        return
    # A file that is there is whole.
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with unfinished.open("wb") as target, counting("tuples") as tell:
            count = run(_export(filters, target, tell), settings)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.")
    os.replace(unfinished, file)
    typer.echo(f"{count:,} tuples written to {file}.", err=True)


async def _export(
    filters: tuple[str | None, str | None, str | None], target: BinaryIO, tell: Callable[[int], None]
) -> int:
    meant = Texts(await current_names()).filter(*filters)
    wanted = TupleFilter(**meant.model_dump(exclude_unset=True))
    count = 0
    async for chunk in export_tuples(SYSTEM, wanted):
        target.write(chunk)
        count += chunk.count(b"\n")
        tell(count)
    target.flush()
    return count
