"""How a mutation runs: alone in a unit of work, its mendable errors in the payload.

Several mutations in one document run one after the other, each in its own unit of work: what an
earlier one did stays when a later one fails.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from app.events.denials import record_denial
from app.events.refusals import is_denial
from app.events.types import MutationDenied
from app.graph.context import Info
from app.graph.denials import describe_denial
from app.graph.directives import Requires
from app.graph.errors import MENDABLE, user_errors
from app.kit.actor import Actor
from app.kit.db import after_rollback, unit_of_work
from app.kit.errors import AppError

Ahead = Callable[..., Awaitable[None]]


class OwnUnitOfWork(FieldExtension):
    """Commits what the mutation did, or nothing of it; a denial leaves an audit event."""

    def __init__(self, ahead: Ahead | None = None) -> None:
        self._ahead = ahead

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **arguments: Any) -> Any:
        context = info.context
        try:
            if self._ahead is not None:
                await _run_ahead(self._ahead(info, **arguments), context.actor, info.field_name)
            async with unit_of_work():
                return await _run(next_(source, info, **arguments), context.actor, info.field_name)
        except MENDABLE as error:
            return _payload(info, error)
        finally:
            context.loaders.forget()


def mutation(*, description: str, requires: str | None = None, ahead: Ahead | None = None) -> Callable[[Any], Any]:
    """A mutation: a unit of work of its own, and the permission that it asks for, shown by `@requires`.

    Args:
        requires: None where only what is the caller's own is changed.
        ahead: gets what the resolver gets, before the unit of work begins: for calls to foreign servers and hashing,
            which would keep it open, and for counts that a roll-back must not take back. What it makes is handed over
            by `Context.prepared`. A denial of its own leaves the audit event of the mutation.
    """

    def declare(resolver: Any) -> Any:
        return strawberry.mutation(
            resolver=resolver,
            description=description,
            extensions=[OwnUnitOfWork(ahead)],
            directives=[Requires(permission=requires)] if requires else [],
        )

    return declare


async def _run_ahead(work: Awaitable[None], actor: Actor, name: str) -> None:
    try:
        await work
    except AppError as error:
        if is_denial(error) and not isinstance(error, MENDABLE):
            await record_denial(actor, describe_denial(MutationDenied, name, error))
        raise


async def _run(work: Any, actor: Actor, name: str) -> Any:
    try:
        return await work
    except AppError as error:
        if is_denial(error) and not isinstance(error, MENDABLE):
            after_rollback(partial(record_denial, actor, describe_denial(MutationDenied, name, error)))
        raise


def _payload(info: Info, error: AppError) -> Any:
    payload: Any = info.return_type
    return payload(errors=user_errors(error))
