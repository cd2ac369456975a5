"""Accounts: made, found, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from app.events.service import emit
from app.kit import clock, db
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard, has_permission
from app.kit.idempotency import read_creation
from app.kit.ids import new_id
from app.kit.paging import Page, PageRequest, make_page
from app.users import queries, rules
from app.users.errors import IdempotencyMismatch, UserNotFound, raise_problems
from app.users.types import (
    ID_PREFIX,
    NewUser,
    User,
    UserChanges,
    UserCreated,
    UserFilter,
    UserSort,
    UserUpdated,
    UserVerified,
    describe,
)


async def create_user(
    actor: Actor, new: NewUser, *, idempotency_key: str | None = None, along: tuple[object, ...] = ()
) -> User:
    """Create an account on somebody's behalf. The same idempotency key gives the same user again.

    Args:
        along: what else the request says, as JSON values: with something else under the key it is another request.

    Raises:
        Forbidden: without `users.create`.
        InputProblems: what is wrong with the fields.
        EmailTaken, UsernameTaken, IdTaken, IdempotencyMismatch: a clash.
        IdempotencyKeyInvalid.
    """
    await guard(actor, "users.create")
    if idempotency_key is None:
        return await register_user(actor, new)
    raise_problems(rules.check_fields(asdict(new)))
    creation = read_creation(actor, idempotency_key, new, *along)
    made = await queries.find_by_creation_key(creation.key)
    if made is None:
        return await register_user(actor, new, creation=(creation.key, creation.digest))
    if not creation.repeats(made[0]):
        raise IdempotencyMismatch
    return made[1]


async def register_user(
    actor: Actor, new: NewUser, *, creation: tuple[bytes | None, bytes | None] = (None, None)
) -> User:
    """Create an account with no guard: who may sign up was decided by the caller.

    Raises:
        InputProblems: what is wrong with the fields.
        EmailTaken, UsernameTaken, IdTaken: a clash.
    """
    raise_problems(rules.check_fields(asdict(new)))
    email = rules.normalize_email(new.email)
    user_id = new.id if new.id is not None else new_id(ID_PREFIX)
    await queries.insert_user(
        (
            user_id, email, new.email_verified, new.username, new.name, new.picture, new.locale, new.zoneinfo,
            db.dump_json(dict(new.attributes)), *creation, clock.now(),
        )
    )  # fmt: skip
    user = await get_user(user_id)
    await emit(
        actor, UserCreated(target_id=user.id, about_user_id=user.id, after=describe(user), snapshot=describe(user))
    )
    return user


async def find_user(user_id: str) -> User | None:
    """The user, None if there is none. No guard: for other rooms' services."""
    return (await queries.find_users([user_id])).get(user_id)


async def get_user(user_id: str) -> User:
    """The user.

    Raises:
        UserNotFound: there is none.
    """
    user = await find_user(user_id)
    if user is None:
        raise UserNotFound
    return user


async def get_users(ids: Sequence[str]) -> dict[str, User]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_users(ids)


async def find_by_login(login: str) -> User | None:
    """Whoever signs in with this e-mail address or username; case does not matter."""
    return await queries.find_user_by_login(rules.normalize_login(login))


async def find_by_email(email: str) -> User | None:
    """Whoever has this e-mail address; case does not matter."""
    return await queries.find_user_by_email(rules.normalize_login(email))


async def may_view_user(actor: Actor, user_id: str) -> bool:
    """Whether the actor may see this account: their own, anybody's with `users.view`."""
    return (actor.kind is ActorKind.USER and actor.id == user_id) or await has_permission(actor, "users.view")


async def list_users(actor: Actor, wanted: UserFilter, sort: UserSort, page: PageRequest) -> Page[User]:
    """One page of users.

    Raises:
        Forbidden: without `users.view`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard(actor, "users.view")
    rows = await queries.list_users(wanted, sort.value, page)
    found = make_page(sort.value, page, rows, lambda row: row[1])
    return Page(tuple(user for user, _ in found.items), found.cursors, found.has_next, found.has_previous)


async def count_users(actor: Actor, wanted: UserFilter) -> int:
    """How many users match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden: without `users.view`.
    """
    await guard(actor, "users.view")
    return await queries.count_users(wanted)


async def update_user(actor: Actor, user_id: str, changes: UserChanges) -> User:
    """Change some fields; nothing happens when all are as wanted.

    A changed e-mail address is unverified unless the change says otherwise.

    Raises:
        Forbidden: without `users.update`.
        UserNotFound, InputProblems, EmailTaken, UsernameTaken.
    """
    await guard(actor, "users.update")
    return await change_user(actor, user_id, changes)


async def change_user(actor: Actor, user_id: str, changes: UserChanges) -> User:
    """Change some fields as `update_user` does. No guard: for other rooms' services, which decided who may.

    Raises:
        UserNotFound, InputProblems, EmailTaken, UsernameTaken.
    """
    before = await lock_user(user_id)
    given = changes.given()
    raise_problems(rules.check_fields(given))
    columns = _columns_to_change(before, given)
    if not columns:
        return before
    after = await queries.update_columns(user_id, {**columns, "updated_at": clock.now()})
    assert after is not None
    await emit(
        actor,
        UserUpdated(
            target_id=user_id,
            about_user_id=user_id,
            before={name: describe(before)[name] for name in columns},
            after={name: describe(after)[name] for name in columns},
            snapshot=describe(after),
        ),
    )
    return after


async def verify_email(actor: Actor, user_id: str, email: str) -> User:
    """Note that the user holds this address (they followed a link sent to it).

    Raises:
        UserNotFound: there is no such user, or the address has changed since.
    """
    user = await lock_user(user_id)
    if user.email.lower() != email.lower():
        raise UserNotFound
    if user.email_verified:
        return user
    verified = await queries.update_columns(user_id, {"email_verified": True, "updated_at": clock.now()})
    assert verified is not None
    await emit(actor, UserVerified(target_id=user_id, about_user_id=user_id, snapshot=describe(verified)))
    return verified


async def record_sign_in(user_id: str) -> User | None:
    """Note that the user has just signed in; the user as it is now, locked, None when it was deleted."""
    return await queries.update_columns(user_id, {"last_sign_in_at": clock.now()})


async def lock_if_there(user_id: str) -> User | None:
    """The user, if there is one; nobody else changes them until the unit of work ends."""
    return await queries.lock_user(user_id)


async def lock_user(user_id: str) -> User:
    """The user; nobody else changes them until the unit of work ends.

    Raises:
        UserNotFound.
    """
    user = await queries.lock_user(user_id)
    if user is None:
        raise UserNotFound
    return user


def _columns_to_change(before: User, given: Mapping[str, object]) -> dict[str, object]:
    columns = dict(given)
    if "email" in columns:
        columns["email"] = rules.normalize_email(str(columns["email"]))
        if str(columns["email"]).lower() != before.email.lower():
            columns.setdefault("email_verified", False)
    if "attributes" in columns:
        columns["attributes"] = db.dump_json(columns["attributes"] or {})
    stored = {**describe(before), "attributes": db.dump_json(dict(before.attributes))}
    return {name: value for name, value in columns.items() if value != stored[name]}
