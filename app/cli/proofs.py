"""Proofs drawn as trees: ✓ holds, ✗ does not, ? is undecided."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from app.authz.engine.explain import Proof, ProofStep, StepKind
from app.authz.types import Decision

_MARKS = {Decision.ALLOWED: ("✓", "green"), Decision.DENIED: ("✗", "red"), Decision.UNDECIDED: ("?", "yellow")}
_WORDS = {
    StepKind.UNION: "any of",
    StepKind.INTERSECTION: "all of",
    StepKind.EXCLUSION: "the first but not the second of",
    StepKind.CONDITION: "condition {}",
    StepKind.POLICY: "policy {}",
    StepKind.BYPASS: "whatever the model says: {}",
    StepKind.REPEATED: "{}, as above",
}


def draw_proof(proof: Proof) -> list[str]:
    """The lines of a proof, and of what is missing."""
    lines = [_line(proof.root), *_draw(proof.root, "")]
    if proof.missing:
        lines += ["", "One of these tuples alone would allow it:", *(f"  {key}" for key in proof.missing)]
    return lines


def proof_record(step: ProofStep) -> dict[str, object]:
    """A proof for programs."""
    record: dict[str, object] = {"kind": step.kind.value, "label": step.label, "decision": step.decision.value}
    if step.problem is not None:
        record["problem"] = step.problem
    if step.steps:
        record["steps"] = [proof_record(each) for each in step.steps]
    return record


def styled(decision: Decision, text: str) -> str:
    """A text in the colour of a decision."""
    return typer.style(text, fg=_MARKS[decision][1], bold=True)


def _draw(step: ProofStep, margin: str) -> Iterator[str]:
    steps = [_unwrapped(each) for each in step.steps]
    for number, each in enumerate(steps, start=1):
        is_last = number == len(steps)
        yield f"{margin}{'└─' if is_last else '├─'} {_line(each)}"
        yield from _draw(each, margin + ("   " if is_last else "│  "))


def _unwrapped(step: ProofStep) -> ProofStep:
    """`viewer` and `document:1#viewer` say the same: the second does."""
    while step.kind is StepKind.COMPUTED and len(step.steps) == 1:
        step = step.steps[0]
    return step


def _line(step: ProofStep) -> str:
    mark = _MARKS[step.decision][0]
    words = _WORDS.get(step.kind, "{}").format(step.label)
    problem = f"  ({step.problem})" if step.problem else ""
    return f"{styled(step.decision, mark)} {words}{problem}"
