"""Links to exports: sealed, used once, for a few minutes, and only in the browser whose session asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from app.api_keys.service import is_active_key
from app.clients.service import find_client
from app.events.service import emit
from app.kit import clock, db
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.crypto import b64url, b64url_decode
from app.kit.errors import Unavailable
from app.kit.ids import new_id
from app.kit.limits import spend_once
from app.kit.runtime import keyring, settings
from app.lifecycle.errors import ExportLinkOver
from app.lifecycle.service.exporting import allow_export, allow_own_export, guard_export, open_export
from app.lifecycle.types import DataExport, ExportLink, UserExportDownloaded
from app.users.service import find_user
from app.users.types import User

PATH: Final = "/exports/account"
LINK_TTL: Final = timedelta(minutes=5)
_PURPOSE: Final = "account-export"
_MAX_CHARS: Final = 1_024
_NOWHERE: Final = Origin()
_ONCE: Final = "account_export_link"
_REMEMBERED: Final = timedelta(hours=1)


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


async def redeem_link(token: str, session_id: str | None, origin: Origin = _NOWHERE) -> DataExport:
    """What a link leads to. It is used up by this, and the trail says where from; not by a refusal.

    Not in a unit of work: that it is used up is committed before the first byte goes out.

    Args:
        session_id: of the session that the browser has.
        origin: where the download goes.

    Raises:
        ExportLinkOver: forged, too old, used, asked for in another session, the user is gone, or who asked is gone,
            suspended or switched off.
        Forbidden: the operator who asked may not any more.
    """
    link_id, user_id, kind, actor_id, asked_in, until = _open(token)
    if until <= clock.timestamp() or (asked_in is not None and asked_in != session_id):
        raise ExportLinkOver
    user, asker = await find_user(user_id), Actor(ActorKind(kind), actor_id, origin=origin)
    if user is None or not await _is_active(asker):
        raise ExportLinkOver
    if (asker.kind, asker.id) != (ActorKind.USER, user_id):
        await guard_export(asker)
    async with db.unit_of_work():
        if not await spend_once(_ONCE, link_id, datetime.fromtimestamp(until, UTC) + _REMEMBERED):
            raise ExportLinkOver
        await emit(asker, UserExportDownloaded(target_id=user.id, about_user_id=user.id))
    return open_export(user)


async def _is_active(asker: Actor) -> bool:
    if asker.kind is ActorKind.USER:
        user = await find_user(asker.id or "")
        return user is not None and user.is_active
    if asker.kind is ActorKind.API_KEY:
        return await is_active_key(asker.id or "")
    if asker.kind is ActorKind.CLIENT:
        client = await find_client(asker.id or "")
        return client is not None and client.is_enabled
    return asker.kind is ActorKind.SYSTEM


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
