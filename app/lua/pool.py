"""States of Lua, kept for the next script: making one takes half a millisecond."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import Final

from app.kit import clock
from app.lua.state import State

# States that wait for work; a burst makes more, which are thrown away behind it.
MAX_IDLE: Final = 20
# A state is not used for longer: whatever might pile up in one ends with it.
MAX_AGE: Final = timedelta(minutes=5)


class Pool:
    """Lends each state to one run at a time. Any thread may ask."""

    def __init__(self) -> None:
        self._idle: deque[State] = deque()
        self._lock = Lock()
        self._active = 0

    @property
    def active(self) -> int:
        """States that run a script now."""
        return self._active

    @property
    def idle(self) -> int:
        """States that wait for one."""
        return len(self._idle)

    def is_ready(self, source: str, short: int) -> bool:
        """Whether the next state is there, and has compiled the script or a script of so few characters to compile."""
        self._drop_old()
        with self._lock:
            return bool(self._idle) and (len(source) <= short or self._idle[-1].has_compiled(source))

    @contextmanager
    def lend(self) -> Iterator[State]:
        """The state that was used last, or a new one; back in the pool at the end, if it is still sound."""
        state = self.take()
        try:
            yield state
        except BaseException:
            state.is_sound = False
            raise
        finally:
            self.give(state)

    def take(self) -> State:
        """A state for its borrower alone, who gives it back."""
        self._drop_old()
        with self._lock:
            self._active += 1
            state = self._idle.pop() if self._idle else None
        return state or State(clock.now())

    def give(self, state: State) -> None:
        """Keep a borrowed state for the next, unless it was cut off, or enough are kept."""
        with self._lock:
            self._active -= 1
            if state.is_sound and len(self._idle) < MAX_IDLE:
                self._idle.append(state)

    def _drop_old(self) -> None:
        oldest = clock.now() - MAX_AGE
        with self._lock:
            while self._idle and self._idle[-1].made_at <= oldest:
                self._idle.pop()


pool: Final = Pool()
