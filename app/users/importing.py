"""Accounts that another system kept, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

from app.events.service import emit_many
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.guard import guard
from app.kit.ids import new_id
from app.users import queries, rules
from app.users.errors import InvalidUser
from app.users.types import ID_PREFIX, ImportedUser, UserImported

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)

# The id of a new account; None for one that is there; or what it clashes with.
Outcome = str | AppError | None


def prepare(user: ImportedUser) -> ImportedUser | AppError:
    """The account as it is stored, its address normalized; or what is wrong with it by itself."""
    # Not `asdict`: it goes down into attributes, however deep they are.
    problems = rules.check_fields({each.name: getattr(user, each.name) for each in fields(user)})
    if problems:
        return problems[0]
    reason = user.ban_reason or ""
    if len(reason) > rules.MAX_REASON or rules.has_control_characters(reason):
        return InvalidUser("banReason", f"A reason has at most {rules.MAX_REASON} characters, none of them controls.")
    if not user.is_banned and (user.ban_until is not None or user.ban_reason is not None):
        return InvalidUser("banned", "A ban has an end or a reason only where it is one: say that it is, too.")
    if user.created_at is not None and not _EPOCH <= user.created_at <= clock.now():
        return InvalidUser("createdAt", "An account was made in 1970 at the earliest, and not in the future.")
    if user.ban_until is not None and not _EPOCH <= user.ban_until <= _LATEST:
        return InvalidUser("banUntil", "A ban ends between 1970 and 9000.")
    return replace(user, email=rules.normalize_email(user.email))


async def import_users(actor: Actor, users: Sequence[ImportedUser]) -> list[Outcome]:
    """Make accounts as they were elsewhere. Who is there already stays untouched: doing it again changes nothing.

    Args:
        users: as `prepare` gives them.

    Returns:
        For each, its new account's id; None for one that is there; or what it clashes with.

    Raises:
        Forbidden, Unauthenticated: without `users.create`.
    """
    await guard(actor, "users.create")
    if not users:
        return []
    ids = [user.id or new_id(ID_PREFIX) for user in users]
    inserted = await queries.insert_users(_columns(users, ids))
    waiting = set(inserted)
    outcomes: list[Outcome] = []
    for user_id in ids:
        outcomes.append(user_id if user_id in waiting else None)
        # A line that comes twice inserts once.
        waiting.discard(user_id)
    left = [place for place, outcome in enumerate(outcomes) if outcome is None]
    await emit_many(actor, [_tell(users[place], ids[place]) for place, outcome in enumerate(outcomes) if outcome])
    for place, clash in zip(left, await _explain([users[place] for place in left]), strict=True):
        outcomes[place] = clash
    return outcomes


def _columns(users: Sequence[ImportedUser], ids: list[str]) -> list[list[object]]:
    now = clock.now()
    rows = [
        (
            user_id, user.email, user.email_verified, user.username, user.name, user.picture,
            user.locale, user.zoneinfo, db.dump_json(dict(user.attributes)), now if user.is_banned else None,
            user.ban_until, user.ban_reason, user.created_at or now,
        )
        for user, user_id in zip(users, ids, strict=True)
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


async def _explain(users: Sequence[ImportedUser]) -> list[AppError | None]:
    if not users:
        return []
    return await queries.explain_clashes([user.id for user in users], [user.email for user in users])


def _tell(user: ImportedUser, user_id: str) -> UserImported:
    told = {"email": user.email, "email_verified": user.email_verified, "username": user.username, "name": user.name}
    return UserImported(target_id=user_id, about_user_id=user_id, after=told)
