"""Tables of the clients room."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault
from tortoise.models import Model

_NONE = SqlDefault("'{}'")


class Client(Model):
    """An OAuth client. NULL in a column with a default leaves the value to the settings."""

    # The URL of its metadata document is the id of a client that has one.
    id = fields.CharField(primary_key=True, max_length=255)
    name = fields.CharField(max_length=120)
    description = fields.CharField(max_length=1000, null=True)
    kind = fields.CharField(max_length=16)
    is_enabled = fields.BooleanField(default=True)
    is_first_party = fields.BooleanField(default=False)
    is_declared = fields.BooleanField(default=False)
    source = fields.CharField(max_length=16, db_default="operator")
    initial_token: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "clients.InitialToken", related_name=False, null=True, on_delete=fields.SET_NULL, db_index=True
    )
    registration_hash = fields.BinaryField(null=True)
    owner: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, null=True, on_delete=fields.SET_NULL, db_index=True
    )
    redirect_uris = ArrayField(element_type="text")
    post_logout_redirect_uris = ArrayField(element_type="text")
    origins = ArrayField(element_type="text")
    grant_types = ArrayField(element_type="text")
    scopes = ArrayField(element_type="text")
    token_endpoint_auth_method = fields.CharField(max_length=32)
    token_endpoint_auth_signing_alg = fields.CharField(max_length=16, null=True)
    jwks = fields.TextField(null=True)
    jwks_uri = fields.CharField(max_length=2048, null=True)
    allowed_audiences = ArrayField(element_type="text", db_default=_NONE)
    token_exchange_clients = ArrayField(element_type="text", db_default=_NONE)
    resource_uris = ArrayField(element_type="text", db_default=_NONE)
    id_token_signed_response_alg = fields.CharField(max_length=16, null=True)
    access_token_ttl_seconds = fields.IntField(null=True)
    refresh_token_ttl_seconds = fields.IntField(null=True)
    require_pkce = fields.BooleanField(default=True)
    require_mfa = fields.BooleanField(db_default=False)
    subject_type = fields.CharField(max_length=16, db_default="public")
    sector_identifier_uri = fields.CharField(max_length=2048, null=True)
    userinfo_signed_response_alg = fields.CharField(max_length=16, null=True)
    introspection_signed_response_alg = fields.CharField(max_length=16, null=True)
    request_object_signing_alg = fields.CharField(max_length=16, null=True)
    require_signed_request_object = fields.BooleanField(db_default=False)
    require_pushed_authorization_requests = fields.BooleanField(db_default=False)
    request_uris = ArrayField(element_type="text", db_default=_NONE)
    dpop_bound_access_tokens = fields.BooleanField(db_default=False)
    default_max_age = fields.IntField(null=True)
    default_acr_values = ArrayField(element_type="text", db_default=_NONE)
    initiate_login_uri = fields.CharField(max_length=2048, null=True)
    backchannel_logout_uri = fields.CharField(max_length=2048, null=True)
    backchannel_logout_session_required = fields.BooleanField(db_default=False)
    frontchannel_logout_uri = fields.CharField(max_length=2048, null=True)
    frontchannel_logout_session_required = fields.BooleanField(db_default=False)
    software_id = fields.CharField(max_length=200, null=True)
    software_version = fields.CharField(max_length=100, null=True)
    client_uri = fields.CharField(max_length=2048, null=True)
    logo_uri = fields.CharField(max_length=2048, null=True)
    tos_uri = fields.CharField(max_length=2048, null=True)
    policy_uri = fields.CharField(max_length=2048, null=True)
    contacts = ArrayField(element_type="text")
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "clients_client"


class Secret(Model):
    """The SHA-256 of a client secret; at most two of a client work at a time."""

    id = fields.CharField(primary_key=True, max_length=64)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    secret_hash = fields.BinaryField()
    hint = fields.CharField(max_length=4)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "clients_secret"


class InitialToken(Model):
    """An initial access token (RFC 7591 §3): the SHA-256 of it, how often it may be used, what its clients may be.

    NULL in a bound means: whatever such a client may have.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    name = fields.CharField(max_length=120)
    token_hash = fields.BinaryField()
    hint = fields.CharField(max_length=4)
    scopes = ArrayField(element_type="text", null=True)
    grant_types = ArrayField(element_type="text", null=True)
    require_pkce = fields.BooleanField(db_default=True)
    max_uses = fields.IntField(null=True)
    uses = fields.IntField(db_default=0)
    created_by_kind = fields.CharField(max_length=16)
    created_by_id = fields.CharField(max_length=64, null=True)
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "clients_initial_token"


class Document(Model):
    """When a client's metadata document was asked for and understood last, and until when the answer counts.

    `problem` is why it makes no client. What it says is in the client's own row.
    """

    id = fields.CharField(primary_key=True, max_length=255)
    asked_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    fresh_until = fields.DatetimeField(db_index=True)
    problem = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "clients_document"
