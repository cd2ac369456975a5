"""What a process remembers of rows that any process may change.

A trigger on each such table tells `CHANNEL` the id of a row in the transaction that changes it, so nobody can
change one and forget to tell. Whoever changes rows in this process calls `forget_after_commit` as well: then
this process has forgotten before the change is answered; others have within milliseconds.

INVARIANT: a memory answers only while the process is sure to hear. It is sure for `TRUST_SECONDS` after a proof
that everything told so far was heard; when the connection breaks it is not, and all is forgotten.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

from app.kit import db
from app.kit.notify import Listener

CHANNEL: Final = "auther_forget"
# The payload that stands for every id.
EVERYTHING: Final = "*"
PROBE_SECONDS: Final = 1.0
# How long a connection that died without a word can go unnoticed.
TRUST_SECONDS: Final = 3.0

Value = TypeVar("Value")


class Ear:
    """Whether this process hears of changes, and how many it heard of."""

    def __init__(self) -> None:
        self.generation = 0
        self._proved_at = float("-inf")

    @property
    def hears(self) -> bool:
        """Whether everything that was told until a moment ago was heard."""
        return time.monotonic() - self._proved_at < TRUST_SECONDS

    def prove(self, moment: float) -> None:
        """Note that everything told before this moment (`time.monotonic`) was heard."""
        self._proved_at = moment

    def lose(self) -> None:
        """Note that changes may go unheard from now on."""
        self._proved_at = float("-inf")
        forget(EVERYTHING)


class Memory(Generic[Value]):
    """At most `size` values by key, each dropped when one of the rows it was made of changes.

    A value is read so: `begin`, read the rows, `keep`. What changed in between keeps it from being remembered.
    Inside a unit of work nothing is recalled or kept: its own writes are not committed.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: dict[str, tuple[Value, tuple[str, ...]]] = {}
        self._keys: dict[str, set[str]] = {}
        _memories.add(self)

    def __len__(self) -> int:
        return len(self._held)

    def recall(self, key: str) -> Value | None:
        """The value, as its rows are now; None when it is not remembered or may be out of date."""
        held = self._held.get(key)
        if held is None or not ear.hears or db.is_in_unit_of_work():
            return None
        return held[0]

    def begin(self) -> int | None:
        """Call before the rows are read; what it returns is for `keep`."""
        return ear.generation if ear.hears and not db.is_in_unit_of_work() else None

    def keep(self, begun: int | None, key: str, value: Value, ids: Iterable[str]) -> None:
        """Remember a value, unless something changed since `begin`.

        Args:
            ids: of the rows that it was made of.
        """
        if begun is None or begun != ear.generation or not ear.hears:
            return
        self._drop(key)
        if len(self._held) >= self._size:
            self._drop(next(iter(self._held)))
        named = tuple(dict.fromkeys(ids))
        self._held[key] = (value, named)
        for each in named:
            self._keys.setdefault(each, set()).add(key)

    def forget(self, row_id: str) -> None:
        """Drop what was made of this row; `EVERYTHING` drops all."""
        if row_id == EVERYTHING:
            self._held.clear()
            self._keys.clear()
            return
        for key in list(self._keys.get(row_id, ())):
            self._drop(key)

    def _drop(self, key: str) -> None:
        held = self._held.pop(key, None)
        for each in held[1] if held else ():
            keys = self._keys[each]
            keys.discard(key)
            if not keys:
                del self._keys[each]


ear = Ear()
_memories: WeakSet[Memory[Any]] = WeakSet()


def forget(row_id: str) -> None:
    """Make this process forget what it remembers of a row, and what it is just reading of it."""
    ear.generation += 1
    for memory in list(_memories):
        memory.forget(row_id)


def forget_after_commit(*row_ids: str) -> None:
    """Forget rows once the open unit of work is committed, before its edge answers; at once when none is open."""

    async def work() -> None:
        _forget_all(row_ids)

    if db.is_in_unit_of_work():
        db.after_commit(work)
    else:
        _forget_all(row_ids)


def _forget_all(row_ids: Iterable[str]) -> None:
    for each in row_ids:
        forget(each)


@asynccontextmanager
async def hearing() -> AsyncIterator[None]:
    """Hear of changes during the block: only then is anything remembered."""
    stop = asyncio.Event()
    listener = Listener(
        [CHANNEL],
        lambda _channel, row_id: forget(row_id),
        lambda: forget(EVERYTHING),
        on_proof=ear.prove,
        on_loss=ear.lose,
        probe_seconds=PROBE_SECONDS,
    )
    task = asyncio.create_task(listener.run(stop), name="recall listener")
    try:
        yield
    finally:
        stop.set()
        await task
