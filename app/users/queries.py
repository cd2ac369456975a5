"""SQL of the users room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

import asyncpg

from app.kit import clock, db
from app.kit.errors import AppError
from app.kit.paging import COUNT_BOUND, Key, PageRequest, Sort, keyset
from app.users.errors import EmailTaken, IdTaken, UsernameTaken
from app.users.types import Ban, Deletion, Tombstone, User, UserFilter, UserStatus

COLUMN_NAMES = (
    "id", "email", "email_verified", "username", "name", "picture", "locale", "zoneinfo", "attributes",
    "banned_at", "ban_until", "ban_reason", "banned_by", "created_at", "updated_at", "last_sign_in_at",
    "erase_at", "erase_asked_at", "erase_asked_by",
)  # fmt: skip
COLUMNS = ", ".join(COLUMN_NAMES)
_SEARCHED = "(lower(email || ' ' || coalesce(username, '') || ' ' || coalesce(name, '')))"
# Trigrams need three characters; what is shorter is looked for at the beginning.
_INDEXED_SEARCH_LENGTH = 3
_CONTAINS = f"({_SEARCHED} LIKE lower({{0}}) OR id = {{1}})"
_BEGINS = """(lower(email) COLLATE "C" LIKE lower({0}) OR lower(username) COLLATE "C" LIKE lower({0})
    OR lower(coalesce(name, '')) COLLATE "C" LIKE lower({0}) OR id = {1})"""
# Whether the user in a row (of this alias) may sign in at a moment: `User.is_active` in SQL.
IS_ACTIVE = "({0}.erase_at IS NULL AND ({0}.banned_at IS NULL OR {0}.ban_until <= {1}))"
_STATUS = {
    UserStatus.ACTIVE: IS_ACTIVE.format("users_user", "{0}"),
    UserStatus.BANNED: "banned_at IS NOT NULL AND (ban_until IS NULL OR ban_until > {0}) AND erase_at IS NULL",
}

_INSERT = """
INSERT INTO users_user (id, email, email_verified, username, name, picture, locale, zoneinfo, attributes,
                        creation_key, creation_digest, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $12)
"""
_INSERT_MANY = """
INSERT INTO users_user (id, email, email_verified, username, name, picture, locale, zoneinfo, attributes, banned_at,
                        ban_until, ban_reason, created_at, updated_at)
SELECT id, email, is_verified, username, name, picture, locale, zoneinfo, attributes::jsonb, banned_at,
       ban_until, ban_reason, created_at, $14
FROM unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::timestamptz[], $11::timestamptz[], $12::text[], $13::timestamptz[])
     AS given(id, email, is_verified, username, name, picture, locale, zoneinfo, attributes, banned_at,
              ban_until, ban_reason, created_at)
WHERE id NOT IN (SELECT id FROM users_tombstone)
ON CONFLICT DO NOTHING RETURNING id
"""
# Of rows that could not be inserted: whether they are there already, else which of their values is another user's.
_EXPLAIN = """
SELECT CASE
    WHEN gone.id IS NOT NULL THEN 'id'
    WHEN given.id IS NULL THEN CASE WHEN by_email.id IS NULL THEN 'username' END
    WHEN by_id.id IS NOT NULL THEN CASE WHEN lower(by_id.email) <> lower(given.email) THEN 'id' END
    WHEN by_email.id IS NOT NULL THEN 'email'
    ELSE 'username'
