"""The real schema, read from PostgreSQL's own catalogue: what the models promise is there."""

from __future__ import annotations

import pytest
from tortoise import Tortoise
from tortoise.models import Model

from app.kit import db
from app.tables import APPS

_FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text AS "table", a.attname AS "column", c.conname AS name
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_INDEXES = """
SELECT i.indrelid::regclass::text AS "table", i.indisunique AS is_unique, i.indpred IS NOT NULL AS is_partial,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n) AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND i.indisvalid
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES' AS is_nullable, character_maximum_length AS length
FROM information_schema.columns WHERE table_schema = 'public'
"""


def models() -> list[type[Model]]:
    return [model for room in APPS for model in (Tortoise.apps or {})[room].values()]


async def index_columns(*, unique_only: bool = False) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in await db.fetch(_INDEXES):
        if row["is_unique"] or not unique_only:
            found.setdefault(row["table"], []).append(tuple(row["columns"]))
    return found


async def test_every_room_has_models_and_every_model_its_table() -> None:
    tables = {row["table_name"] for row in await db.fetch(_COLUMNS)} - {"tortoise_migrations"}

    assert {model._meta.db_table for model in models()} == tables
    rooms = {table: [room for room in APPS if table.startswith(f"{room}_")] for table in tables}
    assert [table for table, named in rooms.items() if len(named) != 1] == []
    assert {room for named in rooms.values() for room in named} == set(APPS)


async def test_every_column_has_the_type_and_length_that_its_model_says() -> None:
    stored = {(row["table_name"], row["column_name"]): row for row in await db.fetch(_COLUMNS)}

    wrong = []
    for model in models():
        for name, column in model._meta.fields_db_projection.items():
            row, field = stored[model._meta.db_table, column], model._meta.fields_map[name]
            if row["is_nullable"] != field.null or row["length"] != getattr(field, "max_length", None):
                wrong.append((model._meta.db_table, column))
    assert wrong == []


async def test_moments_are_stored_with_their_zone() -> None:
    kinds = {row["data_type"] for row in await db.fetch(_COLUMNS) if row["data_type"].startswith("timestamp")}

    assert kinds == {"timestamp with time zone"}


async def test_every_foreign_key_begins_an_index() -> None:
    indexes = await index_columns()

    bare = [
        f"{row['table']}.{row['column']}"
        for row in await db.fetch(_FOREIGN_KEYS)
        if row["column"] not in {columns[0] for columns in indexes.get(row["table"], [])}
    ]
    assert bare == []


async def test_every_relation_of_a_model_is_a_foreign_key() -> None:
    stored = {(row["table"], row["column"]) for row in await db.fetch(_FOREIGN_KEYS)}

    promised = {
        (model._meta.db_table, model._meta.fields_map[name].source_field or f"{name}_id")
        for model in models()
        for name in model._meta.fk_fields | model._meta.o2o_fields
    }
    assert promised == stored


async def test_whatever_a_model_calls_unique_is_unique() -> None:
    indexes = await index_columns(unique_only=True)

    missing = []
    for model in models():
        meta = model._meta
        promised = [(column,) for name, column in meta.fields_db_projection.items() if meta.fields_map[name].unique]
        promised += [
            tuple(meta.fields_db_projection.get(name, name) for name in group) for group in meta.unique_together
        ]
        missing += [(meta.db_table, columns) for columns in promised if columns not in indexes.get(meta.db_table, [])]
    assert missing == []


async def test_whatever_a_model_calls_indexed_begins_an_index() -> None:
    indexes = await index_columns()

    missing = []
    for model in models():
        meta = model._meta
        promised = [(column,) for name, column in meta.fields_db_projection.items() if meta.fields_map[name].index]
        promised += [
            tuple(meta.fields_db_projection.get(name, name) for name in getattr(index, "fields", index))
            for index in meta.indexes
        ]
        missing += [
            (meta.db_table, columns)
            for columns in promised
            if not any(found[: len(columns)] == columns for found in indexes.get(meta.db_table, []))
        ]
    assert missing == []


async def test_no_model_relies_on_constraints_that_are_left_out_of_create_table() -> None:
    assert [model.__name__ for model in models() if getattr(model._meta, "constraints", ())] == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("users_user", ("lower(email::text)",)),
        ("users_user", ("lower(username::text)",)),
        ("users_user", ("creation_key",)),
        ("sessions_session", ("token_hash",)),
        ("sessions_browser", ("user_id", "browser_id")),
        ("kit_counter", ("name", "bucket")),
        (
            "authz_tuple",
            (
                "entity_type",
                "entity_id",
                "relation",
                "subject_relation",
                "subject_type",
                "subject_id",
                "deleted_rev",
            ),
        ),
        ("authz_type", ("scope", "name")),
        ("authz_model", ("scope", "version")),
    ],
)
async def test_what_must_be_unique_is_unique_in_the_database(table: str, columns: tuple[str, ...]) -> None:
    assert columns in (await index_columns(unique_only=True))[table]


async def test_no_index_was_left_half_built() -> None:
    assert await db.fetch_value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
