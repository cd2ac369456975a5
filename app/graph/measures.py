"""Operations, timed by the names that our own documents have."""

from __future__ import annotations

from functools import cache
from typing import Final

from app.graph.registered import registered_documents
from app.metrics.instruments import Histogram

ADHOC: Final = "adhoc"
_DURATION: Final = Histogram(
    "graphql.operation.duration_ms",
    "How long queries and mutations took, by the operation's name if it is one of our documents.",
    ("operation", "outcome"),
)


@cache
def registered_operations() -> frozenset[str]:
    """The names of the operations in our own documents; none where there are no documents."""
    return frozenset(each.name for each in registered_documents().values())


def note_operation(name: str | None, outcome: str, seconds: float) -> None:
    """Note how an operation ended.

    Args:
        name: as the caller gave it.
        outcome: `ok`, `error` (it has errors), `timeout` or `fault`.
    """
    shown = name if name is not None and name in registered_operations() else ADHOC
    _DURATION.of(shown, outcome).observe(seconds * 1_000)
