"""What the API refuses, in the audit trail: a row for each field and reason."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from graphql import GraphQLError, OperationType

from app.events.denials import record_denial
from app.events.refusals import is_denial
from app.events.types import AccessDenied, EndpointDenied, MutationDenied, QueryDenied, SubscriptionDenied
from app.graph.errors import SlowReader, find_cause
from app.kit.actor import Actor
from app.kit.errors import AppError

_EVENTS: dict[OperationType, type[AccessDenied]] = {
    OperationType.QUERY: QueryDenied,
    OperationType.MUTATION: MutationDenied,
    OperationType.SUBSCRIPTION: SubscriptionDenied,
}
SOCKET = "WS /graphql"


async def record_denials(actor: Actor, operation: OperationType, errors: Sequence[GraphQLError]) -> None:
    """Write what an operation was refused while it ran. What a mutation itself was refused is written by it."""
    found: dict[tuple[str, str, str | None], AccessDenied] = {}
    for error in errors:
        cause, path = find_cause(error), error.path or []
        if not isinstance(cause, AppError) or not is_denial(cause):
            continue
        if operation is OperationType.MUTATION and len(path) == 1:
            continue
        event = describe_denial(_EVENTS[operation], _field_of(error), cause)
        found.setdefault((event.target_id or "", cause.code, cause.detail), event)
    for event in found.values():
        await record_denial(actor, event)


@asynccontextmanager
async def telling_denials(actor: Actor, name: str | None) -> AsyncIterator[None]:
    """Write that the subscription of the block was refused, or ended because it may not go on."""
    try:
        yield
    except AppError as error:
        if is_denial(error) and not isinstance(error, SlowReader):
            await record_denial(actor, describe_denial(SubscriptionDenied, name, error))
        raise


async def record_refused_socket(actor: Actor, error: AppError) -> None:
    """Write that a socket, or an operation on one, was refused before anything ran."""
    if is_denial(error) and not isinstance(error, SlowReader):
        await record_denial(actor, describe_denial(EndpointDenied, SOCKET, error))


def describe_denial(kind: type[AccessDenied], target: str | None, error: AppError) -> AccessDenied:
    """The event of a denial."""
    after = {"permission": error.detail} if error.code == "kit_permission_missing" else None
    return kind(target_id=target, reason=error.code, after=after)


def _field_of(error: GraphQLError) -> str | None:
    """The field's own name: an alias is the caller's text."""
    node = error.nodes[0] if error.nodes else None
    name = getattr(node, "name", None)
    return None if name is None else str(name.value)
