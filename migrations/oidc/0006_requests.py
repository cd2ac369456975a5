from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0004_registration'), ('oidc', '0005_tokens')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PushedRequest',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('hash', fields.BinaryField()),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('params', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_pushed_request', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'A request that a client pushed (RFC 9126), by the hash of what names it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Interaction',
            name='pushed_id',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Code',
            name='resources',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Grant',
            name='resources',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Device',
            name='resources',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX oidc_pushed_request_hash_key ON oidc_pushed_request (hash)",
                "ALTER TABLE oidc_pushed_request ADD CONSTRAINT oidc_pushed_request_hash_check"
                " CHECK (octet_length(hash) = 32)",
            ],
        ),
    ]
