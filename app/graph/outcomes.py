"""What streams have in common: permissions, and results that are the same for many readers.

Readers who ask for the same document as the same caller get the same result of an item, executed and written once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import lru_cache, partial
from typing import Final

import orjson

from app.authz.service.models import CHANNEL as TUPLES_CHANNEL
from app.events.stream import forget_slices
from app.events.types import CHANNEL
from app.graph.context import Context
from app.graph.http import dump_json
from app.graph.running import Body, Operation, Outcome
from app.graph.streams import Delivered, hub
from app.kit.actor import Actor, Origin
from app.kit.guard import permissions_of
from app.kit.runtime import runtime
from app.kit.sharing import Shared, SharedBatch

_NOWHERE: Final = Origin()


class Written(Body):
    """A body that is the same for many readers: written down once. Nobody changes it."""

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._json: bytes | None = None

    @property
    def json(self) -> bytes:
        if self._json is None:
            self._json = dump_json(dict(self))
        return self._json


class Told:
    """An outcome, and its body when that is the same for all."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._body: Written | None = None

    def show(self, request_id: str) -> Body:
        """The body for a reader; errors carry the reader's own request id."""
        if self._outcome.result.errors:
            return self._outcome.show(request_id)
        if self._body is None:
            self._body = Written(self._outcome.show(request_id))
        return self._body


def write_body(body: Body) -> bytes:
    """A body's JSON."""
    return body.json if isinstance(body, Written) else dump_json(body)


def write_message(message: dict[str, object], body: Body) -> str:
    """The JSON of a socket's message with a body as its payload."""
    return orjson.dumps({**message, "payload": orjson.Fragment(write_body(body))}).decode()


async def ask_together(actor: Actor) -> frozenset[str]:
    """An actor's permissions, asked for together with what other streams ask for at the same time."""
    return await _permissions.get(_anywhere(actor)) or frozenset()


async def tell_once(
    operation: Operation, context: Context, item: object, execute: Callable[[], Awaitable[Outcome]]
) -> Told:
    """What became of an item: executed now, or a moment ago for somebody who sees the same."""
    if operation.identity is None or not isinstance(item, Delivered):
        return Told(await execute())
    session_id = context.session.session.id if context.session else None
    held = await permissions_of(context.actor)
    key = (operation.identity, _anywhere(context.actor), session_id, held, item.cursor, item.node is None)
    return await _told.get(key, partial(_tell, execute))


def forget_shared() -> None:
    """Forget what streams share (for tests, which begin anew)."""
    _permissions.forget()
    _told.forget()
    forget_slices()


@lru_cache(maxsize=4_096)
def _anywhere(actor: Actor) -> Actor:
    """A caller, wherever it calls from."""
    return actor.at(_NOWHERE)


async def _tell(execute: Callable[[], Awaitable[Outcome]]) -> Told:
    return Told(await execute())


async def _ask_all(actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
    return dict(await runtime().decider.permissions_of_many(actors))


_permissions: SharedBatch[Actor, frozenset[str]] = SharedBatch(_ask_all)
_told: Shared[Hashable, Told] = Shared()
hub.declare(CHANNEL, _permissions.forget)
hub.declare(TUPLES_CHANNEL, _permissions.forget)
