"""Threads that serve their lanes in turns: whoever asks for much waits behind his own, not in front of others."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from app.lua.state import Run


@dataclass(slots=True)
class _Job:
    """One call, and who waits for what it returns."""

    call: Callable[[], Run]
    future: Future[Run] = field(default_factory=Future)


class LaneThreads:
    """At most one call of a lane runs at a time; lanes with calls that wait are served one after the other.

    Any thread may ask. A call whose future is cancelled before it begins is never made.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._lock = Lock()
        self._waiting: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._running: set[str] = set()

    def submit(self, lane: str, call: Callable[[], Run]) -> Future[Run]:
        """Make a call when its lane's turn comes."""
        job = _Job(call)
        with self._lock:
            self._waiting.setdefault(lane, deque()).append(job)
        self._threads.submit(self._work)
        return job.future

    def _work(self) -> None:
        """Make calls until there is none that may begin: each that is left waits for its lane, whose thread goes on."""
        while (found := self._begin()) is not None:
            lane, job = found
            try:
                _make(job)
            finally:
                with self._lock:
                    self._running.discard(lane)

    def _begin(self) -> tuple[str, _Job] | None:
        with self._lock:
            lane = next((lane for lane in self._waiting if lane not in self._running), None)
            if lane is None:
                return None
            jobs = self._waiting[lane]
            job = jobs.popleft()
            if jobs:
                self._waiting.move_to_end(lane)
            else:
                del self._waiting[lane]
            self._running.add(lane)
            return lane, job


def _make(job: _Job) -> None:
    if not job.future.set_running_or_notify_cancel():
        return
    try:
        run = job.call()
    except BaseException as error:  # noqa: BLE001  (whoever waits raises it)
        job.future.set_exception(error)
    else:
        job.future.set_result(run)
