"""The end of it: by the operator's wish, by time, or because it is not permitted any more."""

from __future__ import annotations

from typing import Final

from app.events.service import emit
from app.impersonation import queries
from app.impersonation.errors import NotActing
from app.impersonation.service.permitting import may_go_on
from app.impersonation.types import ImpersonationEnded
from app.kit import clock
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.guard import require_sign_in
from app.sessions.acting import ActingSession, end_acting, holder_of, list_acting
from app.sessions.announcing import PARENT_ENDED
from app.sessions.types import SessionEvent
from app.users.service import find_user

EXPIRED: Final = "impersonation_expired"
NOT_PERMITTED: Final = "impersonation_not_permitted"
# How many are held in memory at once.
_BATCH: Final = 500


async def stop_acting(actor: Actor) -> None:
    """End the session in which the caller acts as somebody; nothing happens when it has ended meanwhile.

    Raises:
        Unauthenticated. NotActing: the caller is who they are, or acts by a token.
    """
    require_sign_in(actor)
    if actor.impersonator_id is None or actor.session_id is None:
        raise NotActing
    await end_acting(actor, actor.session_id)


async def note_end(actor: Actor, event: SessionEvent) -> None:
    """Reaction to the end of any session, in its transaction: if an operator acted in it, that is told of both."""
    operator_id = (event.snapshot or {}).get("impersonator_id")
    if operator_id is None or event.about_user_id is None:
        return
    pair = Actor(
        ActorKind.USER, event.about_user_id, session_id=event.target_id, impersonator_id=operator_id,
        origin=actor.origin,
    )  # fmt: skip
    told = {"session_id": event.target_id}
    snapshot = {"id": event.about_user_id, "impersonator_id": operator_id, **told}
    await emit(
        pair,
        ImpersonationEnded(
            target_id=event.about_user_id, about_user_id=event.about_user_id, reason=event.reason, before=told,
            snapshot=snapshot,
        ),
    )  # fmt: skip


async def sweep_acting() -> int:
    """End what is over or not permitted any more, also where nobody asks; forget requests; how many ended."""
    await queries.sweep_requests()
    ended, after = 0, ""
    while batch := await list_acting(_BATCH, after=after):
        for acting in batch:
            ended += await _end_if_over(acting)
        after = batch[-1].session.id
    return ended


async def _end_if_over(acting: ActingSession) -> bool:
    reason = await _find_end(acting)
    if reason is None:
        return False
    return await end_acting(holder_of(acting.session, SYSTEM), acting.session.id, reason) is not None


async def _find_end(acting: ActingSession) -> str | None:
    session = acting.session
    if session.expires_at <= clock.now():
        return EXPIRED
    if not acting.has_parent:
        return PARENT_ENDED
    user = await find_user(session.user_id)
    if user is None or not await may_go_on(session.impersonator_id or "", user):
        return NOT_PERMITTED
    return None
