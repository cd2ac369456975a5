"""What saving a model would do, for people and for programs."""

from __future__ import annotations

import typer

from app.authz.types.saving import Blocker, ChangeKind, FailedAssertion, Impact, ModelPreview

_DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_MAX_SHOWN = 20


def can_be_saved(preview: ModelPreview) -> bool:
    """Whether nothing stands in the way."""
    return not preview.blockers and not preview.failed


def print_plan(preview: ModelPreview) -> None:
    """The difference, warnings, what stands in the way, who gains and who loses."""
    if not preview.diff:
        typer.echo("Nothing changes.")
        return
    for line in preview.diff.splitlines():
        colour = _DIFF_COLOURS.get(line[:1])
        typer.echo(typer.style(line, fg=colour) if colour else line)
    for warning in preview.warnings:
        typer.echo(f"{typer.style('warning', fg='yellow', bold=True)}: {warning}")
    for blocker in preview.blockers:
        _print_blocker(blocker)
    for failed in preview.failed:
        _print_failed(failed)
    _print_impact(preview.impact)


def plan_record(preview: ModelPreview) -> dict[str, object]:
    """A plan for programs."""
    impact = preview.impact
    return {
        "can_be_saved": can_be_saved(preview),
        "diff": preview.diff,
        "warnings": [each.message for each in preview.warnings],
        "blockers": [
            {"kind": each.kind, "reason": each.reason, "count": each.count, "samples": list(each.samples)}
            for each in preview.blockers
        ],
        "failed_assertions": [
            {"line": each.line, "text": each.text, "expected": each.expected, "actual": each.actual}
            for each in preview.failed
        ],
        "gained": impact.gained,
        "lost": impact.lost,
        "is_complete": impact.is_complete,
        "changes": [
            {"kind": each.kind.value, "subject": str(each.subject), "action": each.action, "entity": str(each.entity)}
            for each in impact.changes
        ],
    }


def _print_blocker(blocker: Blocker) -> None:
    word = typer.style("blocked", fg="red", bold=True)
    typer.echo(f"{word}: {blocker.reason}, and {blocker.count:,} stand so:")
    for sample in blocker.samples:
        typer.echo(f"  {sample}")


def _print_failed(failed: FailedAssertion) -> None:
    word = typer.style("failed", fg="red", bold=True)
    typer.echo(f"{word}: line {failed.line}: {failed.text} should be {failed.expected}, and is {failed.actual}")


def _print_impact(impact: Impact) -> None:
    bound = "" if impact.is_complete else " at least (not everything was compared)"
    typer.echo(f"Access gained: {impact.gained:,}, lost: {impact.lost:,}{bound}.")
    for change in impact.changes[:_MAX_SHOWN]:
        sign, colour = ("+", "green") if change.kind is ChangeKind.GAINED else ("-", "red")
        typer.echo(f"  {typer.style(sign, fg=colour)} {change.subject} {change.action} {change.entity}")
    if len(impact.changes) > _MAX_SHOWN:
        typer.echo(f"  … and {len(impact.changes) - _MAX_SHOWN:,} more; see them with --json.")
