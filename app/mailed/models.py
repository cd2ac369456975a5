"""Tables of the mailed room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Code(Model):
    """A browser's wish to sign in by mail, and hashes of what was mailed. Without a user nobody was meant."""

    id = fields.CharField(primary_key=True, max_length=64)
    browser_id = fields.CharField(max_length=64, unique=True)
    login = fields.CharField(max_length=320)
    user: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, null=True, on_delete=fields.CASCADE, db_index=True
    )
    email = fields.CharField(max_length=254, null=True)
    password_version = fields.IntField(null=True)
    code_hash = fields.BinaryField(null=True)
    link_hash = fields.BinaryField(null=True)
    guesses = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "mailed_code"
