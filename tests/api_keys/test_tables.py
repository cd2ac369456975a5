"""The real schema: what Tortoise leaves out is there."""

from __future__ import annotations

import asyncpg
import pytest

from app.kit import db
from tests.api_keys.support import make_key
from tests.support import make_user

_CONSTRAINTS = """
SELECT conname, contype::text, confdeltype::text FROM pg_constraint
WHERE conrelid = 'api_keys_key'::regclass AND contype IN ('c', 'f')
"""


async def test_every_index_that_a_list_needs_is_there() -> None:
    rows = await db.fetch("SELECT indexname FROM pg_indexes WHERE tablename = 'api_keys_key'")

    assert {row["indexname"].removeprefix("api_keys_key_") for row in rows} == {
        "pkey", "creation_key", "user_idx", "client_idx", "created_idx", "name_idx", "used_idx", "disabled_idx",
        "search_idx", "id_prefix_idx",
    }  # fmt: skip


async def test_constraints_are_there() -> None:
    rows = await db.fetch(_CONSTRAINTS)

    assert {row["conname"].removeprefix("api_keys_key_") for row in rows if row["contype"] == "c"} == {
        "owner_check", "hash_check", "former_check", "numbers_check",
    }  # fmt: skip
    assert [row["confdeltype"] for row in rows if row["contype"] == "f"] == ["c", "c"]


@pytest.mark.parametrize(
    "change",
    ["user_id = NULL", "secret_hash = '\\x00'", "former_ends_at = now()", "version = 0", "rate_limit_per_minute = 0"],
)
async def test_what_must_not_be_cannot_be_stored(change: str) -> None:
    await make_key(await make_user())

    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute(f"UPDATE api_keys_key SET {change}")
