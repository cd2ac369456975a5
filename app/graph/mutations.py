"""How a mutation runs: alone in a unit of work, its mendable errors in the payload.

Several mutations in one document run one after the other, each in its own unit of work: what an
earlier one did stays when a later one fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from app.events.service import emit
from app.events.types import Event, Outcome
from app.graph.context import Info
from app.graph.errors import MENDABLE, user_errors
from app.kit.actor import Actor
from app.kit.db import after_rollback, unit_of_work
from app.kit.errors import AppError, Forbidden


@dataclass(frozen=True, kw_only=True)
class MutationDenied(Event):
    """Somebody tried what they may not do. The target is the mutation, `reason` the missing permission."""

    action: ClassVar[str] = "mutation.denied"
    target_type: ClassVar[str] = "mutation"
    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.DENIED


class OwnUnitOfWork(FieldExtension):
    """Commits what the mutation did, or nothing of it; a denial leaves an audit event."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **arguments: Any) -> Any:
        context = info.context
        try:
            async with unit_of_work():
                return await _run(next_(source, info, **arguments), context.actor, info.field_name)
        except MENDABLE as error:
            return _payload(info, error)
        finally:
            context.loaders.forget()


async def _run(work: Any, actor: Actor, name: str) -> Any:
    try:
        return await work
    except Forbidden as error:
        after_rollback(partial(emit, actor, MutationDenied(target_id=name, reason=error.detail or error.code)))
        raise


def _payload(info: Info, error: AppError) -> Any:
    payload: Any = info.return_type
    return payload(errors=user_errors(error))
