"""The second step of a sign-in: a code, a recovery code or a passkey; or setting one up where none is there."""

from __future__ import annotations

from dataclasses import replace

from app.credentials.service import open_address_attempt, open_code_attempt, read_version
from app.credentials.types import Attempt
from app.events.denials import record_denial
from app.events.service import emit
from app.factors import service as factors
from app.factors.errors import PasskeyRefused
from app.factors.rules import is_fresh
from app.factors.types import AMR_CODE, SECURITY_PAGE
from app.kit import clock
from app.kit.actor import Actor
from app.login.errors import StartOver
from app.login.service.arriving import denied, find_current, let_in, next_step, proceed, require_active
from app.login.types import Arrival, Halted, Pending, Step
from app.sessions.service import find_session, is_known_browser
from app.sessions.types import NewSession, SignInFailed
from app.users.service import find_user, tell_user


async def begin_code(actor: Actor, pending: Pending, browser_id: str) -> Attempt:
    """Count a guess at a code. Outside of a unit of work (see `credentials.open_attempt`)."""
    is_known = await is_known_browser(pending.user_id, browser_id)
    return await open_code_attempt(
        pending.user_id, browser_id=browser_id, ip=actor.origin.ip, is_known_browser=is_known
    )  # fmt: skip


async def begin_passkey_sign_in(actor: Actor) -> Attempt:
    """Count an attempt with a passkey, by address. Outside of a unit of work."""
    return await open_address_attempt(actor.origin.ip)


async def complete_with_code(
    actor: Actor, pending: Pending, code: str, arrival: Arrival, *, is_recovery: bool
) -> NewSession | Halted:
    """Let in who proved a password before and a code now, or tell what is still missing.

    Raises:
        CodeWrong. AccountSuspended, StartOver: as `proceed`.
    """
    user = await find_current(actor, pending, arrival)
    if is_recovery:
        await factors.use_recovery_code(actor, user, code)
    else:
        await factors.use_totp(user.id, code)
    return await proceed(actor, _stronger(pending, AMR_CODE), arrival)


async def complete_with_passkey(
    actor: Actor, pending: Pending, answer: str, arrival: Arrival
) -> NewSession | Halted:  # fmt: skip
    """Let in who proved a password before and a passkey now, or tell what is still missing.

    Raises:
        PasskeyRefused. AccountSuspended, StartOver: as `proceed`.
    """
    user = await find_current(actor, pending, arrival)
    proof = await factors.prove_own_passkey(user.id, answer, arrival.place)
    # Unlike a code, a passkey proves the person anew: its authenticator has just checked who that is.
    return await proceed(actor, replace(_stronger(pending, proof.amr), auth_time=None), arrival)


async def sign_in_with_passkey(actor: Actor, answer: str, arrival: Arrival) -> NewSession | Halted:
    """Let in whose passkey proved itself: possession and its own check of the person are two factors.

    Raises:
        PasskeyRefused. AccountSuspended: the user is banned. AccountLeaving: an operator deleted the account.
    """
    proof = await factors.prove_passkey(answer, arrival.place)
    user = await find_user(proof.user_id)
    if user is None:
        raise PasskeyRefused("unknown")
    require_active(actor, user)
    if user.is_leaving_by_own_wish:
        return Halted(Pending(user.id, await read_version(user.id), proof.amr), Step.LEAVING)
    return await let_in(actor, user, proof.amr, arrival)


async def enrol_app(
    actor: Actor, pending: Pending, token: str, code: str, arrival: Arrival
) -> tuple[NewSession | Halted, tuple[str, ...]]:
    """Add the app that shows this code, for who has to have a second factor; the recovery codes come with it.

    Raises:
        SetupOver. CodeWrong. AccountSuspended, StartOver: as `proceed`, also when a factor is there already.
    """
    user = await find_current(actor, pending, arrival)
    await _require_enrolling(pending, arrival)
    codes = await factors.confirm_totp(actor, user, token, code)
    return await proceed(actor, _stronger(pending, AMR_CODE), arrival), codes


async def enrol_passkey(
    actor: Actor, pending: Pending, answer: str, arrival: Arrival, *, name: str
) -> tuple[NewSession | Halted, tuple[str, ...]]:
    """Add a passkey, for who has to have a second factor; the recovery codes come with it.

    Raises:
        PasskeyRefused. PasskeyTaken. PasskeyNameInvalid. AccountSuspended, StartOver: as `enrol_app`.
    """
    user = await find_current(actor, pending, arrival)
    await _require_enrolling(pending, arrival)
    new = await factors.register_passkey(actor, user, arrival.place, name=name, answer=answer)
    amr = factors.amr_of(new.passkey)
    return await proceed(actor, _stronger(pending, amr), arrival), new.recovery_codes


async def record_wrong_proof(actor: Actor, user_id: str | None, reason: str, attempt: Attempt) -> None:
    """One audit row for a second step that was refused; the owner hears of it when strangers are locked out."""
    if attempt.refusal is not None:
        await record_denial(actor, denied(user_id, attempt.refusal.code))
        return
    await emit(actor, SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason))
    user = await find_user(user_id) if user_id and attempt.locks else None
    if user is not None:
        await tell_user(user, "codes_guessed", page=SECURITY_PAGE)


async def _require_enrolling(pending: Pending, arrival: Arrival) -> None:
    if await next_step(pending, arrival.flow) is not Step.ENROL:
        raise StartOver
    session = await find_session(pending.session_id) if pending.session_id else None
    # Who stole a session must not bind their own factor to the account, and shut its owner out.
    if session is not None and not is_fresh(session.auth_time, clock.now()):
        raise StartOver


def _stronger(pending: Pending, proved: tuple[str, ...]) -> Pending:
    return replace(pending, amr=tuple(dict.fromkeys(pending.amr + proved)))
