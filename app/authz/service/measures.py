"""What the permission engine counts and times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.resolve import Resolution
from app.authz.types.answers import Decision, Source
from app.metrics.instruments import AMOUNTS, Counter, Gauge, Histogram
from app.metrics.types import Merge

_DURATION: Final = Histogram(
    "authz.check.duration_ms", "How long a check took; a batch's checks have equal shares of its time.", ("source",)
)
_DECISIONS: Final = Counter("authz.decision.count", "Checks by what was decided and by what.", ("result", "source"))
_DEPTH: Final = Histogram(
    "authz.rebac.traversal_depth",
    "Levels of look-ups that a walk over tuples in the database took; what the index answers is not in it.",
    bounds=AMOUNTS,
)
_EXPANDED: Final = Histogram(
    "authz.rebac.subjects_expanded",
    "Usersets that a walk in the database looked into; what the index answers is not in it.",
    bounds=AMOUNTS,
)
_LAG: Final = Gauge("authz.index.revision_lag", "Revisions that the index is behind the database.", merge=Merge.MAX)
_TUPLES: Final = Gauge("authz.index.tuples", "Tuples in the index.", merge=Merge.MAX)
_BYTES: Final = Gauge("authz.index.bytes", "Memory of the index, all processes together.", merge=Merge.SUM)

_durations: Final = {source: _DURATION.of(source.value) for source in (Source.INDEX, Source.SQL)}
_decisions: Final = {
    (decision, source): _DECISIONS.of(decision.value, source.value) for decision in Decision for source in Source
}
_depth, _expanded = _DEPTH.of(), _EXPANDED.of()
_lag, _tuples, _bytes = _LAG.of(), _TUPLES.of(), _BYTES.of()


def note_resolutions(source: Source, resolutions: Sequence[Resolution], seconds: float) -> None:
    """Count the checks of one call, which took so long together.

    Args:
        source: the index or SQL, also for those that were a bypass.
    """
    if not resolutions:
        return
    _durations[source].observe(seconds * 1_000 / len(resolutions), len(resolutions))
    amounts: dict[int, int] = {}
    kinds: dict[int, Resolution] = {}
    for each in resolutions:
        # Nearly all are one of two objects; looking at what they hold costs more than telling them apart.
        number = id(each)
        amounts[number] = amounts.get(number, 0) + 1
        kinds[number] = each
    for number, each in kinds.items():
        by = source if each.bypass is None else Source.BYPASS
        _decisions[each.decision, by].add(amounts[number])


def note_walk(levels: int, goals: int) -> None:
    """Note how far a walk over tuples went: levels of look-ups, and usersets that it looked into."""
    _depth.observe(levels)
    _expanded.observe(goals)


def set_index_lag(revisions: int) -> None:
    """How many revisions the index is behind the database."""
    _lag.set(revisions)


def set_index_size(tuples: int, size_bytes: int) -> None:
    """How much the index holds, and what memory that takes."""
    _tuples.set(tuples)
    _bytes.set(size_bytes)
