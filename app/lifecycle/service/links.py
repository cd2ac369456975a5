"""Links to exports: sealed, used once, for a few minutes, and only in the browser whose session asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.kit import clock, db
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import b64url, b64url_decode
from app.kit.errors import Unavailable
from app.kit.ids import new_id
from app.kit.limits import RateLimit, count_hit
from app.kit.runtime import keyring, settings
from app.lifecycle.errors import ExportLinkOver
from app.lifecycle.service.exporting import allow_export, allow_own_export, guard_export, open_export
from app.lifecycle.types import DataExport, ExportLink
from app.users.service import find_user
from app.users.types import User

PATH: Final = "/exports/account"
LINK_TTL: Final = timedelta(minutes=5)
_PURPOSE: Final = "account-export"
_MAX_CHARS: Final = 1_024
_ONCE: Final = RateLimit("account_export_link", 1, timedelta(hours=1))


async def link_own_export(actor: Actor) -> ExportLink:
    """Where the caller can download what is known of them. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired, TooMany: as `exporting.export_own_data`.
    """
    return _make(actor, await allow_own_export(actor))


async def link_export(actor: Actor, user_id: str) -> ExportLink:
    """Where an operator can download what is known of a user. In a unit of work.

    Raises:
        Forbidden, Unauthenticated, UserNotFound, TooMany: as `exporting.allow_export`.
    """
    return _make(actor, await allow_export(actor, user_id))


async def redeem_link(token: str, session_id: str | None) -> DataExport:
    """What a link leads to. It is used up by this.

    Args:
        session_id: of the session that the browser has.

    Raises:
        ExportLinkOver: forged, too old, used, asked for in another session, or the user is gone.
        Forbidden: the operator who asked may not any more.
    """
    link_id, user_id, kind, actor_id, asked_in, until = _open(token)
    if until <= clock.timestamp() or (asked_in is not None and asked_in != session_id):
        raise ExportLinkOver
    user = await find_user(user_id)
    if user is None or await count_hit(_ONCE, link_id) > _ONCE.hits:
        raise ExportLinkOver
    if (kind, actor_id) != (ActorKind.USER.value, user_id):
        await guard_export(Actor(ActorKind(kind), actor_id))
    return open_export(user)


def _make(actor: Actor, user: User) -> ExportLink:
    expires_at = clock.now() + LINK_TTL
    # Programs show no cookie when they download.
    session_id = actor.session_id if actor.client_id is None else None
    note = [new_id("exp"), user.id, actor.kind.value, actor.id, session_id, int(expires_at.timestamp())]
    token = b64url(keyring().seal(db.dump_json(note).encode(), purpose=_PURPOSE))
    return ExportLink(f"{settings().public_url}{PATH}?token={token}", expires_at)


def _open(token: str) -> tuple[str, str, str, str | None, str | None, int]:
    try:
        if len(token) > _MAX_CHARS:
            raise ValueError("too long")
        opened = keyring().open(b64url_decode(token), purpose=_PURPOSE)
    except (ValueError, Unavailable):
        raise ExportLinkOver from None
    link_id, user_id, kind, actor_id, session_id, until = db.load_json(opened)
    return link_id, user_id, kind, actor_id, session_id, until
