"""Tables of the upstream room."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Provider(Model):
    """Who signs people in for us. Endpoints are NULL where discovery tells them; the secret is sealed."""

    id = fields.CharField(primary_key=True, max_length=64)
    slug = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=16)
    is_enabled = fields.BooleanField(default=True)
    issuer = fields.CharField(max_length=2048, null=True)
    authorization_endpoint = fields.CharField(max_length=2048, null=True)
    token_endpoint = fields.CharField(max_length=2048, null=True)
    userinfo_endpoint = fields.CharField(max_length=2048, null=True)
    emails_endpoint = fields.CharField(max_length=2048, null=True)
    client_id = fields.CharField(max_length=300)
    client_secret = fields.BinaryField(null=True)
    token_endpoint_auth_method = fields.CharField(max_length=32)
    scopes = ArrayField(element_type="text")
    claims = fields.JSONField[dict[str, str]](default=dict)
    trusts_email = fields.BooleanField(default=False)
    can_sign_up = fields.BooleanField(default=False)
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "upstream_provider"


class Identity(Model):
    """An account at a provider and whose it is here. `email` is what the provider said last, to recognise it by."""

    id = fields.CharField(primary_key=True, max_length=64)
    provider: fields.ForeignKeyRelation[Provider] = fields.ForeignKeyField(
        "upstream.Provider", related_name=False, on_delete=fields.CASCADE
    )
    subject = fields.CharField(max_length=255)
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    email = fields.CharField(max_length=254, null=True)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "upstream_identity"
        unique_together = (("provider_id", "subject"),)


class Attempt(Model):
    """Somebody on the way to a provider: single use, bound to the browser. `id` is the SHA-256 of the state, in hex."""

    id = fields.CharField(primary_key=True, max_length=64)
    provider: fields.ForeignKeyRelation[Provider] = fields.ForeignKeyField(
        "upstream.Provider", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    browser_hash = fields.BinaryField()
    secrets = fields.BinaryField()
    flow_id = fields.CharField(max_length=64, null=True)
    next = fields.CharField(max_length=2048, null=True)
    user: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, null=True, on_delete=fields.CASCADE, db_index=True
    )
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "upstream_attempt"
