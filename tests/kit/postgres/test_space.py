from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.kit.postgres import supervise_postgres
from app.kit.postgres.space import READ_ONLY_BELOW_BYTES, WRITABLE_ABOVE_BYTES

_SOON = timedelta(milliseconds=10)


async def _until(connection, setting):
    async with asyncio.timeout(20):
        while await connection.fetchval("SHOW default_transaction_read_only") != setting:
            await asyncio.sleep(_SOON.total_seconds())


async def test_a_nearly_full_disk_refuses_writes_and_serves_reads_until_there_is_room(data_dir, start):
    instance = start(data_dir)
    free = [WRITABLE_ABOVE_BYTES]
    supervisor = asyncio.create_task(supervise_postgres(instance, interval=_SOON, measure=lambda _: free[0]))
    connection = await asyncpg.connect(instance.dsn)
    await connection.execute("DROP TABLE IF EXISTS notes; CREATE TABLE notes AS SELECT 'here' AS text")

    free[0] = READ_ONLY_BELOW_BYTES - 1
    await _until(connection, "on")

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError) as refusal:
        await connection.execute("INSERT INTO notes VALUES ('more')")
    assert refusal.value.sqlstate == "25006"
    assert await connection.fetchval("SELECT text FROM notes") == "here"

    free[0] = WRITABLE_ABOVE_BYTES + 1
    await _until(connection, "off")

    await connection.execute("INSERT INTO notes VALUES ('more')")
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2
    supervisor.cancel()
    await asyncio.gather(supervisor, return_exceptions=True)
    await connection.close()


async def test_a_start_with_room_again_is_writable(data_dir, start):
    switches = data_dir / "postgres" / "cluster" / "auther.conf.d"
    (switches / "read_only.off").rename(switches / "read_only.conf")

    connection = await asyncpg.connect(start(data_dir).dsn)

    assert await connection.fetchval("SHOW default_transaction_read_only") == "off"
    await connection.close()
