"""Tables of the permission engine. Hot paths and writers use plain SQL (`queries`)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

MAX_ID = 254
MAX_NAME = 254
MAX_RELATION = 64
# The name of a condition, or of a policy with `policy:` before it.
MAX_CONDITION = 80


class Head(Model):
    """One row. Taking the next revision locks it until commit, so the order of revisions is that of commits.

    `revision` counts every write; `model_revision` is the last one that changed a model or a type;
    `floor` is the oldest revision whose snapshot can still be read.
    """

    id = fields.SmallIntField(primary_key=True)
    revision = fields.BigIntField()
    model_revision = fields.BigIntField()
    floor = fields.BigIntField()

    class Meta:
        table = "authz_head"


class EntityType(Model):
    """The stable id of a type: tuples refer to it, so a type can be renamed. `scope` is a client's id or empty."""

    id = fields.IntField(primary_key=True)
    scope = fields.CharField(max_length=64)
    name = fields.CharField(max_length=MAX_NAME)

    class Meta:
        table = "authz_type"
        unique_together = (("scope", "name"),)


class ModelVersion(Model):
    """One immutable version of a scope's model. The newest is in force; `revision` is when it came into force.

    `type_ids` are the numbers that the names of its types had then, as a JSON object: a later version may rename.
    """

    id = fields.CharField(primary_key=True, max_length=64)
    scope = fields.CharField(max_length=64)
    version = fields.IntField()
    revision = fields.BigIntField()
    source = fields.TextField()
    type_ids = fields.TextField()
    note = fields.CharField(max_length=1000, null=True)
    author_kind = fields.CharField(max_length=16)
    author_id = fields.CharField(max_length=255, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "authz_model"
        unique_together = (("scope", "version"),)
        indexes = (("revision",),)


class Tuple(Model):
    """One relationship from `created_rev` until `deleted_rev` (exclusive; the largest bigint while it stands).

    The row at a revision R is in its snapshot when `created_rev <= R < deleted_rev`. A change of condition
    or times ends the row and begins another. Deleted rows are kept until the garbage collection.
    """

    id = fields.BigIntField(primary_key=True)
    entity_type = fields.IntField()
    entity_id = fields.CharField(max_length=MAX_ID)
    relation = fields.CharField(max_length=MAX_RELATION)
    subject_type = fields.IntField()
    subject_id = fields.CharField(max_length=MAX_ID)
    subject_relation = fields.CharField(max_length=MAX_RELATION, default="")
    condition = fields.CharField(max_length=MAX_CONDITION, null=True)
    condition_context = fields.TextField(null=True)
    starts_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    created_rev = fields.BigIntField()
    deleted_rev = fields.BigIntField()

    class Meta:
        table = "authz_tuple"
        unique_together = (
            ("entity_type", "entity_id", "relation", "subject_relation", "subject_type", "subject_id", "deleted_rev"),
        )
        indexes = (
            ("subject_type", "subject_id", "subject_relation", "entity_type", "relation", "entity_id"),
            ("created_rev",),
        )


class Write(Model):
    """The changelog: who made a revision, and why. Its tuples are those that it created and deleted."""

    revision = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16)
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.CharField(max_length=255, null=True)
    reason = fields.CharField(max_length=1000, null=True)
    request_id = fields.CharField(max_length=128, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "authz_write"


class IdempotencyKey(Model):
    """What a write under this key did, so that doing it again gives the same answer. Kept for a day."""

    key = fields.CharField(primary_key=True, max_length=64)
    digest = fields.BinaryField()
    revision = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "authz_idempotency"
