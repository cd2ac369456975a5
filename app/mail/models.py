"""Table of the mail room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Message(Model):
    """A mail. `sealed_body` is JSON of text and HTML under the purpose "mail", NULL once purged."""

    id = fields.CharField(primary_key=True, max_length=64)
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=500)
    template = fields.CharField(max_length=64)
    locale = fields.CharField(max_length=16)
    status = fields.CharField(max_length=16)
    user_id = fields.CharField(max_length=255, null=True)
    sealed_body = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=1000, null=True)

    class Meta:
        table = "mail_message"
