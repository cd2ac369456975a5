"""Schema migrations: all pending ones in one transaction under one lock.

Several processes may start at once: the first migrates, the others wait and find nothing to do.
A crash in the middle leaves the schema as it was.
"""

from __future__ import annotations

from typing import Any

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

from app.kit.db_errors import translated

_CONNECTION = "default"
_LOCK_KEY = 0x41757468  # "Auth"
_LOCK = f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"
_HAS_RECORDS = "SELECT to_regclass('tortoise_migrations') IS NOT NULL AS found"


async def migrate(apps: dict[str, dict[str, Any]]) -> list[str]:
    """Bring the schema up to date; the names of the migrations applied, in order.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    applied: list[str] = []

    def note(event: str, room: str, name: str) -> None:
        if event == "apply_done":
            applied.append(f"{room}.{name}")

    with translated():
        async with in_transaction(_CONNECTION) as transaction:
            await transaction.execute_query(_LOCK)
            executor = MigrationExecutor(transaction, apps)
            # Its loader reads the table before it makes it, which would end this transaction.
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
            await executor.migrate(direction="forward", progress=note)
    return applied


async def list_pending(apps: dict[str, dict[str, Any]]) -> list[str]:
    """Names of the migrations that the database lacks.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    connection = get_connection(_CONNECTION)
    executor = MigrationExecutor(connection, apps)
    await executor.loader.build_graph()
    wanted = {f"{key.app_label}.{key.name}" for key in executor.loader.graph.nodes}
    with translated():
        found = await connection.execute_query_dict(_HAS_RECORDS)
        if not found[0]["found"]:
            return sorted(wanted)
        records = await MigrationRecorder(connection).applied_migrations()
    return sorted(wanted - {f"{key.app_label}.{key.name}" for key in records})
