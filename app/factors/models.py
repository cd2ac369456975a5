"""Tables of the factors room."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Totp(Model):
    """A user's authenticator app: its sealed secret, and the last time step whose code was used."""

    id = fields.BigIntField(primary_key=True)
    user: fields.OneToOneRelation[Model] = fields.OneToOneField(
        "users.User", related_name=False, on_delete=fields.CASCADE
    )
    secret = fields.BinaryField()
    last_step = fields.BigIntField()
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "factors_totp"


class RecoveryCode(Model):
    """The keyed hash of a recovery code."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    code_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "factors_recovery_code"


class Passkey(Model):
    """A WebAuthn credential. `sign_count` only grows; of a passkey that does not count it stays 0."""

    id = fields.CharField(primary_key=True, max_length=64)
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    credential_id = fields.BinaryField()
    public_key = fields.BinaryField()
    sign_count = fields.BigIntField()
    name = fields.CharField(max_length=60)
    aaguid = fields.CharField(max_length=36)
    transports = ArrayField(element_type="text")
    is_backup_eligible = fields.BooleanField()
    is_backed_up = fields.BooleanField()
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "factors_passkey"


class Challenge(Model):
    """A WebAuthn challenge that was answered, so that nobody answers it again; kept until it would be over."""

    id = fields.CharField(primary_key=True, max_length=64)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "factors_challenge"
