"""What a verification found, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import typer

from app.events.types import ChainProblem, ChainReport, Checkpoint

_WORDS: Final = {
    "row_changed": "was changed, or was not written by Auther",
    "row_out_of_place": "does not follow the row before it: rows were put in another order, removed or replaced",
    "row_inserted": "was inserted: it lies outside of the chain",
    "scrubbed_without_record": "lost its personal fields without a record of an erasure",
    "scrubbed_row_refilled": "was erased, and filled again",
    "line_unreadable": "is no line of an export",
    "rows_missing": "were removed",
    "end_missing": "are missing: the end was cut off",
    "head_missing": "The record of the chain's end is gone: the trail was emptied or replaced.",
    "head_changed": "The record of the chain's ends was changed.",
    "checkpoint_missing": "The trail does not hold the checkpoint: it was cut off and written anew, or put back from "
    "an older copy.",
    "file_unknown": "This is no export of an audit trail.",
    "file_changed": "The file was changed: its end does not match what is in it.",
    "file_cut_off": "The file has no end: it was cut off.",
}


def read_checkpoint(text: str | None) -> Checkpoint | None:
    """`POSITION:LINK`.

    Raises:
        BadParameter: it is none.
    """
    if text is None:
        return None
    position, colon, link = text.partition(":")
    try:
        if not colon or not link:
            raise ValueError
        return Checkpoint(int(position), bytes.fromhex(link))
    except ValueError:
        raise typer.BadParameter("A checkpoint looks like 1042:9f3c…, as `auther audit verify` prints it.") from None


def describe_report(report: ChainReport, *, has_secret: bool) -> str:
    """How many rows were read, and what came of it."""
    lines = [f"{report.checked:,} rows of the chain, {report.unsealed:,} newer ones that are not chained yet."]
    if report.floor and report.floor.position:
        lines.append(f"The chain begins behind position {report.floor.position:,}: what was before was deleted by age.")
    if not has_secret:
        lines.append("Signatures were not checked: the secret of the installation is not here.")
    if report.head:
        lines.append(f"Checkpoint: {_text(report.head)}")
    lines.append("All is as it was written." if report.is_intact else f"{len(report.problems)} problems, the first:")
    return "\n".join(lines)


def describe_problem(problem: ChainProblem) -> str:
    """What is wrong, where."""
    words = _WORDS[problem.code]
    if problem.until is not None:
        is_one = problem.until == problem.position
        place = f"Row {problem.position}" if is_one else f"Rows {problem.position} to {problem.until}"
        return f"  {place} {words.replace('were ', 'was ', 1).replace('are ', 'is ', 1) if is_one else words}."
    if problem.audit_id is None and problem.code != "line_unreadable":
        return f"  {words}"
    place = "A row that is not chained yet" if problem.position is None else f"Row {problem.position}"
    return f"  {place}{f' ({problem.audit_id})' if problem.audit_id else ''} {words}."


def to_record(report: ChainReport, *, has_secret: bool) -> Mapping[str, object]:
    """The report for programs."""
    return {
        "isIntact": report.is_intact,
        "rows": report.checked,
        "unsealed": report.unsealed,
        "signaturesChecked": has_secret,
        "checkpoint": _text(report.head) if report.head else None,
        "problems": [
            {"code": each.code, "position": each.position, "until": each.until, "id": each.audit_id}
            for each in report.problems
        ],
    }


def _text(place: Checkpoint) -> str:
    return f"{place.position}:{place.link.hex()}"
