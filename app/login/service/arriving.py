"""The one way into a session: whoever proved something is let in, or told what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from app.credentials.service import is_still_current, read_version
from app.credentials.types import PasswordCheck
from app.events.denials import record_denial
from app.events.types import Outcome
from app.factors.service import has_factor
from app.kit.actor import Actor, ActorKind
from app.kit.db import after_rollback
from app.kit.runtime import settings
from app.login import rules
from app.login.errors import AccountLeaving, AccountSuspended, StartOver
from app.login.types import Arrival, Halted, Pending, Step
from app.sessions.service import begin_session, end_user_sessions, find_session, finish_flow
from app.sessions.types import Flow, NewSession, ResolvedSession, SignInFailed
from app.users.errors import UserNotFound
from app.users.service import find_user, verify_email
from app.users.types import User


async def proceed(actor: Actor, pending: Pending, arrival: Arrival) -> NewSession | Halted:
    """Begin a session for who has proved enough, and finish the flow that asked for it; else tell the next step.

    Raises:
        AccountSuspended: the user is banned. AccountLeaving: an operator deleted the account.
        StartOver: password or proved address were changed, the user deleted, or the session to be made stronger ended
            meanwhile.
    """
    user = await find_current(actor, pending, arrival)
    step = await _find_step(pending, arrival.flow, user)
    if step:
        return Halted(pending, step)
    if pending.mailbox is not None:
        await _prove_mailbox(actor, user, pending.mailbox)
    return await let_in(actor, user, pending.amr, arrival, auth_time=pending.auth_time)


async def let_in(
    actor: Actor, user: User, amr: tuple[str, ...], arrival: Arrival, *, auth_time: datetime | None = None
) -> NewSession:
    """Begin a session for who proved as much as is asked for. No guard: see `proceed`.

    Args:
        auth_time: when the person was proved; None for just now.

    Raises:
        SignInRefused: the user was banned or deleted in the meantime.
    """
    acr = rules.acr_of(amr)
    new = await begin_session(
        actor, user, amr=amr, acr=acr, browser_id=arrival.browser_id, replaces=arrival.replaces, auth_time=auth_time
    )  # fmt: skip
    if arrival.flow is not None:
        await finish_flow(arrival.flow.id, new.session.id)
    return new


async def next_step(pending: Pending, flow: Flow | None) -> Step | None:
    """What is still missing, as of now."""
    return await _find_step(pending, flow, await find_user(pending.user_id))


async def _find_step(pending: Pending, flow: Flow | None, user: User | None) -> Step | None:
    return rules.find_step(
        pending,
        flow,
        has_factor=await has_factor(pending.user_id),
        require_mfa=settings().require_mfa,
        is_leaving=user is not None and user.is_leaving_by_own_wish,
    )


async def strengthen(resolved: ResolvedSession) -> Pending:
    """The half-way state of a live session that a flow wants made stronger. Its proof stays as old as it is."""
    session = resolved.session
    version = await read_version(session.user_id)
    return Pending(session.user_id, version, session.amr, session_id=session.id, auth_time=session.auth_time)


async def find_current(actor: Actor, pending: Pending, arrival: Arrival) -> User:
    """The user of a half-way state, if what was proved holds still; it holds until the unit of work ends.

    Raises:
        AccountSuspended, StartOver: as `proceed`.
    """
    if pending.session_id is not None:
        await _require_strengthening(pending.session_id, arrival)
    if not await is_still_current(pending.user_id, PasswordCheck(is_correct=True, version=pending.version)):
        raise StartOver
    user = await find_user(pending.user_id)
    if user is None:
        raise StartOver
    require_active(actor, user)
    return user


async def _prove_mailbox(actor: Actor, user: User, address: str) -> None:
    owner = replace(actor, kind=ActorKind.USER, id=user.id)
    try:
        await verify_email(owner, user.id, address)
    except UserNotFound:
        raise StartOver from None
    if not user.email_verified:
        # Whoever began them may not be who reads the mail.
        await end_user_sessions(owner, user.id)


async def _require_strengthening(session_id: str, arrival: Arrival) -> None:
    session = await find_session(session_id) if session_id == arrival.replaces else None
    # A note that one flow gave does not answer another that wants a new proof of the person.
    if session is None or not rules.lacks_only_factor(session, arrival.flow):
        raise StartOver


def require_active(actor: Actor, user: User) -> None:
    """Let nobody in who is suspended, or whom an operator deleted; the refusal is audited. In a unit of work.

    Raises:
        AccountSuspended. AccountLeaving.
    """
    if user.ban is not None:
        after_rollback(partial(record_denial, actor, denied(user.id, "login_suspended")))
        raise AccountSuspended(user.ban.reason, user.ban.until)
    if user.deletion is not None and not user.is_leaving_by_own_wish:
        after_rollback(partial(record_denial, actor, denied(user.id, "login_leaving")))
        raise AccountLeaving(user.deletion.erased_at)


def denied(user_id: str | None, reason: str) -> SignInFailed:
    """The event of a sign-in that was not let through; `reason` is a stable code."""
    return SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason, outcome=Outcome.DENIED)
