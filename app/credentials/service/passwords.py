"""Passwords: checked, judged, stored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from app.credentials import foreign_hashes, queries, rules
from app.credentials.errors import PasswordBreached, PasswordRefused
from app.credentials.hashing import hasher
from app.credentials.service.breaches import is_breached
from app.credentials.types import ImportedHash, PasswordChanged, PasswordCheck, PreparedPassword
from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard
from app.kit.runtime import settings
from app.users.service import get_user
from app.users.types import User


async def check_password(user_id: str | None, password: str) -> PasswordCheck:
    """Whether this is the user's password, compared exactly as typed.

    An unknown user (None) and one without a password cost as many statements and as much hashing.
    A hash of other parameters is replaced once it matched. Call it outside of a unit of work: a
    sign-in that waits for its hash must not hold a connection.

    Raises:
        PasswordTooLong, PasswordNotText: before anything is hashed.
        HashingBusy: too many wait already.
    """
    rules.check_length(password)
    stored = await queries.read_password(user_id or "")
    is_correct = await hasher().verify(stored.phc if stored else None, password)
    if stored is None or user_id is None or not is_correct:
        return PasswordCheck(is_correct=False)
    if hasher().is_outdated(stored.phc):
        await queries.replace_hash(user_id, stored.phc, await hasher().hash(password))
    return PasswordCheck(is_correct=True, must_change=stored.must_change, version=stored.version)


async def is_still_current(user_id: str, check: PasswordCheck) -> bool:
    """Whether the password that was right is the user's password still; it stays so until the unit of work ends."""
    return (await queries.hold_version(user_id) or 0) == check.version


async def read_version(user_id: str) -> int:
    """How many passwords the user has had; 0 without one. No guard: for other rooms' services."""
    stored = await queries.read_password(user_id)
    return stored.version if stored else 0


async def must_change_password(user_id: str) -> bool:
    """Whether an operator gave the user a password that is to be replaced. No guard: for other rooms' services."""
    stored = await queries.read_password(user_id)
    return stored is not None and stored.must_change


async def prepare_password(password: str, *identity: str | None) -> PreparedPassword:
    """Judge a new password and hash it. Call it outside of a unit of work.

    Args:
        identity: the user's e-mail address, username and name.

    Raises:
        PasswordRefused: with every reason. PasswordTooLong, PasswordNotText. HashingBusy.
    """
    rules.check_length(password)
    judge = partial(
        rules.find_problems,
        password,
        identity=[text for text in identity if text],
        service=[settings().product_name, urlsplit(settings().public_url).hostname or ""],
        min_length=settings().password_min_length,
    )
    # The longest takes a few tenths of a second, which nobody else should wait for.
    problems = await hasher().run(judge)
    if not problems and await is_breached(password):
        problems = [PasswordBreached()]
    if problems:
        raise PasswordRefused([*problems])
    return PreparedPassword(await hasher().hash(password))


async def is_password_of(prepared: PreparedPassword, password: str) -> bool:
    """Whether this password was prepared before. Call it outside of a unit of work.

    Raises:
        PasswordTooLong, PasswordNotText: before anything is hashed. HashingBusy.
    """
    rules.check_length(password)
    return await hasher().verify(prepared.phc, password)


async def adopt_password(actor: Actor, user_id: str, prepared: PreparedPassword, *, must_change: bool = False) -> int:
    """Store a prepared password; open links of the user die. No guard: the caller checked the proof.

    Returns:
        The number of passwords that the user has had.
    """
    version = await queries.store_password(user_id, prepared.phc, must_change, clock.now())
    after = {"version": version, "must_change": must_change}
    await emit(actor, PasswordChanged(target_id=user_id, about_user_id=user_id, after=after, snapshot={"id": user_id}))
    return version


async def set_password(actor: Actor, user_id: str, password: str, *, must_change: bool = False) -> None:
    """Set one's own password, the first one of an account that was never used, or anybody's as platform manager.

    Sessions are left alone: end them with `sessions.end_user_sessions`.

    Raises:
        Unauthenticated, Forbidden: without `users.create` (first password of an unused account) or
            `platform.manage_platform` (any other).
        UserNotFound. PasswordRefused: with every reason. PasswordTooLong, PasswordNotText. HashingBusy.
    """
    user = await get_user(user_id)
    if not (actor.kind is ActorKind.USER and actor.id == user_id):
        await guard(actor, "users.create" if await _is_unused(user) else "platform.manage_platform")
    prepared = await prepare_password(password, user.email, user.username, user.name)
    await adopt_password(actor, user_id, prepared, must_change=must_change)


def find_hash_problem(text: str) -> str | None:
    """Why a hash of another system cannot be taken over; None when it can."""
    return foreign_hashes.find_hash_problem(text)


async def adopt_hashes(hashes: Sequence[ImportedHash]) -> None:
    """Take over the hashes of accounts that were just imported. No guard, no event: the import has both."""
    if hashes:
        await queries.store_hashes(
            [each.user_id for each in hashes],
            [each.hash for each in hashes],
            [each.must_change for each in hashes],
            clock.now(),
        )


async def require_password_change(user_id: str) -> None:
    """Make the user choose another password at the next sign-in. No guard."""
    await queries.require_change(user_id)


async def has_password(user_id: str) -> bool:
    """Whether the user can sign in with a password. No guard: for other rooms' services."""
    return await queries.read_password(user_id) is not None


async def _is_unused(user: User) -> bool:
    return user.last_sign_in_at is None and not await has_password(user.id)
