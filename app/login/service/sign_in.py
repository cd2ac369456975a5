"""Signing in with a password, and changing it."""

from __future__ import annotations

from dataclasses import replace

from app.credentials.errors import TooManyAttempts
from app.credentials.service import adopt_password, open_attempt
from app.credentials.types import PreparedPassword
from app.events.denials import record_denial
from app.events.service import emit
from app.factors.errors import StepUpRequired
from app.factors.service import has_factor
from app.factors.types import SECURITY_PAGE
from app.kit.actor import Actor, ActorKind
from app.login import rules
from app.login.errors import SessionOver
from app.login.service.arriving import denied, find_current, proceed
from app.login.service.unlocking import note_lock
from app.login.types import Arrival, Halted, Pending, Proof, SignIn
from app.sessions.service import end_user_sessions, finish_flow, is_known_browser
from app.sessions.types import ACR_MFA, Flow, NewSession, ResolvedSession, SignInFailed
from app.users.service import find_by_login, tell_user
from app.users.types import User


async def begin_sign_in(actor: Actor, login: str, browser_id: str) -> SignIn:
    """Find who is meant and count the attempt. Outside of a unit of work (see `credentials.open_attempt`)."""
    user = await find_by_login(login)
    user_id = user.id if user else None
    is_known = await is_known_browser(user_id or "", browser_id)
    attempt = await open_attempt(login, user_id, browser_id=browser_id, ip=actor.origin.ip, is_known_browser=is_known)
    return SignIn(login, user, attempt)


async def record_failure(actor: Actor, sign_in: SignIn) -> None:
    """One audit row for a refused attempt; once a whole address is shut out, that of the endpoint is enough.

    The owner gets a mail, with a way out, when strangers are locked out.
    """
    refusal = sign_in.attempt.refusal
    if isinstance(refusal, TooManyAttempts):
        return
    user_id = sign_in.user.id if sign_in.user else None
    if refusal is not None:
        await record_denial(actor, denied(user_id, refusal.code))
        return
    reason = "wrong_password" if sign_in.user else "unknown_account"
    await emit(actor, SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason))
    if sign_in.attempt.locks:
        await note_lock(user_id)


async def complete_sign_in(actor: Actor, proof: Proof, arrival: Arrival) -> NewSession | Halted:
    """Let in who proved the password, or tell what is still missing.

    Raises:
        AccountSuspended: the user is banned.
        StartOver: the password was changed, or the user deleted, since it was proved.
    """
    pending = Pending(proof.user.id, proof.check.version, must_change=proof.check.must_change)
    return await proceed(actor, pending, arrival)


async def continue_session(resolved: ResolvedSession | None, flow: Flow | None) -> None:
    """Let the session that the browser has answer the flow.

    Raises:
        SessionOver: there is none, or the flow wants a new proof.
    """
    if resolved is None or not rules.satisfies(resolved.session, flow):
        raise SessionOver
    if flow is not None:
        await finish_flow(flow.id, resolved.session.id)


async def replace_initial_password(
    actor: Actor, pending: Pending, prepared: PreparedPassword, arrival: Arrival
) -> NewSession | Halted:
    """Store the password that replaces an initial one, then sign in.

    Raises:
        AccountSuspended, StartOver: as for `complete_sign_in`.
    """
    user = await find_current(actor, pending, arrival)
    version = await adopt_password(_as(actor, user), user.id, prepared)
    await end_user_sessions(_as(actor, user), user.id)
    return await proceed(actor, replace(pending, version=version, must_change=False), arrival)


async def require_own_strength(actor: Actor, user_id: str) -> None:
    """Let nobody change the password of a protected account by a session that only a password opened.

    Raises:
        StepUpRequired: the user has a second factor, and the session was begun without one.
    """
    if actor.acr != ACR_MFA and await has_factor(user_id):
        raise StepUpRequired


async def change_password(
    actor: Actor, proof: Proof, prepared: PreparedPassword, arrival: Arrival
) -> NewSession | Halted:
    """Change the password of who proved the present one: every session ends and a new one begins here.

    They get a mail.

    Raises:
        StepUpRequired: see `require_own_strength`. AccountSuspended, StartOver: as for `complete_sign_in`.
    """
    user = await find_current(actor, Pending(proof.user.id, proof.check.version), arrival)
    await require_own_strength(actor, user.id)
    version = await adopt_password(actor, user.id, prepared)
    await end_user_sessions(actor, user.id)
    await tell_user(user, "password_changed", page=SECURITY_PAGE)
    return await proceed(actor, Pending(user.id, version), arrival)


def _as(actor: Actor, user: User) -> Actor:
    return replace(actor, kind=ActorKind.USER, id=user.id)
