"""Tables of the impersonation room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Request(Model):
    """That an operator wants to act as a user; the browser session that asked for it may begin, once and soon."""

    id = fields.CharField(primary_key=True, max_length=64)
    session: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "sessions.Session", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    operator: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    reason = fields.TextField()
    ttl_seconds = fields.IntField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "impersonation_request"
