"""The kit's one table: counters of rate limits."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Counter(Model):
    """Hits in one window. Swept when `expires_at` is over."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=64)
    bucket = fields.CharField(max_length=256)
    window_start = fields.BigIntField()
    hits = fields.IntField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "kit_counter"
        unique_together = (("name", "bucket"),)
