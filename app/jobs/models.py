"""Tables of the jobs room. Rows are written by plain SQL only (`queries`)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class JobRow(Model):
    """A job.

    `seq` counts up in the order of enqueuing. `due_at` is when the job may be claimed: its start
    time while ready, the end of its lease while running, NULL otherwise. `run_at` is the wanted
    start. `claimed_by` and `attempt` together name one lease: who lost it cannot finish the job.
    `progress_done` and `progress_total` count steps of the present attempt; `result` is what a handler left.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    seq = fields.BigIntField()
    kind = fields.CharField(max_length=100)
    payload = fields.JSONField[dict[str, object]]()
    key = fields.CharField(max_length=255, null=True)
    lane = fields.CharField(max_length=255, null=True)
    state = fields.CharField(max_length=16)
    attempt = fields.IntField()
    max_attempts = fields.IntField()
    run_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    claimed_by = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)
    progress_done = fields.BigIntField(null=True)
    progress_total = fields.BigIntField(null=True)
    result = fields.JSONField[object](null=True)

    class Meta:
        table = "jobs_job"


class Schedule(Model):
    """When a periodic kind runs next; the row lock makes it run once across processes."""

    kind = fields.CharField(primary_key=True, max_length=100)
    next_run_at = fields.DatetimeField()

    class Meta:
        table = "jobs_schedule"
