from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.kit.postgres import supervise_postgres
from app.kit.postgres.server import MAX_WAL_BYTES
from app.kit.postgres.space import BALLAST_BYTES, HYSTERESIS_BYTES, MARGIN_BYTES, SINKING_BELOW_BYTES, guard_space

_PLENTY = MARGIN_BYTES + MAX_WAL_BYTES + HYSTERESIS_BYTES
_SOON = timedelta(milliseconds=10)


async def _until(connection, setting):
    async with asyncio.timeout(20):
        while await connection.fetchval("SHOW default_transaction_read_only") != setting:  # noqa: ASYNC110
            await asyncio.sleep(_SOON.total_seconds())


async def test_a_nearly_full_disk_refuses_writes_and_serves_reads_until_there_is_room(data_dir, start):
    instance = start(data_dir)
    free = [_PLENTY]
    supervisor = asyncio.create_task(supervise_postgres(instance, interval=_SOON, measure=lambda _: free[0]))
    connection = await asyncpg.connect(instance.dsn)
    await connection.execute("DROP TABLE IF EXISTS notes; CREATE TABLE notes AS SELECT 'here' AS text")

    free[0] = MARGIN_BYTES - 1
    await _until(connection, "on")

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError) as refusal:
        await connection.execute("INSERT INTO notes VALUES ('more')")
    assert refusal.value.sqlstate == "25006"
    assert await connection.fetchval("SELECT text FROM notes") == "here"

    free[0] = _PLENTY + 1
    await _until(connection, "off")

    await connection.execute("INSERT INTO notes VALUES ('more')")
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2
    supervisor.cancel()
    await asyncio.gather(supervisor, return_exceptions=True)
    await connection.close()


def test_the_ballast_is_given_up_when_nothing_else_is_left_and_taken_back(data_dir, start):
    layout = start(data_dir).server.layout
    ballast = data_dir / "postgres" / "ballast"

    guard_space(layout, lambda _: _PLENTY + BALLAST_BYTES + 1)
    assert ballast.stat().st_size == BALLAST_BYTES
    guard_space(layout, lambda _: SINKING_BELOW_BYTES)
    assert ballast.exists()
    guard_space(layout, lambda _: SINKING_BELOW_BYTES - 1)
    assert not ballast.exists()
    guard_space(layout, lambda _: _PLENTY + BALLAST_BYTES + 1)
    assert ballast.stat().st_blocks * 512 >= BALLAST_BYTES


async def test_a_start_with_room_again_is_writable(data_dir, start):
    switches = data_dir / "postgres" / "cluster" / "auther.conf.d"
    (switches / "read_only.off").rename(switches / "read_only.conf")

    connection = await asyncpg.connect(start(data_dir).dsn)

    assert await connection.fetchval("SHOW default_transaction_read_only") == "off"
    await connection.close()
