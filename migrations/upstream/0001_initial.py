from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Provider',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('slug', fields.CharField(unique=True, max_length=40)),
                ('name', fields.CharField(max_length=80)),
                ('kind', fields.CharField(max_length=16)),
                ('is_enabled', fields.BooleanField(default=True)),
                ('issuer', fields.CharField(null=True, max_length=2048)),
                ('authorization_endpoint', fields.CharField(null=True, max_length=2048)),
                ('token_endpoint', fields.CharField(null=True, max_length=2048)),
                ('userinfo_endpoint', fields.CharField(null=True, max_length=2048)),
                ('emails_endpoint', fields.CharField(null=True, max_length=2048)),
                ('client_id', fields.CharField(max_length=300)),
                ('client_secret', fields.BinaryField(null=True)),
                ('token_endpoint_auth_method', fields.CharField(max_length=32)),
                ('scopes', ArrayField(element_type='TEXT')),
                ('claims', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('trusts_email', fields.BooleanField(default=False)),
                ('can_sign_up', fields.BooleanField(default=False)),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upstream_provider', 'app': 'upstream', 'pk_attr': 'id', 'table_description': 'Who signs people in for us. Endpoints are NULL where discovery tells them; the secret is sealed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Attempt',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('provider', fields.ForeignKeyField('upstream.Provider', source_field='provider_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('browser_hash', fields.BinaryField()),
                ('secrets', fields.BinaryField()),
                ('flow_id', fields.CharField(null=True, max_length=64)),
                ('next', fields.CharField(null=True, max_length=2048)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upstream_attempt', 'app': 'upstream', 'pk_attr': 'id', 'table_description': 'Somebody on the way to a provider: single use, bound to the browser. `id` is the SHA-256 of the state, in hex.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Identity',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('provider', fields.ForeignKeyField('upstream.Provider', source_field='provider_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('subject', fields.CharField(max_length=255)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(null=True, max_length=254)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upstream_identity', 'app': 'upstream', 'unique_together': (('provider_id', 'subject'),), 'pk_attr': 'id', 'table_description': 'An account at a provider and whose it is here. `email` is what the provider said last, to recognise it by.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX upstream_provider_creation_key ON upstream_provider (creation_key)"
            " WHERE creation_key IS NOT NULL"
        ),
    ]
