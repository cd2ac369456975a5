from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sessions', '0005_impersonation'), ('users', '0002_deletion')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Request',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('session', fields.ForeignKeyField('sessions.Session', source_field='session_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('operator', fields.ForeignKeyField('users.User', source_field='operator_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('reason', fields.TextField(unique=False)),
                ('ttl_seconds', fields.IntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'impersonation_request', 'app': 'impersonation', 'pk_attr': 'id', 'table_description': 'That an operator wants to act as a user; the browser session that asked for it may begin, once and soon.'},
            bases=['Model'],
        ),
    ]
