"""Tables of the credentials room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Password(Model):
    """A user's password. `version` grows with each change; links remember it."""

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[Model] = fields.OneToOneField(
        "users.User", related_name=False, on_delete=fields.CASCADE
    )
    phc = fields.CharField(max_length=512)
    version = fields.IntField()
    must_change = fields.BooleanField(default=False)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "credentials_password"


class Link(Model):
    """A one-time link; `details` are sealed. Swept some time after it expired."""

    id = fields.CharField(primary_key=True, max_length=64)
    token_hash = fields.BinaryField()
    purpose = fields.CharField(max_length=32)
    user: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, null=True, on_delete=fields.CASCADE
    )
    email = fields.CharField(max_length=254)
    password_version = fields.IntField()
    details = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "credentials_link"


class Throttle(Model):
    """Wrong passwords in one bucket. A trusted one is a browser that reset the password just now."""

    id = fields.CharField(primary_key=True, max_length=64)
    failures = fields.IntField()
    is_trusted = fields.BooleanField(default=False)
    last_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "credentials_throttle"
