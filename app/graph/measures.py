"""Operations, timed by the names that our own documents have."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from app.metrics.instruments import Histogram

ADHOC: Final = "adhoc"
_DURATION: Final = Histogram(
    "graphql.operation.duration_ms",
    "How long queries and mutations took, by the operation's name if it is one of our documents.",
    ("operation", "outcome"),
)
_APP: Final = Path(__file__).parents[1]
# A wheel carries the documents inside the package, a checkout beside it.
_FOLDERS: Final = (_APP / "operations", _APP.parent / "graphql")
_OPERATION: Final = re.compile(r"^(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)


@cache
def registered_operations() -> frozenset[str]:
    """The names of the operations in our own documents; none where there are no documents."""
    return frozenset(
        name
        for folder in _FOLDERS
        for file in folder.rglob("*.graphql")
        for name in _OPERATION.findall(file.read_text("utf-8"))
    )


def note_operation(name: str | None, outcome: str, seconds: float) -> None:
    """Note how an operation ended.

    Args:
        name: as the caller gave it.
        outcome: `ok`, `error` (it has errors), `timeout` or `fault`.
    """
    shown = name if name is not None and name in registered_operations() else ADHOC
    _DURATION.of(shown, outcome).observe(seconds * 1_000)
