"""Tables of the sessions room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Session(Model):
    """A signed-in browser. Ended sessions stay a while, so that their refresh tokens are known to be dead."""

    id = fields.CharField(primary_key=True, max_length=64)
    token_hash = fields.BinaryField()
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE
    )
    browser_id = fields.CharField(max_length=64)
    device = fields.CharField(max_length=80)
    ip = fields.CharField(max_length=45, null=True)
    user_agent = fields.CharField(max_length=512, null=True)
    acr = fields.CharField(max_length=64)
    amr = fields.JSONField[list[str]]()
    auth_time = fields.DatetimeField()
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    impersonator_id = fields.CharField(max_length=64, null=True)
    # Of a session in which an operator acts as the user: the operator's own, which it does not outlive.
    parent_id = fields.CharField(max_length=64, null=True, db_index=True)

    class Meta:
        table = "sessions_session"


class Browser(Model):
    """A browser that a user has signed in with before."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE
    )
    browser_id = fields.CharField(max_length=64)
    first_seen_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()

    class Meta:
        table = "sessions_browser"
        unique_together = (("user_id", "browser_id"),)


class Flow(Model):
    """A request to sign in, bound to the browser it began in."""

    id = fields.CharField(primary_key=True, max_length=64)
    browser_id = fields.CharField(max_length=64)
    return_to = fields.TextField()
    client_id = fields.CharField(max_length=255, null=True)
    client_name = fields.CharField(max_length=200, null=True)
    login_hint = fields.CharField(max_length=254, null=True)
    ui_locales = fields.CharField(max_length=200, null=True)
    is_sign_up = fields.BooleanField(default=False)
    must_reauthenticate = fields.BooleanField(default=False)
    must_choose_account = fields.BooleanField(default=False)
    min_auth_time = fields.DatetimeField(null=True)
    requires_mfa = fields.BooleanField(db_default=False)
    origin = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    session: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "sessions.Session", related_name=False, null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "sessions_flow"
