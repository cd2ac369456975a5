"""`auther policies test`: policies from files, run without a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from app.cli.output import Form, Printer, harmless, styled
from app.cli.policy_files import read_context, read_policy
from app.cli.printing import printing
from app.policies.errors import PolicyFailure
from app.policies.service import try_source
from app.policies.types import PolicyTrial, PolicyWarning, SampleTrial, Trial, Verdict

_COLOURS = {Verdict.ALLOWED: "green", Verdict.DENIED: "red", Verdict.ERROR: "red"}


@printing
def run_tests(
    out: Printer,
    file: Path = typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="The source; - is standard input."),
    context: str = typer.Option(None, "--context", metavar="JSON|@FILE", help="What it is given, a JSON object."),
    samples: Path = typer.Option(
        None, exists=True, dir_okay=False, help="Samples, JSON or YAML; else those in FILE.samples.json or .yaml."
    ),
) -> None:
    """Run a policy without a server: with a context, and with its samples.

    Exit code 1 when it does not allow the context, or a sample does not hold.

    Example: auther policies test small-amounts.lua --context '{"resource": {"amount": 10}}'
    """
    policy = read_policy(file, samples)
    given = read_context(context) if context is not None else None
    trial = asyncio.run(try_source(policy.source, given, policy.samples or ()))
    if out.form is Form.TABLE:
        _print(trial, file)
    else:
        out.show_data(_record(trial))
    if not _is_well(trial):
        raise typer.Exit(1)


def print_warnings(file: Path, warnings: tuple[PolicyWarning, ...]) -> None:
    """What is odd about a source, on standard error."""
    for each in warnings:
        typer.echo(f"{file}:{each.line}: {styled('warning', fg='yellow', bold=True)}: {each.message}", err=True)


def _is_well(trial: PolicyTrial) -> bool:
    is_allowed = trial.result is None or trial.result.verdict is Verdict.ALLOWED
    return is_allowed and all(each.holds for each in trial.samples)


def _print(trial: PolicyTrial, file: Path) -> None:
    print_warnings(file, trial.warnings)
    for each in trial.samples:
        _print_sample(each)
    if trial.samples:
        held = sum(each.holds for each in trial.samples)
        typer.echo(f"{file}: {held} of {len(trial.samples)} samples hold")
    if trial.result is not None:
        typer.echo(_tell(trial.result))
    elif not trial.samples:
        typer.echo(f"{file} is well. Give --context or samples to run it.")


def _print_sample(each: SampleTrial) -> None:
    word = styled("ok   ", fg="green", bold=True) if each.holds else styled("FAIL ", fg="red", bold=True)
    wanted = "" if each.holds else f", should be {'allowed' if each.sample.is_allowed else 'denied'}"
    typer.echo(f"{word} {harmless(each.sample.name)}: {_tell(each.trial)}{wanted}")


def _tell(trial: Trial) -> str:
    word = styled(trial.verdict.value, fg=_COLOURS[trial.verdict], bold=True)
    if trial.problem is None:
        return word
    message, line = _explain(trial)
    return f"{word}: {f'line {line}: ' if line is not None else ''}{harmless(message)} ({trial.problem.code})"


def _explain(trial: Trial) -> tuple[str, int | None]:
    problem = trial.problem
    if isinstance(problem, PolicyFailure) and problem.reason:
        return problem.reason, problem.line
    return (problem.message if problem is not None else ""), None


def _record(trial: PolicyTrial) -> dict[str, object]:
    return {
        "result": _record_of(trial.result) if trial.result is not None else None,
        "warnings": [{"line": each.line, "message": each.message} for each in trial.warnings],
        "samples": [
            {"name": each.sample.name, "holds": each.holds, "result": _record_of(each.trial)} for each in trial.samples
        ],
    }


def _record_of(trial: Trial) -> dict[str, object]:
    message, line = _explain(trial)
    problem = {"code": trial.problem.code, "message": message, "line": line} if trial.problem is not None else None
    return {"verdict": trial.verdict.name, "problem": problem}
