"""Tables of the permission engine."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class RelationTuple(Model):
    """One relationship. `subject_relation` is empty unless the subject is a userset."""

    id = fields.BigIntField(primary_key=True)
    entity_type = fields.CharField(max_length=254)
    entity_id = fields.CharField(max_length=254)
    relation = fields.CharField(max_length=64)
    subject_type = fields.CharField(max_length=254)
    subject_id = fields.CharField(max_length=254)
    subject_relation = fields.CharField(max_length=64, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "authz_tuple"
        unique_together = (("entity_type", "entity_id", "relation", "subject_type", "subject_id", "subject_relation"),)
        indexes = (("subject_type", "subject_id", "entity_type", "relation"),)
