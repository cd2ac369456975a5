"""`auther models`: permission models from a file to being in force."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_model
from app.authz.service.drafts import read_draft
from app.authz.service.models import (
    find_current_model,
    find_version,
    list_versions,
    preview_model,
    save_model,
    show_system_model,
)
from app.authz.types import Model
from app.authz.types.saving import ModelDraft, ModelPreview, ModelVersion
from app.cli.arguments import CLIENT_HELP
from app.cli.model_files import (
    FORMATS,
    check_format,
    describe,
    parse,
    print_as,
    print_problems,
    problem_record,
    read_source,
    showing_mistakes,
)
from app.cli.model_plans import can_be_saved, plan_record, print_plan
from app.cli.model_tests import run_tests
from app.cli.output import fail, print_json, print_table
from app.cli.stores import read_settings, run
from app.kit.actor import SYSTEM
from app.kit.paging import MAX_PAGE, PageRequest

app = typer.Typer(no_args_is_help=True)
app.command("test")(run_tests)

_FILE = typer.Argument(
    exists=True,
    dir_okay=False,
    allow_dash=True,
    help="A model as text or JSON, ours or OpenFGA's; - is standard input.",
)
_CLIENT = typer.Option("", help=CLIENT_HELP)
_RENAMES = typer.Option([], "--rename", metavar="OLD=NEW", help="A type that got another name; its tuples stay.")
_JSON = typer.Option(False, "--json", help="Print JSON.")
_FORMAT_HELP = f"One of {', '.join(FORMATS)}."


@app.command("validate")
def validate(
    file: Path = _FILE,
    client: str = _CLIENT,
    shared: Path = typer.Option(
        None, exists=True, dir_okay=False, help="The installation's own model, if that of a client names its types."
    ),
    as_json: bool = _JSON,
) -> None:
    """Say what is wrong with a model, with line and column. Needs no database.

    Example: auther models validate model.fga
    """
    source = read_source(file)
    common = parse(read_source(shared), shared) if shared is not None else None
    if as_json:
        _validate_as_json(source, client, common)
        return
    with showing_mistakes(file):
        draft = read_draft(source, client, common)
    print_problems([warning.show_in(source) for warning in draft.warnings], file)
    typer.echo(f"{file} is well: {describe(draft.model)}.")


def _validate_as_json(source: str, client: str, common: Model | None) -> None:
    try:
        found = list(read_draft(source, client, common).warnings)
    except ModelProblems as problems:
        found = list(problems.problems)
    print_json([problem_record(each) for each in found])
    if not all(each.is_warning for each in found):
        raise typer.Exit(1)


@app.command("show")
def show(
    client: str = _CLIENT,
    version: int = typer.Option(None, min=1, help="This version; the one in force when not given."),
    system: bool = typer.Option(False, "--system", help="The model that guards Auther itself."),
    form: str = typer.Option("fga", "--format", callback=check_format, help=_FORMAT_HELP),
) -> None:
    """Print a model.

    Example: auther models show --client cli_01k… --format json
    """
    source = run(_read_stored(client, version, is_system=system), read_settings())
    if source is None:
        fail("There is no model yet. Save one with: auther models apply FILE")
    print_as(parse_model(source), form)


async def _read_stored(client: str, version: int | None, *, is_system: bool) -> str | None:
    if is_system:
        return await show_system_model(SYSTEM)
    if version is not None:
        return (await find_version(SYSTEM, client, version)).source
    found = await find_current_model(SYSTEM, client)
    return found.source if found else None


@app.command("diff")
def diff(
    file: Path = _FILE,
    client: str = _CLIENT,
    renames: list[str] = _RENAMES,
    as_json: bool = _JSON,
) -> None:
    """Compare a model with the one in force: what changes, what stands in the way, who gains and who loses.

    Exit code 1 when it could not be saved.
    """
    draft = ModelDraft(client, read_source(file), renames=_read_renames(renames))
    with showing_mistakes(file):
        preview, _ = run(_preview(draft), read_settings())
    if as_json:
        print_json(plan_record(preview))
    else:
        print_plan(preview)
    if not can_be_saved(preview):
        raise typer.Exit(1)


@app.command("apply")
def apply(
    file: Path = _FILE,
    client: str = _CLIENT,
    note: str = typer.Option(None, help="A sentence for the list of versions."),
    renames: list[str] = _RENAMES,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    expect_version: int = typer.Option(None, min=0, help="Only if this version is in force; 0: only if there is none."),
    as_json: bool = _JSON,
) -> None:
    """Save a model as a new version, in force from then on. The plan is shown first.

    Example: auther models apply model.fga --note "Folders"
    """
    draft = ModelDraft(client, read_source(file), note, _read_renames(renames), expect_version)
    settings = read_settings()
    with showing_mistakes(file):
        preview, seen = run(_preview(draft), settings)
    if not as_json:
        print_plan(preview)
    if not can_be_saved(preview):
        if as_json:
            print_json(plan_record(preview))
        fail("This model cannot be saved.")
    if preview.diff and not yes:
        _ask()
    saved = run(save_model(SYSTEM, ModelDraft(client, draft.source, note, draft.renames, seen)), settings)
    if as_json:
        print_json(_version_record(saved))
    else:
        typer.echo(f"Version {saved.version} is in force.")


def _ask() -> None:
    if not sys.stdin.isatty():
        fail("Nobody can be asked here: give --yes to save.", code=2)
    typer.confirm("Save it?", abort=True)


async def _preview(draft: ModelDraft) -> tuple[ModelPreview, int]:
    """The plan, and the version that it is compared with."""
    preview = await preview_model(SYSTEM, draft)
    current = await find_current_model(SYSTEM, draft.scope)
    return preview, current.version if current else 0


@app.command("versions")
def versions(client: str = _CLIENT, as_json: bool = _JSON) -> None:
    """List the versions of a model, newest first, a hundred at most."""
    page = run(list_versions(SYSTEM, client, PageRequest(first=MAX_PAGE)), read_settings())
    records = [_version_record(each) for each in page.items]
    print_table(records, ("version", "created", "author", "note"), as_json=as_json)


@app.command("convert")
def convert(
    file: Path = _FILE,
    form: str = typer.Option(..., "--to", callback=check_format, help=_FORMAT_HELP),
) -> None:
    """Print a model in another form. OpenFGA's leaves out what it has no words for.

    Example: auther models convert model.fga --to json
    """
    print_as(parse(read_source(file), file), form)


def _read_renames(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(old and new for old, _, new in pairs):
        raise typer.BadParameter("Write a rename as OLD=NEW.")
    return {old: new for old, _, new in pairs}


def _version_record(each: ModelVersion) -> dict[str, object]:
    return {
        "version": each.version,
        "id": each.id,
        "created": each.created_at.isoformat(timespec="seconds"),
        "author": each.author_id or each.author_kind,
        "note": each.note,
    }
