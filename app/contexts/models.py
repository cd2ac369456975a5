"""Tables of the contexts room."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Context(Model):
    """Who comes, and what they get. `client` is NULL where it holds for the whole platform."""

    id = fields.CharField(primary_key=True, max_length=64)
    slug = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=80)
    description = fields.CharField(max_length=500, null=True)
    client: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "clients.Client", related_name=False, null=True, on_delete=fields.CASCADE, db_index=True
    )
    allowed_origins = ArrayField(element_type="text")
    allowed_domains = ArrayField(element_type="text")
    is_enabled = fields.BooleanField(default=True)
    creation_key = fields.BinaryField(null=True)
    creation_digest = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "contexts_context"


class Grant(Model):
    """A relation that a context gives. `type_id` is the engine's number of the type, so a type can be renamed."""

    id = fields.BigIntField(primary_key=True)
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField(
        "contexts.Context", related_name=False, on_delete=fields.CASCADE
    )
    type_id = fields.IntField(db_index=True)
    entity_id = fields.CharField(max_length=254)
    relation = fields.CharField(max_length=64)

    class Meta:
        table = "contexts_grant"
        unique_together = (("context_id", "type_id", "entity_id", "relation"),)


class Application(Model):
    """That a context was applied to a user, whatever became of the grants since."""

    id = fields.BigIntField(primary_key=True)
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField(
        "contexts.Context", related_name=False, on_delete=fields.CASCADE
    )
    user: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "users.User", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    applied_at = fields.DatetimeField()

    class Meta:
        table = "contexts_application"
        unique_together = (("context_id", "user_id"),)
