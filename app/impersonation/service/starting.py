"""From an operator's wish to a session: asked for with a fresh proof, begun in the browser that asked.

The answer of the API holds no secret. What it names is worth nothing without the cookie of the session that asked.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from app.events.denials import record_denial
from app.events.service import emit
from app.factors.service import require_fresh_proof
from app.impersonation import queries, rules
from app.impersonation.errors import AlreadyActing, BrowserSessionRequired, RequestOver, UserNotPossible, UserStronger
from app.impersonation.service.permitting import find_refusal
from app.impersonation.types import (
    PERMISSION,
    REQUEST_PREFIX,
    ImpersonationRefused,
    ImpersonationRequested,
    Prospect,
    Refusal,
    Request,
    UserImpersonated,
    Wish,
)
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.db import after_rollback
from app.kit.guard import guard, refuse, require_sign_in
from app.kit.ids import new_id
from app.sessions.acting import begin_acting
from app.sessions.errors import SignInRefused
from app.sessions.types import NewSession
from app.users.service import find_user, get_user
from app.users.types import User

# Time enough to read the page that asks once more.
REQUEST_TTL: Final = timedelta(minutes=5)


async def request_acting(actor: Actor, wish: Wish) -> Request:
    """Note that an operator wants to act as a user; `begin_request` does it. A refusal is audited with its reason.

    Raises:
        Unauthenticated, Forbidden: without `users.impersonate`.
        BrowserSessionRequired, AlreadyActing.
        StepUpRequired: the operator's proof is too old, or weaker than they can give.
        InputProblems: the reason or the duration.
        UserNotFound. UserNotPossible. UserStronger.
    """
    _require_own_browser(actor)
    await guard(actor, PERMISSION)
    await require_fresh_proof(actor)
    reason, ttl = rules.read_wish(wish)
    user = await get_user(wish.user_id)
    await _require_permitted(actor, user)
    now = clock.now()
    request = Request(
        id=new_id(REQUEST_PREFIX), session_id=actor.session_id or "", operator_id=actor.id or "", user_id=user.id,
        reason=reason, ttl=ttl, created_at=now, expires_at=now + REQUEST_TTL,
    )  # fmt: skip
    await queries.insert_request(request)
    after = {"id": request.id, "ttl_seconds": int(ttl.total_seconds())}
    event = ImpersonationRequested(target_id=user.id, about_user_id=user.id, after=after, reason=reason)
    await emit(actor, event)
    return request


async def find_prospect(actor: Actor, request_id: str) -> Prospect:
    """What the operator's browser is about to begin.

    Raises:
        Unauthenticated, BrowserSessionRequired, AlreadyActing.
        RequestOver: see there; or the user is gone.
    """
    _require_own_browser(actor)
    request = await queries.find_request(request_id, actor.session_id or "")
    user = await find_user(request.user_id) if request else None
    if request is None or user is None:
        raise RequestOver
    return Prospect(request, user)


async def begin_request(actor: Actor, request_id: str, browser_id: str) -> NewSession:
    """Begin what was asked for, if it is still permitted. In a unit of work; of two at once one begins.

    Raises:
        Unauthenticated, Forbidden, BrowserSessionRequired, AlreadyActing.
        RequestOver: it is over, or the user or the operator's session is gone meanwhile.
        UserNotPossible. UserStronger.
    """
    _require_own_browser(actor)
    request = await queries.take_request(request_id, actor.session_id or "")
    user = await find_user(request.user_id) if request else None
    if request is None or user is None:
        raise RequestOver
    await _require_permitted(actor, user)
    try:
        new = await begin_acting(actor, user.id, ttl=request.ttl, browser_id=browser_id)
    except SignInRefused as error:
        raise RequestOver from error
    after = {"session_id": new.session.id, "expires_at": new.session.expires_at.isoformat()}
    snapshot = {"id": user.id, "impersonator_id": actor.id, **after}
    event = UserImpersonated(
        target_id=user.id, about_user_id=user.id, after=after, snapshot=snapshot, reason=request.reason
    )  # fmt: skip
    await emit(actor, event)
    return new


def _require_own_browser(actor: Actor) -> None:
    require_sign_in(actor)
    if actor.impersonator_id is not None:
        raise AlreadyActing
    if actor.kind is not ActorKind.USER or actor.session_id is None or actor.client_id is not None:
        raise BrowserSessionRequired


async def _require_permitted(actor: Actor, user: User) -> None:
    refusal = await find_refusal(actor, user)
    if refusal is None:
        return
    event = ImpersonationRefused(target_id=user.id, about_user_id=user.id, reason=f"impersonation_{refusal}")
    after_rollback(partial(record_denial, actor, event))
    if refusal is Refusal.NOT_PERMITTED:
        refuse(actor, PERMISSION)
    raise UserStronger if refusal is Refusal.OF_STRONGER else UserNotPossible
