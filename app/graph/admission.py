"""What an operation passes before it runs: its document, the listener, the limits, the caller's budget."""

from __future__ import annotations

import orjson

from app.graph.budget import LEAST_COST, OverBudget, budgets
from app.graph.context import Context
from app.graph.documents import InvalidDocument
from app.graph.http import Parameters
from app.graph.limits import TooComplex
from app.graph.public_part import AdminOnly, require_public_part
from app.graph.registered import OtherDocument, Unregistered, choose_document, guard_document
from app.graph.running import Operation, prepare

# What is refused after it was read took time, too: up to a quarter of a second.
REFUSED_COST = 500
_REFUSALS = (InvalidDocument, TooComplex, Unregistered, OtherDocument, AdminOnly, OverBudget)


async def admit(parameters: Parameters, context: Context) -> Operation:
    """An operation of this caller, ready to run and paid for.

    Raises:
        OverBudget: `graph_budget`, the caller has asked for too much in this minute.
        Unregistered, UnknownDocument, OtherDocument: as `choose_document`.
        InvalidDocument, TooComplex: as `prepare`.
        AdminOnly: `graph_admin_only`, the public listener does not answer this.
    """
    actor = context.actor
    budgets.require_some(actor)
    try:
        chosen = await choose_document(parameters, context)
        operation = prepare(chosen, context)
        if not operation.only_reads:
            await guard_document(chosen, context)
        if actor.is_account_level:
            require_public_part(operation)
        operation.rate = await budgets.spend(actor, max(operation.cost, LEAST_COST))
    except _REFUSALS:
        await budgets.charge(actor, REFUSED_COST)
        raise
    if operation.is_subscription:
        operation.identity = _identify(chosen)
    return operation


def _identify(parameters: Parameters) -> tuple[str, str | None, bytes]:
    variables = orjson.dumps(parameters.variables, option=orjson.OPT_SORT_KEYS)
    return parameters.query, parameters.operation_name, variables
