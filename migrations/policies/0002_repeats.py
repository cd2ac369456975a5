from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('policies', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Repeat',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('policy', fields.ForeignKeyField('policies.Policy', source_field='policy_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('creation_key', fields.BinaryField()),
                ('creation_digest', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'policies_repeat', 'app': 'policies', 'pk_attr': 'id', 'table_description': 'An idempotency key of a save that made no other version: what was asked for was in force already.'},
            bases=['Model'],
        ),
        ops.RunSQL("CREATE UNIQUE INDEX policies_repeat_creation_key ON policies_repeat (creation_key)"),
    ]
