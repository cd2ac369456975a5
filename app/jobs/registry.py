"""What this process can do: handlers by kind, schedules, pumps. Filled once while wiring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.jobs.errors import UnknownKind
from app.jobs.types import Handler, Step


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler. An outbound one runs without a unit of work: it talks to other machines.

    Attributes:
        places: how many jobs of the kind run at once in a process, in places of their own; None: they share the
            places of all kinds.
    """

    handler: Handler
    is_outbound: bool
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Pump:
    """A step that is repeated while it says that there is more.

    Attributes:
        channel: a notification on it wakes the pump.
        gap: the shortest time between two steps, so that one step serves many changes.
        poll: the longest time without a step.
    """

    name: str
    step: Step
    channel: str
    gap: timedelta
    poll: timedelta


handlers: dict[str, Registration] = {}
schedules: dict[str, timedelta] = {}
pumps: dict[str, Pump] = {}


def own_places() -> dict[str, int]:
    """The kinds that have places of their own, and how many."""
    return {kind: each.places for kind, each in handlers.items() if each.places is not None}


def find_handler(kind: str) -> Registration:
    """The handler of a kind.

    Raises:
        UnknownKind: there is none in this process.
    """
    registration = handlers.get(kind)
    if registration is None:
        raise UnknownKind(kind)
    return registration
