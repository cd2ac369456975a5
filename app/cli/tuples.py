"""`auther tuples`: grants, one by one and in bulk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import typer

from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.deletions import delete_tuples
from app.authz.service.naming import current_names
from app.authz.service.tuple_lists import list_tuples
from app.authz.service.tuples import write_tuples
from app.authz.types import ConditionRef, RelationTuple, StoredTuple, TupleWrite, WriteResult
from app.authz.types.transfer import ImportReport
from app.cli.arguments import read_context, read_filter, read_moment
from app.cli.output import fail, print_json, print_record, print_table
from app.cli.progress import counting, reading
from app.cli.stores import read_settings, run, run_in_steps
from app.kit.actor import SYSTEM
from app.kit.paging import MAX_PAGE, PageRequest

app = typer.Typer(no_args_is_help=True)

_TUPLES_HELP = "ENTITY#RELATION@SUBJECT, as in document:1#viewer@user:anne."
_ENTITY = typer.Option(None, help="Only on this entity (document:1), or on entities of this type (document).")
_RELATION = typer.Option(None, help="Only of this relation.")
_SUBJECT = typer.Option(None, help="Only of this subject (user:anne, group:eng#member), or of this type.")
_REASON = typer.Option(None, help="A sentence for the changelog and the audit trail.")
_JSON = typer.Option(False, "--json", help="Print JSON.")
_LIST_COLUMNS = ("entity", "relation", "subject", "condition", "startsAt", "expiresAt")
_STDIO = Path("-")


@app.command("write")
def write(
    tuples: list[str] = typer.Argument(help=_TUPLES_HELP),
    condition: str = typer.Option(None, help="A condition of the model, by name."),
    context: str = typer.Option(None, help="What is settled of the condition's parameters, as a JSON object."),
    starts: str = typer.Option(None, help="When they begin: 2027-01-01, or with a time and zone."),
    expires: str = typer.Option(None, help="When they end."),
    reason: str = _REASON,
    as_json: bool = _JSON,
) -> None:
    """Grant: write tuples, all at one revision. One that stands already gets this condition and these times.

    Example: auther tuples write 'document:1#viewer@user:anne' --expires 2027-01-01
    """
    if context is not None and condition is None:
        raise typer.BadParameter("A context belongs to a condition: give --condition, too.")

    async def _write() -> WriteResult:
        names = await current_names()
        limit = ConditionRef(condition, read_context(context)) if condition is not None else None
        begin, end = read_moment(starts), read_moment(expires)
        touch = tuple(RelationTuple(names.key(text), limit, begin, end) for text in tuples)
        return await write_tuples(SYSTEM, TupleWrite(touch=touch, reason=reason))

    _print_result(run(_write(), read_settings()), tuples, "stood already", as_json=as_json)


@app.command("delete")
def delete(
    tuples: list[str] = typer.Argument(None, help=_TUPLES_HELP),
    entity: str = _ENTITY,
    relation: str = _RELATION,
    subject: str = _SUBJECT,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would go."),
    reason: str = _REASON,
    as_json: bool = _JSON,
) -> None:
    """Revoke: end these tuples, or all that a filter means.

    Example: auther tuples delete --subject user:anne --dry-run
    """
    filters = (entity, relation, subject)
    if bool(tuples) == any(filters):
        raise typer.BadParameter("Give either tuples or a filter: --entity, --relation, --subject.")
    if not tuples:
        count = run(_delete_matching(filters, reason, dry_run), read_settings())
        print_record({"would_delete" if dry_run else "deleted": count}, as_json=as_json)
        return

    async def _delete() -> WriteResult:
        names = await current_names()
        keys = tuple(names.key(text) for text in tuples)
        return await write_tuples(SYSTEM, TupleWrite(delete=keys, reason=reason, dry_run=dry_run))

    _print_result(run(_delete(), read_settings()), tuples, "did not stand", as_json=as_json)


async def _delete_matching(
    filters: tuple[str | None, str | None, str | None], reason: str | None, dry_run: bool
) -> int:
    wanted = read_filter(await current_names(), *filters)
    count = 0
    while True:
        result = await delete_tuples(SYSTEM, wanted, reason=reason, dry_run=dry_run)
        count += result.deleted
        if dry_run or not result.has_more:
            return count


def _print_result(result: WriteResult, texts: list[str], otherwise: str, *, as_json: bool) -> None:
    if as_json:
        names = ("created", "changed", "deleted")
        keys = {name: [str(key) for key in getattr(result, name)] for name in names}
        print_json({"revision": result.revision, "token": result.token, **keys})
        return
    told = {str(key): "created" for key in result.created}
    told |= {str(key): "changed" for key in result.changed}
    told |= {str(key): "deleted" for key in result.deleted}
    for text in texts:
        typer.echo(f"{told.get(text, otherwise):<13}  {text}")


@app.command("list")
def list_(
    entity: str = _ENTITY,
    relation: str = _RELATION,
    subject: str = _SUBJECT,
    limit: int = typer.Option(100, min=1, help="Show so many."),
    as_json: bool = _JSON,
) -> None:
    """List the tuples that stand, oldest first.

    Example: auther tuples list --entity document:1
    """
    found, has_more = run(_list((entity, relation, subject), limit), read_settings())
    records = [_record(each.tuple) for each in found]
    if not as_json:
        records = [
            each | {"condition": _condition_text(stored.tuple)} for each, stored in zip(records, found, strict=True)
        ]
    print_table(records, _LIST_COLUMNS, as_json=as_json)
    if has_more and not as_json:
        typer.echo("There are more; see them with --limit.", err=True)


async def _list(filters: tuple[str | None, str | None, str | None], limit: int) -> tuple[list[StoredTuple], bool]:
    wanted = read_filter(await current_names(), *filters)
    found: list[StoredTuple] = []
    after: str | None = None
    while True:
        page = await list_tuples(SYSTEM, wanted, PageRequest(first=min(MAX_PAGE, limit - len(found)), after=after))
        found += page.items
        if not page.has_next or len(found) >= limit:
            return found, page.has_next
        after = page.cursors[-1]


def _record(each: RelationTuple) -> dict[str, object]:
    condition = each.condition
    return {
        "entity": str(each.key.entity),
        "relation": each.key.relation,
        "subject": str(each.key.subject),
        "condition": {"name": condition.name, "context": dict(condition.context)} if condition else None,
        "startsAt": each.starts_at.isoformat() if each.starts_at else None,
        "expiresAt": each.expires_at.isoformat() if each.expires_at else None,
    }


def _condition_text(each: RelationTuple) -> str | None:
    if each.condition is None:
        return None
    parts = [f"{name}={value}" for name, value in each.condition.context.items()]
    return f"{each.condition.name}({', '.join(parts)})" if parts else each.condition.name


@app.command("import")
def import_(
    file: Path = typer.Argument(
        exists=True, dir_okay=False, allow_dash=True, help="JSON lines, ours or OpenFGA's; - is standard input."
    ),
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Leave bad lines out; otherwise they stop the import."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would be written."),
    reason: str = _REASON,
    as_json: bool = _JSON,
) -> None:
    """Write the tuples of a file, 10,000 at a revision. Doing it again only writes what is missing.

    Example: auther tuples import tuples.jsonl
    """
    settings = read_settings()
    with reading(file) as (chunks, tell):
        work = import_tuples(SYSTEM, chunks, progress=tell, skip_bad=skip_bad, dry_run=dry_run, reason=reason)
        report = run_in_steps(work, settings)
    _print_report(report, is_dry=dry_run, as_json=as_json)
    if not report.is_complete:
        raise typer.Exit(1)


def _print_report(report: ImportReport, *, is_dry: bool, as_json: bool) -> None:
    counts = {"read": report.read, "written": report.written, "unchanged": report.unchanged, "bad": report.refused}
    if as_json:
        bad = [{"line": each.number, "reason": each.reason} for each in report.bad]
        token = report.revision_token
        print_json({**counts, "is_complete": report.is_complete, "token": token, "bad_lines": bad})
        return
    for each in report.bad:
        typer.echo(f"line {each.number}: {each.reason}", err=True)
    if report.refused > len(report.bad):
        typer.echo(f"… and {report.refused - len(report.bad):,} more", err=True)
    verb = "would be written" if is_dry else "written"
    told = f"{report.written:,} {verb}, {report.unchanged:,} unchanged, {report.refused:,} bad"
    typer.echo(f"{report.read:,} lines read: {told}.")
    if not report.is_complete and not is_dry:
        typer.echo(
            "Nothing was written from the batch of the first bad line on. Mend it and import the file again:"
            " what is written already stays as it is.",
            err=True,
        )


@app.command("export")
def export(
    file: Path = typer.Argument(_STDIO, dir_okay=False, help="Where to; standard output when not given."),
    entity: str = _ENTITY,
    relation: str = _RELATION,
    subject: str = _SUBJECT,
) -> None:
    """Write the tuples that stand as JSON lines, from one snapshot, in the order of their keys.

    Example: auther tuples export tuples.jsonl --entity document
    """
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
    wanted = read_filter(await current_names(), *filters)
    count = 0
    async for chunk in export_tuples(SYSTEM, wanted):
        target.write(chunk)
        count += chunk.count(b"\n")
        tell(count)
    target.flush()
    return count
