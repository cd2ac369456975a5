"""Proofs drawn as trees: ✓ holds, ✗ does not, ? is undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from app.authz.engine.explain import Proof, ProofStep
from app.cli.output import harmless, styled
from auther_client.generated.authz import ExplainResult

_MARKS = {"allowed": ("✓", "green"), "denied": ("✗", "red"), "undecided": ("?", "yellow")}
_WORDS = {
    "union": "any of",
    "intersection": "all of",
    "exclusion": "the first but not the second of",
    "condition": "condition {}",
    "policy": "policy {}",
    "bypass": "whatever the model says: {}",
    "repeated": "{}, as above",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a proof; kind and decision in lower case."""

    kind: str
    label: str
    decision: str
    problem: str | None
    steps: list[Step] = field(default_factory=list)
    details: tuple[str, ...] = ()


def draw_proof(proof: Proof) -> list[str]:
    """The lines of a proof of the engine, and of what is missing."""
    return _draw_whole([_from_engine(proof.root)], [str(each) for each in proof.missing])


def draw_explanation(explained: ExplainResult) -> list[str]:
    """The lines of a proof as the API tells it, and of what is missing."""
    steps: dict[int, Step] = {}
    roots: list[Step] = []
    for node in explained.nodes:
        details = _tell_policy(node.version, node.duration_microseconds, node.inputs)
        step = Step(node.kind.lower(), node.label, node.decision.lower(), node.problem, details=details)
        steps[node.id] = step
        above = steps.get(node.parent_id) if node.parent_id is not None else None
        (above.steps if above else roots).append(step)
    conditioned = [f"{each.key.text} with {each.condition}" for each in explained.missing_conditioned]
    return _draw_whole(roots, [*(key.text for key in explained.missing), *conditioned])


def decided(decision: str, text: str) -> str:
    """A text in the colour of a decision."""
    mark = _MARKS.get(decision.lower())
    return styled(text, fg=mark[1] if mark else None, bold=True)


def _from_engine(step: ProofStep) -> Step:
    steps = [_from_engine(each) for each in step.steps]
    told = step.verdict
    details = _tell_policy(told.version, round(told.seconds * 1_000_000), told.seen) if told else ()
    return Step(step.kind.value, step.label, step.decision.value, step.problem, steps, details)


def _tell_policy(version: int | None, microseconds: int | None, inputs: object) -> tuple[str, ...]:
    """Which version of a policy was asked, how long it took, and what it saw."""
    if inputs is None:
        return ()
    shown = orjson.dumps(inputs, default=str).decode()
    first = f"version {version}, " if version is not None else ""
    return (f"{first}{microseconds or 0:,} µs", f"saw {shown}")


def _draw_whole(roots: Sequence[Step], missing: Sequence[str]) -> list[str]:
    lines = [line for root in roots for line in (_line(root), *_draw(root, ""))]
    if missing:
        lines += ["", "One of these tuples alone would allow it:", *(f"  {harmless(key)}" for key in missing)]
    return lines


def _draw(step: Step, margin: str) -> Iterator[str]:
    steps = [_unwrapped(each) for each in step.steps]
    for number, each in enumerate(steps, start=1):
        is_last = number == len(steps)
        below = margin + ("   " if is_last else "│  ")
        yield f"{margin}{'└─' if is_last else '├─'} {_line(each)}"
        yield from (f"{below}{'│' if each.steps else ' '}  {harmless(line)}" for line in each.details)
        yield from _draw(each, below)


def _unwrapped(step: Step) -> Step:
    """`viewer` and `document:1#viewer` say the same: the second does."""
    while step.kind == "computed" and len(step.steps) == 1:
        step = step.steps[0]
    return step


def _line(step: Step) -> str:
    mark = _MARKS.get(step.decision, ("?", ""))[0]
    words = _WORDS.get(step.kind, "{}").format(harmless(step.label))
    problem = f"  ({harmless(step.problem)})" if step.problem else ""
    return f"{decided(step.decision, mark)} {words}{problem}"