END AS clash
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given(id, email, place)
LEFT JOIN users_tombstone gone ON gone.id = given.id
LEFT JOIN users_user by_id ON by_id.id = given.id
LEFT JOIN users_user by_email ON lower(by_email.email) = lower(given.email)
ORDER BY given.place
"""
_BY_IDS = f"SELECT {COLUMNS} FROM users_user WHERE id = ANY($1)"
_BY_LOGIN = f"SELECT {COLUMNS} FROM users_user WHERE lower(email) = lower($1) OR lower(username) = lower($1) LIMIT 1"
_BY_EMAIL = f"SELECT {COLUMNS} FROM users_user WHERE lower(email) = lower($1)"
_BY_CREATION_KEY = f"SELECT creation_digest, {COLUMNS} FROM users_user WHERE creation_key = $1"
_HAS_TOMBSTONE = "SELECT EXISTS (SELECT FROM users_tombstone WHERE id = $1)"
_LOCK = f"SELECT {COLUMNS} FROM users_user WHERE id = $1 FOR UPDATE"
_LOCK_CREATION_KEY = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
_DELETE = """
WITH gone AS (DELETE FROM users_user WHERE id = $1 RETURNING id)
INSERT INTO users_tombstone (id, deleted_at, deleted_by, merged_into) SELECT id, $2, $3, $4 FROM gone
"""
_DUE = "SELECT id FROM users_user WHERE erase_at <= $1 ORDER BY erase_at, id LIMIT $2"
_TOMBSTONE = "SELECT id, deleted_at, deleted_by, merged_into FROM users_tombstone WHERE id = $1"
_CLASHES = {"id": IdTaken(), "email": EmailTaken(), "username": UsernameTaken(), None: None}
_UNIQUE = {"users_user_email_key": EmailTaken, "users_user_username_key": UsernameTaken, "users_user_pkey": IdTaken}


def to_user(row: Mapping[str, Any], prefix: str = "") -> User:
    """A user from a row that holds `COLUMN_NAMES`, each behind `prefix`."""
    (
        id_, email, is_verified, username, name, picture, locale, zoneinfo, attributes,
        banned_at, ban_until, ban_reason, banned_by, created_at, updated_at, last_sign_in_at,
        erase_at, erase_asked_at, erase_asked_by,
    ) = _columns_of(prefix)(row)  # fmt: skip
    is_banned = banned_at is not None and (ban_until is None or ban_until > clock.now())
    return User(
        id_, email, is_verified, username, name, picture, locale, zoneinfo,
        db.load_json(attributes),
        Ban(ban_reason, ban_until, banned_at, banned_by) if is_banned else None,
        created_at, updated_at, last_sign_in_at,
        Deletion(erase_asked_at, erase_at, erase_asked_by) if erase_at is not None else None,
    )  # fmt: skip


@cache
def _columns_of(prefix: str) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    return itemgetter(*(prefix + name for name in COLUMN_NAMES))


async def insert_user(values: Sequence[object]) -> None:
    """Insert one user; `values` begins with the id.

    Raises:
        EmailTaken, UsernameTaken, IdTaken: the unique value that clashes.
    """
    try:
        await db.execute(_INSERT, *values)
    except asyncpg.UniqueViolationError as error:
        raise _UNIQUE.get(error.constraint_name or "", IdTaken)() from error
    # After the insert: whoever was just deleting a user with this id has ended by now.
    if await db.fetch_value(_HAS_TOMBSTONE, values[0]):
        raise IdTaken


async def insert_users(columns: Sequence[Sequence[object]]) -> set[str]:
    """Insert those that clash with nobody and were never deleted; their ids. `columns` as in the statement."""
    return {row["id"] for row in await db.fetch(_INSERT_MANY, *columns, clock.now())}


async def explain_clashes(ids: Sequence[str | None], emails: Sequence[str]) -> list[AppError | None]:
    """Why these could not be inserted; None for those that are there already."""
    return [_CLASHES[row["clash"]] for row in await db.fetch(_EXPLAIN, list(ids), list(emails))]


async def update_columns(user_id: str, changes: Mapping[str, object]) -> User | None:
    """Set some columns; the user as it is then, None if there is no such user."""
    assignments = ", ".join(
        f"{name} = ${n}{'::jsonb' if name == 'attributes' else ''}" for n, name in enumerate(changes, start=2)
    )
    sql = f"UPDATE users_user SET {assignments} WHERE id = $1 RETURNING {COLUMNS}"
    try:
        row = await db.fetch_row(sql, user_id, *changes.values())
    except asyncpg.UniqueViolationError as error:
        raise _UNIQUE.get(error.constraint_name or "", IdTaken)() from error
    return to_user(row) if row else None


async def find_users(ids: Sequence[str]) -> dict[str, User]:
    return {row["id"]: to_user(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_user_by_login(login: str) -> User | None:
    row = await db.fetch_row(_BY_LOGIN, login)
    return to_user(row) if row else None


async def find_user_by_email(email: str) -> User | None:
    row = await db.fetch_row(_BY_EMAIL, email)
    return to_user(row) if row else None


async def find_by_creation_key(key: bytes) -> tuple[bytes, User] | None:
    """The user made under this idempotency key; another request with the key waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], to_user(row)) if row else None


async def lock_user(user_id: str) -> User | None:
    row = await db.fetch_row(_LOCK, user_id)
    return to_user(row) if row else None


async def delete_user(user_id: str, *, by: str | None, merged_into: str | None) -> bool:
    """Delete a user and leave a tombstone; False when there is no such user."""
    return await db.execute(_DELETE, user_id, clock.now(), by, merged_into) == 1


async def list_due_deletions(now: datetime, limit: int) -> list[str]:
    return [row["id"] for row in await db.fetch(_DUE, now, limit)]


async def find_tombstone(user_id: str) -> Tombstone | None:
    row = await db.fetch_row(_TOMBSTONE, user_id)
    return Tombstone(*row.values()) if row else None


async def list_users(wanted: UserFilter, sort: Sort, page: PageRequest) -> list[tuple[User, Key]]:
    """One row more than the page holds, each with its sort key as the database sees it."""
    conditions, arguments = _conditions(wanted)
    keys = keyset(sort, page, first_parameter=len(arguments) + 1)
    sql = (
        f"SELECT {COLUMNS}, {sort.columns[0]} AS sort_key FROM users_user "
        f"WHERE {conditions} AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    )
    return [(to_user(row), (row["sort_key"], row["id"])) for row in await db.fetch(sql, *arguments, *keys.args)]


async def count_users(wanted: UserFilter) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    conditions, arguments = _conditions(wanted)
    sql = f"SELECT count(*) FROM (SELECT FROM users_user WHERE {conditions} LIMIT {COUNT_BOUND + 1}) matching"
    total: int = await db.fetch_value(sql, *arguments)
    return total


def _conditions(wanted: UserFilter) -> tuple[str, list[object]]:
    clauses: list[str] = ["TRUE"]
    arguments: list[object] = []

    def add(clause: str, *values: object) -> None:
        places = [f"${len(arguments) + n}" for n in range(1, len(values) + 1)]
        arguments.extend(values)
        clauses.append(clause.format(*places))

    term = (wanted.search or "").strip()
    if term:
        is_indexed = len(term) >= _INDEXED_SEARCH_LENGTH
        add(_CONTAINS if is_indexed else _BEGINS, _pattern(term, is_indexed), term)
    if wanted.status is UserStatus.PENDING_DELETION:
        add("erase_at IS NOT NULL")
    elif wanted.status is not None:
        add(_STATUS[wanted.status], clock.now())
    if wanted.email_verified is not None:
        add("email_verified = {0}", wanted.email_verified)
    if wanted.created_after is not None:
        add("created_at > {0}", wanted.created_after)
    if wanted.created_before is not None:
        add("created_at < {0}", wanted.created_before)
    return " AND ".join(clauses), arguments


def _pattern(term: str, is_anywhere: bool) -> str:
    escaped = term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%" if is_anywhere else f"{escaped}%"
