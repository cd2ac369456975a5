from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Context',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('slug', fields.CharField(unique=True, max_length=40)),
                ('name', fields.CharField(max_length=80)),
                ('description', fields.CharField(null=True, max_length=500)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('allowed_origins', ArrayField(element_type='TEXT')),
                ('allowed_domains', ArrayField(element_type='TEXT')),
                ('is_enabled', fields.BooleanField(default=True)),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'contexts_context', 'app': 'contexts', 'pk_attr': 'id', 'table_description': 'Who comes, and what they get. `client` is NULL where it holds for the whole platform.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Application',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('context', fields.ForeignKeyField('contexts.Context', source_field='context_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('applied_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'contexts_application', 'app': 'contexts', 'unique_together': (('context_id', 'user_id'),), 'pk_attr': 'id', 'table_description': 'That a context was applied to a user, whatever became of the grants since.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Grant',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('context', fields.ForeignKeyField('contexts.Context', source_field='context_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('type_id', fields.IntField(db_index=True)),
                ('entity_id', fields.CharField(max_length=254)),
                ('relation', fields.CharField(max_length=64)),
            ],
            options={'table': 'contexts_grant', 'app': 'contexts', 'unique_together': (('context_id', 'type_id', 'entity_id', 'relation'),), 'pk_attr': 'id', 'table_description': "A relation that a context gives. `type_id` is the engine's number of the type, so a type can be renamed."},
            bases=['Model'],
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX contexts_context_creation_key ON contexts_context (creation_key)"
            " WHERE creation_key IS NOT NULL"
        ),
    ]
