"""The last revision of tuples that this process committed: whoever wrote sees what it wrote, also from memory."""

from __future__ import annotations

from app.kit.db import after_commit

_last = 0


def note_own_write(revision: int) -> None:
    """Remember a revision once the open unit of work is committed.

    Raises:
        RuntimeError: outside a unit of work.
    """

    async def remember() -> None:
        global _last
        _last = max(_last, revision)

    after_commit(remember)


def last_own_write() -> int:
    """The last revision that this process committed; 0 for none."""
    return _last


def forget_own_writes() -> None:
    """Begin anew: an index is about to be loaded."""
    global _last
    _last = 0
