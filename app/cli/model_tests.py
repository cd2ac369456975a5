"""`auther models test`: tests of models from files, without a database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer

from app.authz.suites.errors import SuiteInvalid
from app.authz.suites.files import read_model_file
from app.authz.suites.load import load_suite
from app.authz.suites.parts import assertion_stages, make_given
from app.authz.suites.run import run_suite
from app.authz.suites.types import Outcome, Place, Suite, SuiteReport
from app.cli.output import Form, Printer, styled
from app.cli.printing import printing
from app.cli.proofs import draw_proof

_YAML = (".yaml", ".yml")


@printing
def run_tests(
    out: Printer,
    files: list[Path] = typer.Argument(
        exists=True, dir_okay=False, help="YAML suites, OpenFGA's *.fga.yaml and matrices, models with assertions."
    ),
    client: str = typer.Option("", help="Client that the models (.fga, .json) would belong to, by its id."),
    is_explained: bool = typer.Option(False, "--explain", help="Draw how the answer of a failed check comes about."),
) -> None:
    """Test models without a database. Exit code 1 when a case fails or a model could not be saved.

    Example: auther models test model.fga tests/*.yaml
    """
    reports = asyncio.run(_run_all(files, client))
    if out.form is not Form.TABLE:
        out.show_data([_record(file, report) for file, report in zip(files, reports, strict=True)])
    else:
        for file, report in zip(files, reports, strict=True):
            asyncio.run(_print_report(file, report, is_explained=is_explained))
        _print_summary(reports)
    if not all(_is_passed(report) for report in reports):
        raise typer.Exit(1)


async def _run_all(files: Sequence[Path], client: str) -> list[SuiteReport | SuiteInvalid]:
    return [await _run(file, client) for file in files]


async def _run(file: Path, client: str) -> SuiteReport | SuiteInvalid:
    """What came of a file; one that cannot be read does not keep the others from being run."""
    try:
        return await run_suite(_load(file, client))
    except SuiteInvalid as error:
        return error


def _load(file: Path, client: str) -> Suite:
    if not client or file.suffix in _YAML:
        return load_suite(file)
    given = make_given(read_model_file(file), Place(file.name, 1), scope=client, has_system=True)
    return Suite(file.name, tuple(assertion_stages(given)))


def _is_passed(report: SuiteReport | SuiteInvalid) -> bool:
    return isinstance(report, SuiteReport) and report.is_passed


async def _print_report(file: Path, report: SuiteReport | SuiteInvalid, *, is_explained: bool) -> None:
    if isinstance(report, SuiteInvalid):
        typer.echo(f"{_word('ERROR', 'red')} {report.message}")
        return
    for problem in report.problems:
        word = _word("NOTE ", "yellow") if report.is_foreign else _word("ERROR", "red")
        typer.echo(f"{word} {problem}")
    for outcome in report.failed:
        await _print_failure(outcome, is_explained=is_explained)
    count = len(report.outcomes)
    word = _word("ok   ", "green") if report.is_passed else _word("FAIL ", "red")
    typer.echo(f"{word} {file}: {report.passed_count} of {count} cases passed")


async def _print_failure(outcome: Outcome, *, is_explained: bool) -> None:
    typer.echo(f"{_word('FAIL ', 'red')} {outcome.at}: {outcome.question}  [{outcome.stage}]")
    typer.echo(f"        expected {outcome.expected}")
    typer.echo(f"        actual   {outcome.actual}")
    if outcome.problem is not None:
        typer.echo(f"        {outcome.problem}")
    if is_explained and outcome.explain is not None:
        for line in draw_proof(await outcome.explain()):
            typer.echo(f"        {line}".rstrip())


def _print_summary(reports: Sequence[SuiteReport | SuiteInvalid]) -> None:
    run = [report for report in reports if isinstance(report, SuiteReport)]
    count = sum(len(report.outcomes) for report in run)
    failed = sum(len(report.failed) for report in run)
    bad = sum(not _is_passed(report) for report in reports)
    ended = f"{failed} failed, {bad} of {len(reports)} files did not pass." if bad else "all passed."
    typer.echo(f"{count} cases in {len(reports)} file{'' if len(reports) == 1 else 's'}: {ended}")


def _record(file: Path, report: SuiteReport | SuiteInvalid) -> dict[str, object]:
    if isinstance(report, SuiteInvalid):
        return {"file": str(file), "isPassed": False, "cases": 0, "failed": [], "problems": [report.message]}
    return {
        "file": str(file),
        "isPassed": report.is_passed,
        "cases": len(report.outcomes),
        "failed": [
            {
                "at": str(each.at),
                "stage": each.stage,
                "question": each.question,
                "expected": each.expected,
                "actual": each.actual,
                "problem": each.problem,
            }
            for each in report.failed
        ],
        "problems": list(report.problems),
    }


def _word(text: str, colour: str) -> str:
    return styled(text, fg=colour, bold=True)
