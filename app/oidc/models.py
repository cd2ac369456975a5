"""Tables of the oidc room. Hash indexes and the consent's uniqueness are in the migration."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Interaction(Model):
    """A request to authorize that waits for a sign-in or a consent, bound to the browser it came from."""

    id = fields.CharField(primary_key=True, max_length=64)
    browser_id = fields.CharField(max_length=64)
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    params = fields.JSONField[dict[str, str | list[str]]]()
    pushed_id = fields.CharField(max_length=64, null=True)
    flow_id = fields.CharField(max_length=64, null=True)
    consented_by = fields.CharField(max_length=64, null=True)
    consented_scope = fields.TextField(db_default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "oidc_interaction"


class PushedRequest(Model):
    """A request that a client pushed (RFC 9126), by the hash of what names it.

    Rows outlive `expires_at` while requests wait for a person: `used_at` tells that it was answered.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    hash = fields.BinaryField()
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    params = fields.JSONField[dict[str, str | list[str]]]()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "oidc_pushed_request"


class Code(Model):
    """An authorization code. Spent ones stay a while, so that a second use is recognised.

    No foreign keys: a row lives for an hour, and redemption looks at client, user and session anyway.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    hash = fields.BinaryField()
    client_id = fields.CharField(max_length=255)
    user_id = fields.CharField(max_length=64)
    session_id = fields.CharField(max_length=64)
    redirect_uri = fields.TextField(null=True)
    code_challenge = fields.CharField(max_length=43, null=True)
    nonce = fields.TextField(null=True)
    scope = fields.TextField()
    claims = fields.JSONField[dict[str, list[str]]]()
    auth_time = fields.DatetimeField()
    acr = fields.CharField(max_length=64)
    amr = fields.TextField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)
    grant_id = fields.CharField(max_length=64, null=True)
    dpop_jkt = fields.CharField(max_length=43, null=True)
    resources = fields.TextField(db_default="")

    class Meta:
        table = "oidc_code"


class Grant(Model):
    """What one redeemed code gave: access tokens name it, and the refresh tokens are its state.

    `refresh_hash` is the refresh token in force, `spent_hash` its predecessor, `successor` the one
    in force, sealed, for the grace period only. `dpop_jkt` is the key that its latest tokens are bound to.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    session_id = fields.CharField(max_length=64, db_index=True)
    scope = fields.TextField()
    claims = fields.JSONField[dict[str, list[str]]]()
    auth_time = fields.DatetimeField()
    acr = fields.CharField(max_length=64)
    amr = fields.TextField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    revoked_at = fields.DatetimeField(null=True)
    refresh_hash = fields.BinaryField(null=True)
    refresh_expires_at = fields.DatetimeField(null=True)
    spent_hash = fields.BinaryField(null=True)
    spent_at = fields.DatetimeField(null=True)
    successor = fields.BinaryField(null=True)
    dpop_jkt = fields.CharField(max_length=43, null=True)
    resources = fields.TextField(db_default="")

    class Meta:
        table = "oidc_grant"


class Participant(Model):
    """That a session gave a client tokens: who hears of its end."""

    id = fields.BigIntField(primary_key=True)
    session: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "sessions.Session", related_name=False, on_delete=fields.CASCADE
    )
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )

    class Meta:
        table = "oidc_participant"
        unique_together = (("session_id", "client_id"),)


class Consent(Model):
    """That a user has used a client, and the scopes they said yes to (none for a first-party client)."""

    id = fields.CharField(primary_key=True, max_length=64)
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE
    )
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    scope = fields.TextField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "oidc_consent"


class RevokedToken(Model):
    """An access token revoked by itself. Swept once it would have expired anyway."""

    id = fields.CharField(primary_key=True, max_length=64)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "oidc_revoked_token"


class Device(Model):
    """A device that waits for a person to let it in (RFC 8628). Both codes are kept as hashes only.

    `entered_by` is the session that typed the user code last: only it may decide. `is_allowed` is what it decided.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    device_hash = fields.BinaryField()
    user_code_hash = fields.BinaryField()
    client: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    scope = fields.TextField()
    ip = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    interval_seconds = fields.IntField()
    polled_at = fields.DatetimeField(null=True)
    entered_by = fields.CharField(max_length=64, null=True)
    user_id = fields.CharField(max_length=64, null=True)
    is_allowed = fields.BooleanField(null=True)
    auth_time = fields.DatetimeField(null=True)
    acr = fields.CharField(max_length=64, null=True)
    amr = fields.TextField(null=True)
    grant_id = fields.CharField(max_length=64, null=True)
    resources = fields.TextField(db_default="")

    class Meta:
        table = "oidc_device"


class SpentAssertion(Model):
    """The `jti` of a client's assertion, as a hash with the client's id: it is used once (RFC 7523 §3)."""

    id = fields.CharField(primary_key=True, max_length=64)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "oidc_spent_assertion"


class SpentProof(Model):
    """A DPoP proof, as a hash of its key and its `jti`: it is used once (RFC 9449 §11.1)."""

    id = fields.CharField(primary_key=True, max_length=43)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "oidc_spent_proof"


class PairwiseKey(Model):
    """The one key that pairwise subjects are made with, sealed: it must outlive every secret (OIDC Core §8.1)."""

    id = fields.CharField(primary_key=True, max_length=16)
    sealed = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "oidc_pairwise_key"
