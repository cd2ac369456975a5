"""Signing in with a password, and changing it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from app.credentials.errors import TooManyAttempts
from app.credentials.service import adopt_password, is_still_current, open_attempt
from app.credentials.types import PasswordCheck, PreparedPassword
from app.events.denials import record_denial
from app.events.service import emit
from app.events.types import Outcome
from app.kit.actor import Actor, ActorKind
from app.kit.db import after_rollback
from app.login import rules
from app.login.errors import AccountSuspended, SessionOver, StartOver
from app.login.types import ACR_PASSWORD, AMR_PASSWORD, Pending, Proof, SignIn
from app.sessions.service import begin_session, end_user_sessions, finish_flow, is_known_browser
from app.sessions.types import Flow, NewSession, ResolvedSession, SignInFailed
from app.users.service import find_by_login, find_user
from app.users.types import User


async def begin_sign_in(actor: Actor, login: str, browser_id: str) -> SignIn:
    """Find who is meant and count the attempt. Outside of a unit of work (see `credentials.open_attempt`)."""
    user = await find_by_login(login)
    user_id = user.id if user else None
    is_known = await is_known_browser(user_id or "", browser_id)
    attempt = await open_attempt(login, user_id, browser_id=browser_id, ip=actor.origin.ip, is_known_browser=is_known)
    return SignIn(login, user, attempt)


async def record_failure(actor: Actor, sign_in: SignIn) -> None:
    """One audit row for a refused attempt; once a whole address is shut out, that of the endpoint is enough."""
    refusal = sign_in.attempt.refusal
    if isinstance(refusal, TooManyAttempts):
        return
    user_id = sign_in.user.id if sign_in.user else None
    if refusal is not None:
        await record_denial(actor, _denied(user_id, refusal.code))
        return
    reason = "wrong_password" if sign_in.user else "unknown_account"
    await emit(actor, SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason))


async def complete_sign_in(
    actor: Actor, proof: Proof, *, browser_id: str, replaces: str | None, flow: Flow | None
) -> NewSession:
    """Begin a session for who proved the password, and finish the flow that asked for it.

    Raises:
        AccountSuspended: the user is banned.
        StartOver: the password was changed, or the user deleted, since it was proved.
    """
    user = await _find_current(actor, proof.user.id, proof.check)
    return await _begin(actor, user, browser_id=browser_id, replaces=replaces, flow=flow)


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
    actor: Actor,
    pending: Pending,
    prepared: PreparedPassword,
    *,
    browser_id: str,
    replaces: str | None,
    flow: Flow | None,
) -> NewSession:
    """Store the password that replaces an initial one, then sign in.

    Raises:
        AccountSuspended, StartOver: as for `complete_sign_in`.
    """
    user = await _find_current(actor, pending.user_id, PasswordCheck(is_correct=True, version=pending.version))
    await adopt_password(_as(actor, user), user.id, prepared)
    await end_user_sessions(_as(actor, user), user.id)
    return await _begin(actor, user, browser_id=browser_id, replaces=replaces, flow=flow)


async def change_password(actor: Actor, proof: Proof, prepared: PreparedPassword, *, browser_id: str) -> NewSession:
    """Change the password of who proved the present one: every session ends and a new one begins here.

    Raises:
        AccountSuspended, StartOver: as for `complete_sign_in`.
    """
    user = await _find_current(actor, proof.user.id, proof.check)
    await adopt_password(actor, user.id, prepared)
    await end_user_sessions(actor, user.id)
    return await _begin(actor, user, browser_id=browser_id, replaces=None, flow=None)


async def _begin(actor: Actor, user: User, *, browser_id: str, replaces: str | None, flow: Flow | None) -> NewSession:
    new = await begin_session(actor, user, amr=AMR_PASSWORD, acr=ACR_PASSWORD, browser_id=browser_id, replaces=replaces)
    if flow is not None:
        await finish_flow(flow.id, new.session.id)
    return new


def require_active(actor: Actor, user: User) -> None:
    """Let nobody in who is suspended; the refusal is audited. In a unit of work.

    Raises:
        AccountSuspended.
    """
    if user.ban is not None:
        after_rollback(partial(record_denial, actor, _denied(user.id, "login_suspended")))
        raise AccountSuspended(user.ban.reason, user.ban.until)


def _denied(user_id: str | None, reason: str) -> SignInFailed:
    return SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason, outcome=Outcome.DENIED)


async def _find_current(actor: Actor, user_id: str, check: PasswordCheck) -> User:
    if not await is_still_current(user_id, check):
        raise StartOver
    user = await find_user(user_id)
    if user is None:
        raise StartOver
    require_active(actor, user)
    return user


def _as(actor: Actor, user: User) -> Actor:
    return replace(actor, kind=ActorKind.USER, id=user.id)
