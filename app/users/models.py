"""Tables of the users room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class User(Model):
    """An account. E-mail and username are unique without regard to case (indexes in the migration)."""

    id = fields.CharField(primary_key=True, max_length=64)
    email = fields.CharField(max_length=254)
    email_verified = fields.BooleanField(default=False)
    username = fields.CharField(max_length=64, null=True)
    name = fields.CharField(max_length=200, null=True)
    picture = fields.CharField(max_length=2048, null=True)
    locale = fields.CharField(max_length=35, null=True)
    zoneinfo = fields.CharField(max_length=64, null=True)
    attributes = fields.JSONField[dict[str, object]](default=dict)
    banned_at = fields.DatetimeField(null=True)
    ban_until = fields.DatetimeField(null=True)
    ban_reason = fields.CharField(max_length=500, null=True)
    banned_by = fields.CharField(max_length=64, null=True)
    erase_at = fields.DatetimeField(null=True)
    erase_asked_at = fields.DatetimeField(null=True)
    erase_asked_by = fields.CharField(max_length=64, null=True)
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    last_sign_in_at = fields.DatetimeField(null=True)

    class Meta:
        table = "users_user"


class Tombstone(Model):
    """An id that was deleted: it can not be given again."""

    id = fields.CharField(primary_key=True, max_length=64)
    deleted_at = fields.DatetimeField()
    deleted_by = fields.CharField(max_length=64, null=True)
    merged_into = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "users_tombstone"
