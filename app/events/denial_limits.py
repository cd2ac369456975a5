"""How many denials get a row of their own: a few a minute for each caller and reason; the rest is counted.

Held in memory by each process, so that a refusal costs an attacker more than it costs us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.events.types import Event
from app.kit.actor import ANONYMOUS, Actor
from app.kit.limits import address_bucket

WINDOW: Final = timedelta(minutes=1)
# Rows of one caller, action and reason in a window.
PER_CALLER: Final = 10
# Rows of everybody together, in one process and window: an attacker may have many addresses.
PER_PROCESS: Final = 200
# Callers that are told apart at the same time, and counts that are written by caller at once.
MOST_CALLERS: Final = 1_000
MOST_COUNTS: Final = 100
_EVERYBODY: Final = ""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """Denials without a row of their own. The actor is that of the first one; anonymous when there were several."""

    actor: Actor
    action: str
    reason: str
    count: int
    first: datetime
    last: datetime

    @property
    def is_of_everybody(self) -> bool:
        return self.actor is ANONYMOUS

    def plus(self, other: Counted) -> Counted:
        """Both together, seen as this one's caller's."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return replace(self, count=self.count + other.count, first=first, last=last)


@dataclass(slots=True)
class _Window:
    start: datetime
    told: int = 0

    def is_over(self, now: datetime) -> bool:
        # A clock that stepped back does not keep a window open.
        return not self.start <= now < self.start + WINDOW


class DenialLimits:
    """Decides which denials get a row, and keeps the count of the others until it is taken."""

    def __init__(self) -> None:
        self._windows: dict[Key, _Window] = {}
        self._counted: dict[Key, Counted] = {}
        self._process: _Window | None = None

    def admit(self, actor: Actor, event: Event, now: datetime) -> bool:
        """Whether this denial gets a row."""
        if self._process is None or self._process.is_over(now):
            self._process = _Window(now)
            self._windows = {key: window for key, window in self._windows.items() if not window.is_over(now)}
        window = self._find_window(_key_of(actor, event), now)
        if window is None or window.told >= PER_CALLER or self._process.told >= PER_PROCESS:
            return False
        window.told += 1
        self._process.told += 1
        return True

    def hold(self, actor: Actor, event: Event, now: datetime) -> None:
        """Count a denial that has no row."""
        key = _key_of(actor, event)
        self._add(key, Counted(actor, event.action, event.reason or "", 1, now, now))

    def take(self, now: datetime, *, is_end: bool = False) -> list[Counted]:
        """What was counted in windows that are over (at the end: everything), and forget it.

        What is more than `MOST_COUNTS` comes together by action and reason.
        """
        due = {key: each for key, each in self._counted.items() if is_end or now - each.first >= WINDOW}
        for key in due:
            del self._counted[key]
        return [*_fold(due)]

    def put_back(self, counted: Iterable[Counted]) -> None:
        """Keep what could not be written."""
        for each in counted:
            who = _EVERYBODY if each.is_of_everybody else _who(each.actor)
            self._add((who, each.action, each.reason), each)

    def forget(self) -> None:
        """Begin anew."""
        self.__init__()  # type: ignore[misc]

    def _find_window(self, key: Key, now: datetime) -> _Window | None:
        window = self._windows.get(key)
        if window is None or window.is_over(now):
            if window is None and len(self._windows) >= MOST_CALLERS:
                return None
            window = self._windows[key] = _Window(now)
        return window

    def _add(self, key: Key, counted: Counted) -> None:
        if key not in self._counted and len(self._counted) >= MOST_CALLERS:
            key, counted = (_EVERYBODY, *key[1:]), replace(counted, actor=ANONYMOUS)
        known = self._counted.get(key)
        self._counted[key] = known.plus(counted) if known else counted


def _fold(due: dict[Key, Counted]) -> Iterable[Counted]:
    own = sorted((each for each in due.values() if not each.is_of_everybody), key=lambda each: -each.count)
    together: dict[tuple[str, str], Counted] = {}
    for each in [*own[MOST_COUNTS:], *(each for each in due.values() if each.is_of_everybody)]:
        known = together.get((each.action, each.reason))
        together[each.action, each.reason] = known.plus(each) if known else replace(each, actor=ANONYMOUS)
    return [*own[:MOST_COUNTS], *together.values()]


def _key_of(actor: Actor, event: Event) -> Key:
    return _who(actor), event.action, event.reason or ""


def _who(actor: Actor) -> str:
    """A signed-in caller by id, so that nobody hides among the noise of their address; others by address."""
    return actor.owner_id or actor.id or address_bucket(actor.origin.ip)
