"""Giving people what contexts have for them, once, in the unit of work that lets them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.service.offers import write_fitting
from app.contexts import queries
from app.contexts.types import Context, ContextApplied, Entry, GrantSkipped
from app.events.service import emit
from app.kit.actor import SYSTEM, Actor

REASON: Final = "registration context"


async def welcome(actor: Actor, user_id: str, entry: Entry) -> None:
    """Apply what means somebody who signs up: contexts of the platform, and those of the clients they come through.

    No guard: the grants were those of who made the context.
    """
    await apply_contexts(actor, user_id, await queries.find_pending(user_id, entry, of_platform=True), entry)


async def enter(actor: Actor, user_id: str, entry: Entry) -> None:
    """Apply what means a user who comes through, or for, the clients of the entry. No guard: as `welcome`."""
    if entry.clients:
        await apply_contexts(actor, user_id, await queries.find_pending(user_id, entry, of_platform=False), entry)


async def apply_contexts(actor: Actor, user_id: str, pending: Sequence[str], entry: Entry) -> None:
    """Apply contexts that mean a user, as `queries.pending_ids` found; those that were applied stay so.

    What a grant of somebody limits already, and what no model allows any more, is left out and audited; the rest is
    given.

    Args:
        actor: who comes, and from where.
        entry: how: contexts that changed meanwhile are held against it again.
    """
    if not pending:
        return
    applied = await queries.note_applied(pending, user_id, entry)
    contexts = await queries.find_contexts(applied) if applied else {}
    for context_id in applied:
        await _apply(SYSTEM.at(actor.origin), user_id, contexts[context_id])


async def _apply(system: Actor, user_id: str, context: Context) -> None:
    tuples = [each.to(user_id) for each in context.grants]
    misfits = await write_fitting(system, tuples, f"{REASON} {context.slug}")
    for number, problem in misfits.items():
        skipped = {"slug": context.slug, "grant": str(context.grants[number])}
        event = GrantSkipped(target_id=context.id, about_user_id=user_id, after=skipped, reason=problem.code)
        await emit(system, event)
    given = [str(each) for number, each in enumerate(context.grants) if number not in misfits]
    after = {"slug": context.slug, "user_id": user_id, "client_id": context.client_id, "grants": given}
    await emit(system, ContextApplied(target_id=context.id, about_user_id=user_id, after=after))
