"""What a request was refused, until its answer goes out: so that each refusal leaves one trace, and only one.

A handler says by `mark_refused` why it refuses. The edge that sends the answer writes the denial, unless an event
that tells of it was committed meanwhile (a failed sign-in, a code that came twice).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial

from app.events.types import DenialsCounted, Event, Outcome
from app.kit.actor import Actor
from app.kit.db import after_commit
from app.kit.errors import AppError, Forbidden, LimitReached, TooMany, Unauthenticated

Observer = Callable[[str, str], None]

_DENIALS = (Unauthenticated, Forbidden, TooMany, LimitReached)


@dataclass(slots=True)
class Refusals:
    """What is known of one request.

    Attributes:
        reason: the code of the refusal, if it was refused.
        is_denial: whether it counts as one whatever the status of the answer.
        actor: who was refused, where that is not the request's own actor (a client that proved who it is).
        is_told: an event that tells of a refusal is committed.
    """

    reason: str | None = None
    is_denial: bool = False
    actor: Actor | None = None
    is_told: bool = False


_current: ContextVar[Refusals | None] = ContextVar("refusals", default=None)
_observers: list[Observer] = []


@contextmanager
def collecting_refusals() -> Iterator[Refusals]:
    """One request: what is refused inside the block is noted in the value."""
    refusals = Refusals()
    token = _current.set(refusals)
    try:
        yield refusals
    finally:
        _current.reset(token)


def is_denial(error: AppError) -> bool:
    """Whether an error tells a caller that they may not, or not so much."""
    return isinstance(error, _DENIALS)


def mark_refused(reason: str, *, is_denial: bool = True) -> None:
    """Note that the present request is refused; without effect outside of one.

    Args:
        reason: a stable code, never anything that was sent.
        is_denial: False leaves it to the status of the answer whether this is a denial.
    """
    refusals = _current.get()
    if refusals is not None:
        refusals.reason, refusals.is_denial = reason, is_denial


def mark_error(error: AppError) -> None:
    """Note the error that the present request is answered with."""
    mark_refused(error.code, is_denial=is_denial(error))


def identify_caller(actor: Actor) -> None:
    """Note who calls: known later than the request began."""
    refusals = _current.get()
    if refusals is not None:
        refusals.actor = actor


def observe_denials(observer: Observer) -> None:
    """Call this with action and reason of each denial, also of those that leave no row of their own. Twice is once."""
    if observer not in _observers:
        _observers.append(observer)


def count_denial(event: Event) -> None:
    """Tell the observers of a denial."""
    mark_told()
    for observer in _observers:
        observer(event.action, event.reason or "")


def mark_told() -> None:
    """Note that the present request left its trace."""
    refusals = _current.get()
    if refusals is not None:
        refusals.is_told = True


def tell_later(event: Event) -> None:
    """Once the open unit of work is committed, note what its event tells of a refusal."""
    if event.outcome is Outcome.SUCCESS or isinstance(event, DenialsCounted):
        return
    after_commit(partial(_tell, event))


async def _tell(event: Event) -> None:
    if event.outcome is Outcome.DENIED:
        count_denial(event)
    else:
        mark_told()
