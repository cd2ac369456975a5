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

_INDEXES_OF = "SELECT indexname FROM pg_indexes WHERE tablename = $1"
_CHECKS_OF = "SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'"
# Columns that refer to clients, by a foreign key or by their name, and how many characters they have room for.
_REFERRING = """
SELECT t.relname || '.' || a.attname AS name, a.atttypmod - 4 AS room
FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid AND t.relkind = 'r'
WHERE t.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND a.atttypid = 'varchar'::regtype AND (
    a.attname = 'client_id' OR (a.attrelid = 'clients_client'::regclass AND a.attname = 'id') OR EXISTS (
        SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = 'clients_client'::regclass
        AND k.conrelid = a.attrelid AND k.conkey[1] = a.attnum))
"""


async def test_every_index_that_a_list_needs_is_there() -> None:
    names = {row["indexname"] for row in await db.fetch(_INDEXES)}

    assert {
        "clients_client_creation_key", "clients_client_created_idx", "clients_client_name_idx",
        "clients_client_kind_idx", "clients_client_disabled_idx", "clients_client_search_idx",
        "clients_client_id_prefix_idx", "clients_client_origins_idx",
    } <= names  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [("clients_client", "owner_id"), ("clients_client", "initial_token_id"), ("clients_secret", "client_id")],
)
async def test_foreign_keys_have_an_index(table: str, column: str) -> None:
    assert await db.fetch_value(_FOREIGN_KEY_INDEX, table, column) == 1


async def test_constraints_are_there() -> None:
    rows = await db.fetch(_CONSTRAINTS)

    assert {row["conname"] for row in rows if row["contype"] == "c"} == {
        "clients_client_kind_check",
        "clients_client_registration_check",
        "clients_client_source_check",
        "clients_secret_hash_check",
    }
    assert sorted(row["confdeltype"] for row in rows if row["contype"] == "f") == ["c", "n", "n"]


async def test_the_tables_of_registration_are_as_they_should_be() -> None:
    indexes = {row["indexname"] for row in await db.fetch(_INDEXES_OF, "clients_initial_token")}
    checks = {row["conname"] for row in await db.fetch(_CHECKS_OF, "clients_initial_token")}

    assert {
        "clients_initial_token_hash_key", "clients_initial_token_creation_key", "clients_initial_token_created_idx",
    } <= indexes  # fmt: skip
    assert checks == {"clients_initial_token_hash_check", "clients_initial_token_uses_check"}


async def test_wherever_a_client_is_referred_to_its_id_may_be_the_url_of_a_document() -> None:
    rooms = {row["name"]: row["room"] for row in await db.fetch(_REFERRING)}

    assert {"clients_client.id", "clients_secret.client_id", "oidc_code.client_id", "sessions_flow.client_id"} <= set(
        rooms
    )
    assert {name: room for name, room in rooms.items() if room < 255} == {}
