"""Rows of any table that names a user, made from what the database says of its columns."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from app.kit import clock, db

_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.atttypmod - 4 AS size,
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS is_needed
FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_PARENTS = """
SELECT a.attname AS name, c.confrelid::regclass::text AS parent
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.conrelid = $1::text::regclass
"""
# The first value that a check allows in a column: `purpose = ANY (ARRAY['verify_email'::text, …])`.
_CHECKS = """
SELECT a.attname AS name, substring(pg_get_constraintdef(c.oid) FROM $re$ARRAY\\[\\(?'([^']+)'$re$) AS allowed
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'c' AND c.conrelid = $1::text::regclass
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
# By name, where no foreign key says whose a row is.
NAMES = frozenset({"user_id", "consented_by"})


async def list_tables() -> list[str]:
    return [row["relname"] for row in await db.fetch(_TABLES)]


async def user_columns(table: str) -> list[str]:
    """The columns that say whose a row is."""
    keys = {row["name"] for row in await db.fetch(_PARENTS, table) if row["parent"] == "users_user"}
    named = {row["name"] for row in await db.fetch(_COLUMNS, table)} & NAMES
    return sorted(keys | named)


async def mentions(text: str) -> set[str]:
    """The tables that hold this text anywhere."""
    found = set()
    for name in await list_tables():
        if await db.fetch_value(f'SELECT EXISTS (SELECT FROM "{name}" t WHERE t::text LIKE $1)', f"%{text}%"):
            found.add(name)
    return found


async def insert_row(table: str, given: dict[str, Any], whose: str) -> str:
    """A row with these values, and something in every other column that needs it; its id.

    Args:
        whose: rows that it hangs from are those of this user, where there are such.
    """
    parents = {row["name"]: row["parent"] for row in await db.fetch(_PARENTS, table)}
    allowed = {row["name"]: row["allowed"] for row in await db.fetch(_CHECKS, table) if row["allowed"]}
    values = dict(given)
    for column in await db.fetch(_COLUMNS, table):
        name = column["name"]
        if name in values or not column["is_needed"]:
            continue
        made = allowed.get(name) or _make(column["type"], column["size"])
        values[name] = await any_row(parents[name], whose) if name in parents else made
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    sql = f'INSERT INTO "{table}" ({", ".join(values)}) VALUES ({places}) RETURNING *'
    row = await db.fetch_row(sql, *values.values())
    assert row is not None
    return str(row[0])


async def any_row(table: str, whose: str) -> str:
    """The id of some row of a table, best one that names the user; made when there is none."""
    sql = f'SELECT id FROM "{table}" t ORDER BY t::text LIKE $1 DESC LIMIT 1'
    found = await db.fetch_value(sql, f"%{whose}%")
    return str(found) if found is not None else await insert_row(table, {}, whose)


def _make(kind: str, size: int) -> object:
    if kind.endswith("[]"):
        return []
    made: dict[str, object] = {
        "bytea": secrets.token_bytes(32),
        "timestamp with time zone": clock.now() + timedelta(minutes=5),
        "boolean": False,
        "jsonb": "{}",
        "integer": 1,
        "bigint": 1,
        "smallint": 1,
    }
    return made.get(kind, secrets.token_hex(32)[: size if size > 0 else 64])
