"""Tables of the events room. Rows are written by plain SQL only (`queries`)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class AuditRow(Model):
    """One thing that happened. A trigger lets a row change in two ways only: it is chained once
    (`position`, `link`), and each group of personal fields is erased once together with its salt.

    `before` and `after` hold JSON as text, because the signature covers their exact bytes.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    seq = fields.BigIntField()
    action = fields.CharField(max_length=100)
    outcome = fields.CharField(max_length=16)
    occurred_at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.CharField(max_length=255, null=True)
    impersonator_id = fields.CharField(max_length=255, null=True)
    session_id = fields.CharField(max_length=255, null=True)
    client_id = fields.CharField(max_length=255, null=True)
    target_type = fields.CharField(max_length=64)
    target_id = fields.CharField(max_length=600, null=True)
    about_user_id = fields.CharField(max_length=255, null=True)
    request_id = fields.CharField(max_length=128, null=True)
    ip = fields.CharField(max_length=64, null=True)
    user_agent = fields.CharField(max_length=512, null=True)
    reason = fields.CharField(max_length=2048, null=True)
    before = fields.TextField(null=True)
    after = fields.TextField(null=True)
    origin_salt = fields.BinaryField(null=True)
    origin_commitment = fields.BinaryField()
    content_salt = fields.BinaryField(null=True)
    content_commitment = fields.BinaryField()
    mac = fields.BinaryField()
    position = fields.BigIntField(null=True)
    link = fields.BinaryField(null=True)

    class Meta:
        table = "events_audit"


class OutboxRow(Model):
    """A published event on its way to the followers, kept for a while after."""

    id = fields.CharField(primary_key=True, max_length=64)
    seq = fields.BigIntField()
    audit_id = fields.CharField(max_length=64)
    type = fields.CharField(max_length=100)
    occurred_at = fields.DatetimeField()
    target_type = fields.CharField(max_length=64)
    target_id = fields.CharField(max_length=600, null=True)
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.CharField(max_length=255, null=True)
    client_id = fields.CharField(max_length=255, null=True)
    about_user_id = fields.CharField(max_length=255, null=True)
    payload = fields.JSONField[dict[str, object]]()
    dispatched_at = fields.DatetimeField(null=True)

    class Meta:
        table = "events_outbox"


class ChainHead(Model):
    """Where the chain begins (after retention) and ends, signed. One row; its lock makes sealing run once."""

    id = fields.SmallIntField(primary_key=True)
    floor_position = fields.BigIntField()
    floor_link = fields.BinaryField()
    position = fields.BigIntField()
    link = fields.BinaryField()
    mac = fields.BinaryField()

    class Meta:
        table = "events_chain_head"
