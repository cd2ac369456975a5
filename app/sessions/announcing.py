"""Telling of sign-ins: in the trail, and to the user by mail where the device is a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from app.events.service import emit
from app.kit.actor import Actor
from app.kit.limits import RateLimit, count_hit
from app.sessions import queries
from app.sessions.types import NewDeviceLogin, Session, SessionCreated, SessionDeleted, SessionEvent, SessionRenewed
from app.users.service import tell_user
from app.users.types import User

# Where users end sessions of theirs.
REVIEW_PAGE: Final = "/account/sessions"
UNKNOWN_ADDRESS: Final = "–"
# Why a session ended that hung from another one.
PARENT_ENDED: Final = "sessions_parent_ended"
# Browsers that keep no cookies are new each time: the first mails say it, the events go on.
_MAILS: Final = RateLimit("sessions.new_device_mail", hits=10, window=timedelta(days=1))


async def announce(actor: Actor, user: User, session: Session, *, is_renewed: bool, is_new_browser: bool) -> None:
    """Emit that somebody signed in; from a browser that is not their first and was not seen before, tell them.

    Args:
        actor: the user, in the new session.
    """
    await emit(actor, event_of(SessionRenewed if is_renewed else SessionCreated, session))
    if not is_new_browser or await queries.count_browsers(session.user_id) <= 1:
        return
    await emit(actor, event_of(NewDeviceLogin, session))
    if await count_hit(_MAILS, user.id) <= _MAILS.hits:
        await tell_user(
            user, "new_device", page=REVIEW_PAGE, device=session.device, ip=session.ip or UNKNOWN_ADDRESS
        )  # fmt: skip


def event_of(kind: type[SessionEvent], session: Session) -> SessionEvent:
    """The event of a session, as trail and outbox have it."""
    shown: dict[str, object] = {"id": session.id, "device": session.device, "acr": session.acr, "amr": [*session.amr]}
    snapshot = {"id": session.id, "user_id": session.user_id, "device": session.device}
    if session.impersonator_id is not None:
        snapshot["impersonator_id"] = session.impersonator_id
    after = None if kind is SessionDeleted else shown
    return kind(target_id=session.id, about_user_id=session.user_id, after=after, snapshot=snapshot)


def end_event(session: Session, *, is_through_parent: bool = False, reason: str | None = None) -> SessionEvent:
    """That a session ended.

    Args:
        is_through_parent: because the session did that it hangs from.
        reason: a stable code, where it was neither that nor somebody's wish.
    """
    return replace(event_of(SessionDeleted, session), reason=PARENT_ENDED if is_through_parent else reason)
