"""Passkeys: registered, named, removed; and what they prove."""

from __future__ import annotations

from app.events.service import emit
from app.factors import queries, rules, webauthn
from app.factors.errors import PasskeyNotFound, PasskeyRefused, PasskeyTaken, TooManyPasskeys
from app.factors.service.challenges import new_challenge, spend_challenge
from app.factors.service.notices import tell
from app.factors.service.recovery import make_first_codes
from app.factors.service.removal import require_another
from app.factors.types import (
    PASSKEY_PREFIX,
    Ceremony,
    FactorAdded,
    FactorRemoved,
    FactorRenamed,
    NewPasskey,
    Passkey,
    PasskeyProof,
)
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import is_same
from app.kit.ids import new_id
from app.users.types import User


async def begin_passkey(user: User, place: str) -> str:
    """Options for the browser to make a passkey, JSON. Nothing is written.

    Args:
        place: what the ceremony is bound to besides the user: the session, or the browser.
    """
    challenge = new_challenge(Ceremony.REGISTER, _place(place, user.id))
    return webauthn.creation_options(user, challenge, await queries.list_passkeys(user.id))


async def register_passkey(actor: Actor, user: User, place: str, *, name: str, answer: str) -> NewPasskey:
    """Keep the passkey that the browser made. No guard: see `own`.

    Args:
        answer: what `navigator.credentials.create` gave, JSON.

    Raises:
        PasskeyNameInvalid. TooManyPasskeys. PasskeyTaken.
        PasskeyRefused: the challenge is spent either way.
    """
    trimmed = rules.check_name(name)
    read = webauthn.read_answer(answer)
    await spend_challenge(read.challenge, Ceremony.REGISTER, _place(place, user.id))
    made = webauthn.verify_registration(read)
    await queries.lock_user(user.id)
    if len(await queries.list_passkeys(user.id)) >= rules.MAX_PASSKEYS:
        raise TooManyPasskeys(rules.MAX_PASSKEYS)
    passkey = await queries.insert_passkey(new_id(PASSKEY_PREFIX), user.id, trimmed, made, clock.now())
    if passkey is None:
        raise PasskeyTaken
    after = _describe(passkey)
    event = FactorAdded(target_id=user.id, about_user_id=user.id, after=after, snapshot={"id": user.id, **after})
    await tell(actor, user, event, "passkey_added", label=passkey.name)
    return NewPasskey(passkey, await make_first_codes(actor, user))


def sign_in_options(place: str) -> str:
    """Options for the browser to show its passkeys for this host, JSON: the same for everybody.

    Args:
        place: browser and flow.
    """
    return webauthn.request_options(new_challenge(Ceremony.SIGN_IN, place))


async def second_step_options(user_id: str, place: str) -> str | None:
    """Options for the browser to use one of the user's passkeys, JSON; None when there are none.

    Args:
        place: browser and flow.
    """
    passkeys = await queries.list_passkeys(user_id)
    if not passkeys:
        return None
    return webauthn.request_options(new_challenge(Ceremony.SECOND_STEP, _place(place, user_id)), passkeys)


async def prove_passkey(answer: str, place: str) -> PasskeyProof:
    """Who signs in with this answer to `sign_in_options`. In a unit of work.

    Raises:
        PasskeyRefused: the challenge is spent either way.
    """
    return await _prove(answer, Ceremony.SIGN_IN, place, None)


async def prove_own_passkey(user_id: str, answer: str, place: str) -> PasskeyProof:
    """Whether this answer to `second_step_options` is of one of the user's passkeys. In a unit of work.

    Raises:
        PasskeyRefused: the challenge is spent either way.
    """
    return await _prove(answer, Ceremony.SECOND_STEP, _place(place, user_id), user_id)


def amr_of(passkey: Passkey) -> tuple[str, ...]:
    """What a session's `amr` says of a proof by this passkey (RFC 8176)."""
    return rules.passkey_amr(is_backup_eligible=passkey.is_backup_eligible)


async def rename_passkey(actor: Actor, user: User, passkey_id: str, name: str) -> Passkey:
    """Give one of the user's passkeys another name. No guard: see `own`.

    Raises:
        PasskeyNameInvalid. PasskeyNotFound.
    """
    trimmed = rules.check_name(name)
    before = await queries.read_passkey(user.id, passkey_id)
    after = await queries.rename_passkey(user.id, passkey_id, trimmed)
    if before is None or after is None:
        raise PasskeyNotFound
    event = FactorRenamed(
        target_id=user.id,
        about_user_id=user.id,
        before=_describe(before),
        after=_describe(after),
        snapshot={"id": user.id, **_describe(after)},
    )
    await emit(actor, event)
    return after


async def remove_passkey(actor: Actor, user: User, passkey_id: str) -> Passkey:
    """Take one of the user's passkeys away. No guard: see `own`.

    Raises:
        PasskeyNotFound.
        LastFactor: it is the last factor, and one is required.
    """
    await queries.lock_user(user.id)
    removed = await queries.delete_passkey(user.id, passkey_id)
    if removed is None:
        raise PasskeyNotFound
    await require_another(user.id)
    before = _describe(removed)
    event = FactorRemoved(target_id=user.id, about_user_id=user.id, before=before, snapshot={"id": user.id, **before})
    await tell(actor, user, event, "passkey_removed", label=removed.name)
    return removed


async def _prove(answer: str, ceremony: Ceremony, place: str, user_id: str | None) -> PasskeyProof:
    read = webauthn.read_answer(answer)
    await spend_challenge(read.challenge, ceremony, place)
    stored = await queries.find_by_credential(read.credential_id)
    if stored is None:
        raise PasskeyRefused("unknown")
    passkey = stored.passkey
    if user_id not in {None, passkey.user_id}:
        raise PasskeyRefused("foreign")
    if read.user_handle is not None and not is_same(read.user_handle, rules.user_handle(passkey.user_id)):
        raise PasskeyRefused("user_handle")
    found = webauthn.verify_assertion(read, stored)
    if not await queries.use_passkey(stored, found.sign_count, found.is_backed_up, clock.now()):
        raise PasskeyRefused("counter")
    return PasskeyProof(passkey.user_id, passkey.id, amr_of(passkey))


def _place(place: str, user_id: str) -> str:
    return f"{place}|{user_id}"


def _describe(passkey: Passkey) -> dict[str, object]:
    return {"kind": "passkey", "passkey_id": passkey.id, "name": passkey.name}
