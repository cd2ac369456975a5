"""A signed-in user's own factors: each change asks for a fresh proof, as strong as the user can give."""

from __future__ import annotations

from app.factors import queries, rules
from app.factors.errors import OwnSessionRequired
from app.factors.service import passkeys, recovery, totp
from app.factors.types import NewPasskey, Passkey, TotpSetup
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.guard import require_sign_in
from app.users.service import get_user
from app.users.types import User


async def require_fresh_proof(actor: Actor) -> User:
    """Who may change their own factors now.

    Raises:
        Unauthenticated: nobody is signed in.
        OwnSessionRequired: the caller is an application, a key, or somebody who acts for the user.
        StepUpRequired: the proof is too old, or weaker than the user can give.
    """
    user = await require_own_session(actor)
    has_factors = await queries.has_any(user.id)
    rules.check_fresh(actor.auth_time, actor.acr, has_factors=has_factors, now=clock.now())
    return user


async def begin_own_totp(actor: Actor) -> TotpSetup:
    """A new secret for the caller's app.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired.
    """
    return totp.begin_totp(await require_fresh_proof(actor))


async def confirm_own_totp(actor: Actor, token: str, code: str) -> tuple[str, ...]:
    """Take the app that shows this code for the caller's; recovery codes, if there were none.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired. SetupOver. CodeWrong.
    """
    return await totp.confirm_totp(actor, await require_fresh_proof(actor), token, code)


async def remove_own_totp(actor: Actor) -> None:
    """Take the caller's app away.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired. TotpNotFound. LastFactor.
    """
    await totp.remove_totp(actor, await require_fresh_proof(actor))


async def make_own_recovery_codes(actor: Actor) -> tuple[str, ...]:
    """Ten new recovery codes in place of all former ones.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired. NoFactor.
    """
    return await recovery.make_recovery_codes(actor, await require_fresh_proof(actor))


async def begin_own_passkey(actor: Actor) -> str:
    """Options for the caller's browser to make a passkey, JSON.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired.
    """
    return await passkeys.begin_passkey(await require_fresh_proof(actor), _place(actor))


async def register_own_passkey(actor: Actor, *, name: str, answer: str) -> NewPasskey:
    """Keep the passkey that the caller's browser made.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired.
        PasskeyNameInvalid. TooManyPasskeys. PasskeyTaken. PasskeyRefused.
    """
    user = await require_fresh_proof(actor)
    return await passkeys.register_passkey(actor, user, _place(actor), name=name, answer=answer)


async def rename_own_passkey(actor: Actor, passkey_id: str, name: str) -> Passkey:
    """Give one of the caller's passkeys another name. This opens nothing, so no fresh proof is needed.

    Raises:
        Unauthenticated, OwnSessionRequired. PasskeyNameInvalid. PasskeyNotFound.
    """
    return await passkeys.rename_passkey(actor, await require_own_session(actor), passkey_id, name)


async def remove_own_passkey(actor: Actor, passkey_id: str) -> Passkey:
    """Take one of the caller's passkeys away.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired. PasskeyNotFound. LastFactor.
    """
    return await passkeys.remove_passkey(actor, await require_fresh_proof(actor), passkey_id)


async def require_own_session(actor: Actor) -> User:
    """Who may change what is their own and opens nothing, without a fresh proof.

    Raises:
        Unauthenticated, OwnSessionRequired: as `require_fresh_proof`.
    """
    require_sign_in(actor)
    is_through_other = actor.client_id is not None or actor.impersonator_id is not None
    if actor.kind is not ActorKind.USER or actor.id is None or actor.session_id is None or is_through_other:
        raise OwnSessionRequired
    return await get_user(actor.id)


def _place(actor: Actor) -> str:
    return f"session {actor.session_id}"
