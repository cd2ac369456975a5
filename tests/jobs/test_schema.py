"""The real schema holds what the queries rely on."""

from __future__ import annotations

import asyncpg
import pytest

from app.kit import db
from tests.jobs.support import add, read


async def test_queue_has_its_partial_and_unique_indexes() -> None:
    rows = await db.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'jobs_job'")
    indexes = {row["indexname"]: row["indexdef"] for row in rows}

    assert set(indexes) == {
        "jobs_job_pkey",
        "jobs_job_due_idx",
        "jobs_job_kind_idx",
        "jobs_job_key_key",
        "jobs_job_lane_head",
        "jobs_job_lane_idx",
        "jobs_job_ended_idx",
    }
    assert indexes["jobs_job_lane_head"].startswith("CREATE UNIQUE INDEX")
    assert indexes["jobs_job_key_key"].startswith("CREATE UNIQUE INDEX")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE jobs_job SET state = 'lost', due_at = NULL",
        "UPDATE jobs_job SET due_at = NULL",
        "UPDATE jobs_job SET state = 'done'",
        "INSERT INTO jobs_job (id, kind, payload, lane, state, attempt, max_attempts, run_at, due_at, created_at)"
        " SELECT 'job_second', kind, payload, lane, state, attempt, max_attempts, run_at, due_at, created_at"
        " FROM jobs_job",
    ],
)
async def test_database_refuses_impossible_jobs(sql: str) -> None:
    job_id = await add(lane="a")
    before = await read(job_id)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await db.execute(sql)

    assert await read(job_id) == before
