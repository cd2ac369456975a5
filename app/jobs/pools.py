"""How a worker's places are shared out: some kinds have a few of their own, all others share the rest.

A kind that waits for strangers' servers is given places of its own: however many of its jobs hang, the others run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.jobs import registry
from app.jobs.types import Kinds


@dataclass(slots=True)
class Pool:
    """Places for the jobs of some kinds.

    Attributes:
        places: one is taken by each job that runs.
        capacity: so many are held at most, those that wait for a place among them.
        least: room for fewer is not worth a look into the queue.
    """

    kinds: Kinds
    places: asyncio.Semaphore
    capacity: int
    least: int
    held: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def room(self) -> int:
        """How many jobs to claim now."""
        room = self.capacity - self.held
        return room if room >= self.least else 0


class Pools:
    """The pools of a worker.

    Args:
        concurrency: places that the kinds share which have none of their own.
    """

    def __init__(self, concurrency: int) -> None:
        sizes = registry.own_places()
        # As many again as can run: the next ones are at hand when a place falls free.
        self.common = Pool(Kinds(but=tuple(sizes)), asyncio.Semaphore(concurrency), 2 * concurrency, concurrency)
        self._own = {kind: Pool(Kinds(only=kind), asyncio.Semaphore(size), size, 1) for kind, size in sizes.items()}

    def all(self) -> list[Pool]:
        return [self.common, *self._own.values()]

    def find(self, kind: str) -> Pool:
        """Where jobs of this kind run."""
        return self._own.get(kind, self.common)

    def wake_all(self) -> None:
        for pool in self.all():
            pool.wake.set()
