"""What the policies room counts and times."""

from __future__ import annotations

from typing import Final

from app.metrics.instruments import Counter, Histogram
from app.policies.types import PolicyVerdict, Verdict

_MISSING: Final = "missing"
_VERDICTS: Final = Counter(
    "authz.policy.evaluation.count", "Policies that were asked by checks, by what they said.", ("verdict",)
)
_DURATION: Final = Histogram("authz.policy.duration_ms", "How long a policy ran.")
_DROPPED: Final = Counter(
    "authz.policy.evaluation.dropped", "Evaluations that were not recorded, because too much was to be written."
)

_verdicts: Final = {name: _VERDICTS.of(name) for name in (*Verdict, _MISSING)}
_duration, _dropped = _DURATION.of(), _DROPPED.of()


def to_word(verdict: PolicyVerdict) -> Verdict:
    """What came of a run."""
    if verdict.value is None:
        return Verdict.ERROR
    return Verdict.ALLOWED if verdict.value else Verdict.DENIED


def note_verdict(verdict: PolicyVerdict) -> None:
    """Count an answer and how long it took; of a policy that is not there, only that it was asked."""
    if verdict.version is None:
        _verdicts[_MISSING].add()
        return
    _verdicts[to_word(verdict)].add()
    _duration.observe(verdict.seconds * 1_000)


def note_dropped(count: int = 1) -> None:
    """Count evaluations that leave no record."""
    _dropped.add(count)
