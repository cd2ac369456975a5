"""All that is known of a person, as one JSON document that is read and written a batch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

import orjson

from app.events.service import emit
from app.factors.service import require_fresh_proof
from app.kit import clock
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.guard import guard
from app.kit.limits import RateLimit, require_room
from app.kit.runtime import settings
from app.lifecycle.service.parts import known_parts
from app.lifecycle.types import DataExport, UserExported
from app.users.service import get_user
from app.users.types import User

FORMAT: Final = "auther-account/1"
# Whoever sees an export sees what each of these lets see; the first one, the trail.
PERMISSIONS: Final = ("platform.manage_platform", "users.view", "sessions.view_all", "api_keys.view_all")
_PER_USER: Final = RateLimit("account_export", 5, timedelta(hours=1))


async def export_own_data(actor: Actor) -> DataExport:
    """What is known of the caller. Not in a unit of work: who asked is committed before the first byte goes out.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: as for one's own factors.
        TooMany: `kit_rate_limited`, five an hour.
    """
    async with unit_of_work():
        user = await allow_own_export(actor)
    return open_export(user)


async def export_account(actor: Actor, user_id: str) -> DataExport:
    """The same of any user, for who may see each part of it. Not in a unit of work.

    Raises:
        Forbidden, Unauthenticated, UserNotFound, TooMany: as `allow_export`.
    """
    async with unit_of_work():
        user = await allow_export(actor, user_id)
    return open_export(user)


async def allow_own_export(actor: Actor) -> User:
    """Let the caller have what is known of them, and note it. In a unit of work.

    Raises:
        As `export_own_data`.
    """
    return await _note(actor, await require_fresh_proof(actor))


async def allow_export(actor: Actor, user_id: str) -> User:
    """Let an operator have what is known of a user, and note it. In a unit of work.

    Raises:
        Forbidden, Unauthenticated: see `guard_export`.
        UserNotFound. TooMany: `kit_rate_limited`, five an hour for each user.
    """
    await guard_export(actor)
    return await _note(actor, await get_user(user_id))


async def guard_export(actor: Actor) -> None:
    """Let an actor pass who may see each part of an export.

    Raises:
        Forbidden, Unauthenticated: without one of `PERMISSIONS`.
    """
    for permission in PERMISSIONS:
        await guard(actor, permission)


def open_export(user: User) -> DataExport:
    """The document about a user. No guard: who may have it was decided and noted before.

    Each part is read when its turn comes, so what changes meanwhile may show in one and not in another.
    """
    return DataExport(f"auther-{user.id}.json", _write(user, clock.now()))


async def _note(actor: Actor, user: User) -> User:
    await require_room(_PER_USER, user.id)
    await emit(actor, UserExported(target_id=user.id, about_user_id=user.id))
    return user


async def _write(user: User, now: datetime) -> AsyncIterator[bytes]:
    head = {"format": FORMAT, "issuer": settings().issuer, "exported_at": now, "account": user}
    yield orjson.dumps(head)[:-1]
    for name, part in known_parts.items():
        yield b",\n" + orjson.dumps(name) + b":["
        is_first = True
        async for batch in part(user.id):
            if batch:
                yield (b"\n" if is_first else b",\n") + b",\n".join(map(orjson.dumps, batch))
                is_first = False
        yield b"]"
    yield b"}\n"
