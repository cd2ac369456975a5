"""Recovery codes: ten at a time, shown once, each good for one sign-in in place of another factor."""

from __future__ import annotations

import secrets

from app.events.service import emit
from app.factors import queries, rules
from app.factors.errors import CodeWrong, NoFactor
from app.factors.service.notices import tell
from app.factors.types import RecoveryCodesMade, RecoveryCodeUsed
from app.kit import clock
from app.kit.actor import Actor
from app.kit.runtime import keyring
from app.users.types import User

_PURPOSE = "factors-recovery-code"


async def make_recovery_codes(actor: Actor, user: User) -> tuple[str, ...]:
    """Ten new codes in place of all former ones; only their hashes are kept. No guard: the caller checked the proof.

    Raises:
        NoFactor: there is nothing that they could stand in for.
    """
    await queries.lock_user(user.id)
    if not await queries.has_any(user.id):
        raise NoFactor
    return await _replace(actor, user)


async def make_first_codes(actor: Actor, user: User) -> tuple[str, ...]:
    """Codes for who has just got a first factor; none when there are codes, or were."""
    return () if await queries.has_recovery_codes(user.id) else await _replace(actor, user)


async def use_recovery_code(actor: Actor, user: User, typed: str) -> None:
    """Use a code up; of many at once exactly one succeeds. The user gets a mail.

    Raises:
        CodeWrong: not one of the user's, or used already.
    """
    code, found = rules.clean_code(typed), None
    # All are compared, so the time taken does not tell which one it was.
    for code_id, code_hash in await queries.read_unused_codes(user.id):
        if keyring().verify(_subject(user.id, code), code_hash, purpose=_PURPOSE):
            found = code_id
    if found is None or not await queries.use_recovery_code(found, clock.now()):
        raise CodeWrong
    left = await queries.count_unused_codes(user.id)
    event = RecoveryCodeUsed(target_id=user.id, about_user_id=user.id, after={"left": left}, snapshot={"id": user.id})
    await tell(actor, user, event, "recovery_code_used", left=str(left))


async def _replace(actor: Actor, user: User) -> tuple[str, ...]:
    codes = tuple(_new_code() for _ in range(rules.RECOVERY_CODES))
    # Keyed, so that who reads the table alone cannot try codes out.
    hashes = [keyring().sign(_subject(user.id, code), purpose=_PURPOSE) for code in codes]
    await queries.replace_recovery_codes(user.id, hashes, clock.now())
    after = {"count": len(codes)}
    await emit(
        actor, RecoveryCodesMade(target_id=user.id, about_user_id=user.id, after=after, snapshot={"id": user.id})
    )
    return tuple(rules.format_recovery_code(code) for code in codes)


def _new_code() -> str:
    return "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LENGTH))


def _subject(user_id: str, code: str) -> bytes:
    return f"{user_id}|{code}".encode()
