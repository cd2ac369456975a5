"""Tables of the policies room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Policy(Model):
    """A policy by its name. `client` is NULL for the installation's own; `version` is the one in force."""

    id = fields.CharField(primary_key=True, max_length=64)
    client: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, null=True, on_delete=fields.CASCADE, db_index=True
    )
    name = fields.CharField(max_length=64)
    description = fields.CharField(max_length=500, null=True)
    version = fields.IntField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "policies_policy"


class Version(Model):
    """One immutable version of a policy."""

    id = fields.CharField(primary_key=True, max_length=64)
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "policies.Policy", related_name=False, on_delete=fields.CASCADE
    )
    version = fields.IntField()
    source = fields.TextField()
    note = fields.CharField(max_length=1000, null=True)
    author_kind = fields.CharField(max_length=16)
    author_id = fields.CharField(max_length=255, null=True)
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "policies_version"
        unique_together = (("policy_id", "version"),)


class Repeat(Model):
    """An idempotency key of a save that made no other version: what was asked for was in force already."""

    id = fields.BigIntField(primary_key=True)
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "policies.Policy", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    creation_key = fields.BinaryField()
    creation_digest = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "policies_repeat"


class Sample(Model):
    """A context that a version was saved with, as JSON text, and the verdict that its author expects."""

    id = fields.BigIntField(primary_key=True)
    version: fields.ForeignKeyRelation[Version] = fields.ForeignKeyField(
        "policies.Version", related_name=False, on_delete=fields.CASCADE
    )
    place = fields.IntField()
    name = fields.CharField(max_length=100)
    context = fields.TextField()
    is_allowed = fields.BooleanField()

    class Meta:
        table = "policies_sample"
        unique_together = (("version_id", "place"),)


class Evaluation(Model):
    """A run that a check rested on. `context` is what the policy saw, as JSON text, bounded and without secrets."""

    id = fields.CharField(primary_key=True, max_length=64)
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "policies.Policy", related_name=False, on_delete=fields.CASCADE
    )
    version = fields.IntField()
    verdict = fields.CharField(max_length=8)
    problem = fields.CharField(max_length=500, null=True)
    entity_type = fields.CharField(max_length=320)
    entity_id = fields.CharField(max_length=254)
    action = fields.CharField(max_length=64)
    subject_type = fields.CharField(max_length=320)
    subject_id = fields.CharField(max_length=254)
    context = fields.TextField()
    duration_us = fields.IntField()
    evaluated_at = fields.DatetimeField()

    class Meta:
        table = "policies_evaluation"
        indexes = (
            ("policy_id", "evaluated_at", "id"),
            ("policy_id", "verdict", "evaluated_at", "id"),
            ("policy_id", "action", "evaluated_at", "id"),
            ("policy_id", "entity_type", "evaluated_at", "id"),
            ("evaluated_at",),
        )
