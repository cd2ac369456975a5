"""`auther users import`: accounts in bulk, from a file, beside the database."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer

from app.cli.output import Form, Printer, fail, harmless, show_refused
from app.cli.printing import printing
from app.cli.progress import reading
from app.cli.target import require_local
from app.imports.types import ImportReport
from app.kit.actor import SYSTEM


class FileForm(StrEnum):
    JSON = "json"
    CSV = "csv"


@printing
def import_(
    out: Printer,
    file: Path = typer.Argument(
        exists=True, dir_okay=False, allow_dash=True, help="JSON lines or CSV; - is standard input."
    ),
    form: FileForm = typer.Option(None, "--format", help="What the file is; by its name when not given."),
    column: list[str] = typer.Option(
        [], "--map", metavar="COLUMN=FIELD", help="Our name for a column; - leaves it out. May be given several times."
    ),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Leave bad records out; otherwise they stop the import."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would be done."),
) -> None:
    """Make accounts with the ids and password hashes that they had. Nobody gets mail, nobody who is there changes.

    Doing it again makes those that are missing, so an import that was cut off goes on where it was. Passwords are
    verified as the old system hashed them (argon2, bcrypt, scrypt, PBKDF2) and hashed anew at the first sign-in.

    Example: auther users import users.csv --map mail=email --map pw=passwordHash --dry-run
    """
    require_local("Importing users")
    from app.cli.stores import read_settings, run_in_steps
    from app.imports.rules import check_names, read_csv, read_json_lines
    from app.imports.service import import_accounts

    names = _read_names(column)
    check_names(names)
    chosen = form or (FileForm.CSV if file.suffix.lower() == ".csv" else FileForm.JSON)
    settings = read_settings()
    with reading(file, "records") as (chunks, tell):
        records = read_csv(chunks, names) if chosen is FileForm.CSV else read_json_lines(chunks, names)
        work = import_accounts(SYSTEM, records, progress=tell, skip_bad=skip_bad, dry_run=dry_run)
        report = run_in_steps(work, settings)
    _print_report(out, report, is_dry=dry_run)
    if not report.is_complete:
        raise typer.Exit(1)


def _read_names(columns: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in columns]
    for name, sign, field in pairs:
        if not (name and sign and field):
            fail(f"--map takes COLUMN=FIELD, such as mail=email, not {harmless(name + sign + field)}.")
    return {name: field for name, _, field in pairs}


def _print_report(out: Printer, report: ImportReport, *, is_dry: bool) -> None:
    counts = {"read": report.read, "created": report.created, "existing": report.existing, "bad": report.refused}
    if out.form is not Form.TABLE:
        bad = [{"line": each.line, "reason": each.reason} for each in report.bad]
        out.show_data({**counts, "isComplete": report.is_complete, "badRecords": bad})
        return
    show_refused([(each.line, each.reason) for each in report.bad], report.refused)
    verb = "would be created" if is_dry else "created"
    told = f"{report.created:,} {verb}, {report.existing:,} there already, {report.refused:,} bad"
    out.say(f"{report.read:,} records read: {told}.")
    if not report.is_complete and not is_dry:
        typer.echo(
            "Nothing was written from the batch of the first bad record on. Mend it and import the file again:"
            " accounts that are there already stay as they are.",
            err=True,
        )
