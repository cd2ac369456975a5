"""`auther models`: permission models from a file to being in force."""

from __future__ import annotations

from pathlib import Path

import typer

from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_model
from app.authz.service.drafts import read_draft
from app.authz.types import Model
from app.cli.arguments import CLIENT_HELP
from app.cli.checks import subject_text
from app.cli.errors import ThingUnknown
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
    to_problem,
)
from app.cli.model_plans import can_be_saved, mistakes_of, print_plan
from app.cli.model_tests import run_tests
from app.cli.output import Columns, Form, Printer, confirm, fail, plain
from app.cli.pages import LIMIT, NoPage, Page, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.fragments import ModelDetailFields, ModelPreviewFields, ModelRowFields
from auther_client.generated.inputs import ModelPreviewInput, ModelSaveInput, TypeRenameInput

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
_FORMAT_HELP = f"One of {', '.join(FORMATS)}."


@app.command("validate")
@printing
def validate(
    out: Printer,
    file: Path = _FILE,
    client: str = _CLIENT,
    shared: Path = typer.Option(
        None, exists=True, dir_okay=False, help="The installation's own model, if that of a client names its types."
    ),
    policies: Path = typer.Option(
        None,
        exists=True,
        file_okay=False,
        help="A folder with the policies, NAME.lua each: permissions may name no others. Not given: whichever.",
    ),
) -> None:
    """Say what is wrong with a model, with line and column. Needs no database.

    Example: auther models validate model.fga
    """
    source = read_source(file)
    known = None if policies is None else frozenset(each.stem for each in policies.glob("*.lua"))
    common = parse(read_source(shared), shared) if shared is not None else None
    if out.form is not Form.TABLE:
        _validate_for_programs(out, source, client, common, known)
        return
    with showing_mistakes(file):
        draft = read_draft(source, client, common, known)
    print_problems([warning.show_in(source) for warning in draft.warnings], file)
    out.say(f"{file} is well: {describe(draft.model)}.")


def _validate_for_programs(
    out: Printer, source: str, client: str, common: Model | None, policies: frozenset[str] | None
) -> None:
    try:
        found = list(read_draft(source, client, common, policies).warnings)
    except ModelProblems as problems:
        found = list(problems.problems)
    out.show_data([problem_record(each) for each in found])
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
    source = ask(lambda api: _read_stored(api, client, version, is_system=system))
    if source is None:
        fail("There is no model yet. Save one with: auther models apply FILE")
    print_as(parse_model(source), form)


async def _read_stored(api: Operations, client: str, version: int | None, *, is_system: bool) -> str | None:
    if is_system:
        return (await api.system_model()).source
    if version is None:
        found = await api.model(scope=client or None)
        return found.source if found else None
    chosen = next((each for each in await _list_versions(api, client, 100_000) if each.version == version), None)
    stored = await api.model_version(chosen.id) if chosen else None
    if stored is None:
        raise ThingUnknown("version", str(version))
    return stored.source


async def _list_versions(api: Operations, client: str, limit: int) -> list[ModelRowFields]:
    return list((await collect(lambda first, after: _read_versions(api, client, first, after), limit)).items)


@app.command("diff")
@printing
def diff(
    out: Printer,
    file: Path = _FILE,
    client: str = _CLIENT,
    renames: list[str] = _RENAMES,
) -> None:
    """Compare a model with the one in force: what changes, what stands in the way, who gains and who loses.

    Exit code 1 when it could not be saved.

    Example: auther models diff model.fga --client cli_01k…
    """
    given = _draft(client, file, renames)
    preview = ask(lambda api: api.model_preview(ModelPreviewInput.model_validate(given)))
    _show_mistakes(preview, file)
    if out.form is Form.TABLE:
        print_plan(preview)
    else:
        out.show_data(plain(preview))
    if not can_be_saved(preview):
        raise typer.Exit(1)


@app.command("apply")
@printing
def apply(
    out: Printer,
    file: Path = _FILE,
    client: str = _CLIENT,
    note: str = typer.Option(None, help="A sentence for the list of versions."),
    renames: list[str] = _RENAMES,
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    expect_version: int = typer.Option(None, min=0, help="Only if this version is in force; 0: only if there is none."),
) -> None:
    """Save a model as a new version, in force from then on. The plan is shown first.

    Example: auther models apply model.fga --note "Folders"
    """
    given = _draft(client, file, renames)
    expected = {"expected_version": expect_version} if expect_version is not None else {}
    preview, seen = ask(lambda api: _preview(api, ModelPreviewInput.model_validate({**given, **expected})))
    _show_mistakes(preview, file)
    if out.is_for_people:
        print_plan(preview)
    if not can_be_saved(preview):
        if out.form is not Form.TABLE:
            out.show_data(plain(preview))
        fail("This model cannot be saved.")
    if preview.diff:
        confirm(f"Save it on {describe_target()}?", is_sure=yes)
    wanted = ModelSaveInput.model_validate({**given, "note": note, "expected_version": seen})
    saved = ask(lambda api: _save(api, wanted))
    if out.form is not Form.TABLE:
        out.show_data(plain(saved))
    out.say(f"Version {saved.version} is in force.")


def _draft(client: str, file: Path, renames: list[str]) -> dict[str, object]:
    """The input that previewing and saving have in common."""
    given: dict[str, object] = {"source": read_source(file), "renames": _read_renames(renames)}
    return {**given, "client_id": client} if client else given


async def _preview(api: Operations, given: ModelPreviewInput) -> tuple[ModelPreviewFields, int]:
    """The plan, and the version that it is compared with."""
    preview = await api.model_preview(given)
    current = await api.model(scope=given.client_id)
    return preview, current.version if current else 0


async def _save(api: Operations, wanted: ModelSaveInput) -> ModelDetailFields:
    saved = accepted(await api.model_save(wanted)).model
    assert saved is not None
    return saved


def _show_mistakes(preview: ModelPreviewFields, file: Path) -> None:
    mistakes = [to_problem(each) for each in mistakes_of(preview)]
    if mistakes:
        with showing_mistakes(file):
            raise ModelProblems(mistakes)


_VERSION: Columns[ModelRowFields] = {
    "version": lambda each: each.version,
    "created": lambda each: each.created_at,
    "author": lambda each: subject_text(each.author) if each.author else "system",
    "note": lambda each: each.note,
}


@app.command("versions")
@printing
def versions(out: Printer, client: str = _CLIENT, limit: int = LIMIT) -> None:
    """List the versions of a model, newest first.

    Example: auther models versions --client cli_01k…
    """
    found = ask(lambda api: collect(lambda first, after: _read_versions(api, client, first, after), limit))
    show_found(out, found, _VERSION)


async def _read_versions(api: Operations, client: str, first: int, after: str | None) -> Page[ModelRowFields]:
    found = await api.model_versions(scope=client or None, first=first, after=after)
    return found.versions if found else NoPage()


@app.command("convert")
def convert(
    file: Path = _FILE,
    form: str = typer.Option(..., "--to", callback=check_format, help=_FORMAT_HELP),
) -> None:
    """Print a model in another form. OpenFGA's leaves out what it has no words for.

    Example: auther models convert model.fga --to json
    """
    print_as(parse(read_source(file), file), form)


def _read_renames(texts: list[str]) -> list[TypeRenameInput]:
    pairs = [text.partition("=") for text in texts]
    if not all(old and new for old, _, new in pairs):
        raise typer.BadParameter("Write a rename as OLD=NEW.")
    return [TypeRenameInput(old=old, new=new) for old, _, new in pairs]
