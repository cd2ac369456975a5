"""Many users at once, and what lists of them should give, in plain Python."""

from __future__ import annotations

from datetime import datetime

from app.kit import db
from app.users.types import User, UserFilter, UserSort

_INSERT = """
INSERT INTO users_user (id, email, email_verified, username, name, attributes, banned_at, ban_until, created_at,
                        updated_at, last_sign_in_at)
VALUES ($1, $2, $3, $4, $5, '{}', $6, $7, $8, $8, $9)
"""
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


async def store_users(rows: list[tuple[object, ...]]) -> None:
    """Rows of id, email, email_verified, username, name, banned_at, ban_until, created_at, last_sign_in_at."""
    await db.execute_many(_INSERT, rows)


def simple_lower(text: str) -> str:
    """Lower case one character at a time, as PostgreSQL's built-in locale has it."""
    return "".join(character.lower()[0] for character in text)


def sort_key(user: User, sort: UserSort) -> tuple[object, str]:
    """What a list is sorted by."""
    column = sort.name.rpartition("_")[0]
    values: dict[str, object] = {
        "EMAIL": simple_lower(user.email).encode(),
        "NAME": simple_lower(user.name or "").encode(),
        "CREATED_AT": user.created_at,
        "LAST_SIGN_IN_AT": user.last_sign_in_at or _NEVER,
    }
    return values[column], user.id


def matches(user: User, wanted: UserFilter) -> bool:
    """Whether a user belongs on a filtered list."""
    return (
        (not (wanted.search or "").strip() or is_found(user, (wanted.search or "").strip()))
        and (wanted.status is None or user.status is wanted.status)
        and (wanted.email_verified is None or user.email_verified is wanted.email_verified)
        and (wanted.created_after is None or user.created_at > wanted.created_after)
        and (wanted.created_before is None or user.created_at < wanted.created_before)
    )


def is_found(user: User, term: str) -> bool:
    """Anywhere in the texts; a term under three characters at the beginning of one of them; or the whole id."""
    wanted = simple_lower(term)
    texts = [simple_lower(text) for text in (user.email, user.username or "", user.name or "")]
    if len(term) < 3:
        return user.id == term or any(text.startswith(wanted) for text in texts)
    return user.id == term or wanted in " ".join(texts)


def expected_list(users: list[User], wanted: UserFilter, sort: UserSort) -> list[User]:
    """The whole list, in order."""
    chosen = [user for user in users if matches(user, wanted)]
    return sorted(chosen, key=lambda user: sort_key(user, sort), reverse=sort.name.endswith("DESC"))
