"""The real schema: what Tortoise leaves out is there."""

from __future__ import annotations

import pytest

from app.kit import db

_INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = ANY(ARRAY['clients_client', 'clients_secret'])"
_CONSTRAINTS = """
SELECT conname, contype::text, confdeltype::text FROM pg_constraint
WHERE conrelid IN ('clients_client'::regclass, 'clients_secret'::regclass) AND contype IN ('c', 'f')
"""
_FOREIGN_KEY_INDEX = """
SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = $1::text::regclass AND a.attname = $2
"""


async def test_every_index_that_a_list_needs_is_there() -> None:
    names = {row["indexname"] for row in await db.fetch(_INDEXES)}

    assert {
        "clients_client_creation_key", "clients_client_created_idx", "clients_client_name_idx",
        "clients_client_kind_idx", "clients_client_disabled_idx", "clients_client_search_idx",
        "clients_client_id_prefix_idx", "clients_client_origins_idx",
    } <= names  # fmt: skip


@pytest.mark.parametrize(("table", "column"), [("clients_client", "owner_id"), ("clients_secret", "client_id")])
async def test_foreign_keys_have_an_index(table: str, column: str) -> None:
    assert await db.fetch_value(_FOREIGN_KEY_INDEX, table, column) == 1


async def test_constraints_are_there() -> None:
    rows = await db.fetch(_CONSTRAINTS)

    assert {row["conname"] for row in rows if row["contype"] == "c"} == {
        "clients_client_kind_check",
        "clients_secret_hash_check",
    }
    assert sorted(row["confdeltype"] for row in rows if row["contype"] == "f") == ["c", "n"]
