"""Tables of the signing room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Key(Model):
    """A signing key. Its private half is sealed under the purpose `signing-key`."""

    id = fields.CharField(primary_key=True, max_length=64)
    kid = fields.CharField(max_length=64, unique=True)
    alg = fields.CharField(max_length=16)
    public_jwk = fields.JSONField[dict[str, str]]()
    sealed_private = fields.BinaryField()
    created_at = fields.DatetimeField()
    activates_at = fields.DatetimeField()
    retires_at = fields.DatetimeField()
    removes_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "signing_key"
