"""Tables of the api_keys room."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Key(Model):
    """An API key with the SHA-256 of its secret and of the former one. Exactly one of user and client owns it."""

    id = fields.CharField(primary_key=True, max_length=64)
    name = fields.CharField(max_length=120)
    note = fields.CharField(max_length=1000, null=True)
    user: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, null=True, on_delete=fields.CASCADE
    )
    client: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, null=True, on_delete=fields.CASCADE
    )
    created_by_kind = fields.CharField(max_length=16)
    created_by_id = fields.CharField(max_length=64, null=True)
    uses = ArrayField(element_type="text")
    scopes = ArrayField(element_type="text")
    allowed_addresses = ArrayField(element_type="text")
    rate_limit_per_minute = fields.IntField(null=True)
    is_enabled = fields.BooleanField(default=True)
    secret_hash = fields.BinaryField()
    former_hash = fields.BinaryField(null=True)
    former_ends_at = fields.DatetimeField(null=True)
    hint = fields.CharField(max_length=4)
    version = fields.IntField()
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField(null=True)
    rotated_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "api_keys_key"
