"""What saving a model would do, for people."""

from __future__ import annotations

import typer

from app.cli.checks import subject_text
from app.cli.output import harmless, styled
from auther_client.generated.enums import AccessChangeKind, Decision
from auther_client.generated.fragments import (
    ModelPreviewFields,
    ModelPreviewFieldsBlockers,
    ModelPreviewFieldsFailedAssertions,
    ModelPreviewFieldsImpact,
    ModelProblemFields,
)

_DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_MAX_SHOWN = 20


def mistakes_of(preview: ModelPreviewFields) -> list[ModelProblemFields]:
    """What is wrong with the model itself; warnings apart."""
    return [each for each in preview.problems if not each.is_warning]


def can_be_saved(preview: ModelPreviewFields) -> bool:
    """Whether nothing stands in the way."""
    return not mistakes_of(preview) and not preview.blockers and not preview.failed_assertions


def print_plan(preview: ModelPreviewFields) -> None:
    """The difference, warnings, what stands in the way, who gains and who loses."""
    if not preview.diff:
        typer.echo("Nothing changes.")
        return
    for line in preview.diff.splitlines():
        typer.echo(styled(harmless(line), fg=_DIFF_COLOURS.get(line[:1])))
    for warning in preview.problems:
        place = f"line {warning.line}: " if warning.line else ""
        typer.echo(f"{styled('warning', fg='yellow', bold=True)}: {place}{harmless(warning.message)}")
    for blocker in preview.blockers:
        _print_blocker(blocker)
    for failed in preview.failed_assertions:
        _print_failed(failed)
    if preview.impact is not None:
        _print_impact(preview.impact)


def _print_blocker(blocker: ModelPreviewFieldsBlockers) -> None:
    word = styled("blocked", fg="red", bold=True)
    typer.echo(f"{word}: {harmless(blocker.reason)}, and {blocker.count:,} stand so:")
    for sample in blocker.samples:
        typer.echo(f"  {harmless(sample)}")


def _print_failed(failed: ModelPreviewFieldsFailedAssertions) -> None:
    word = styled("failed", fg="red", bold=True)
    text = harmless(failed.text)
    typer.echo(f"{word}: line {failed.line}: {text} should be {failed.expected}, and is {failed.actual}")


def _print_impact(impact: ModelPreviewFieldsImpact) -> None:
    bound = "" if impact.is_complete else " at least (not everything was compared)"
    typer.echo(f"Access gained: {impact.gained:,}, lost: {impact.lost:,}{bound}.")
    for omission in impact.omissions:
        typer.echo(f"  {styled('?', fg='yellow')} {harmless(omission)}")
    for change in impact.changes[:_MAX_SHOWN]:
        sign, colour = ("+", "green") if change.kind is AccessChangeKind.GAINED else ("-", "red")
        told = f"{subject_text(change.subject)} {change.action} {change.entity.type}:{change.entity.id}"
        typer.echo(f"  {styled(sign, fg=colour)} {harmless(told)}{_change_text(change.before, change.after)}")
    if len(impact.changes) > _MAX_SHOWN:
        typer.echo(f"  … and {len(impact.changes) - _MAX_SHOWN:,} more; see them with --output json.")


def _change_text(before: Decision, after: Decision) -> str:
    """What becomes of an answer that attributes decide; nothing of a plain one."""
    if Decision.UNDECIDED not in {before, after}:
        return ""
    words = {Decision.ALLOWED: "always", Decision.DENIED: "not at all", Decision.UNDECIDED: "as attributes decide"}
    return f" ({words[before]} → {words[after]})"
