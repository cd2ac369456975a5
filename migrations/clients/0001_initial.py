from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Client',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=120)),
                ('description', fields.CharField(null=True, max_length=1000)),
                ('kind', fields.CharField(max_length=16)),
                ('is_enabled', fields.BooleanField(default=True)),
                ('is_first_party', fields.BooleanField(default=False)),
                ('is_declared', fields.BooleanField(default=False)),
                ('owner', fields.ForeignKeyField('users.User', source_field='owner_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('redirect_uris', ArrayField(element_type='TEXT')),
                ('post_logout_redirect_uris', ArrayField(element_type='TEXT')),
                ('origins', ArrayField(element_type='TEXT')),
                ('grant_types', ArrayField(element_type='TEXT')),
                ('scopes', ArrayField(element_type='TEXT')),
                ('token_endpoint_auth_method', fields.CharField(max_length=32)),
                ('id_token_signed_response_alg', fields.CharField(null=True, max_length=16)),
                ('access_token_ttl_seconds', fields.IntField(null=True)),
                ('refresh_token_ttl_seconds', fields.IntField(null=True)),
                ('require_pkce', fields.BooleanField(default=True)),
                ('client_uri', fields.CharField(null=True, max_length=2048)),
                ('logo_uri', fields.CharField(null=True, max_length=2048)),
                ('tos_uri', fields.CharField(null=True, max_length=2048)),
                ('policy_uri', fields.CharField(null=True, max_length=2048)),
                ('contacts', ArrayField(element_type='TEXT')),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_client', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'An OAuth client. NULL in a column with a default leaves the value to the settings.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Secret',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('secret_hash', fields.BinaryField()),
                ('hint', fields.CharField(max_length=4)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_secret', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'The SHA-256 of a client secret; at most two of a client work at a time.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                "CREATE UNIQUE INDEX clients_client_creation_key ON clients_client (creation_key)"
                " WHERE creation_key IS NOT NULL",
                "CREATE INDEX clients_client_created_idx ON clients_client (created_at, id)",
                'CREATE INDEX clients_client_name_idx ON clients_client ((lower(name) COLLATE "C"), id)',
                "CREATE INDEX clients_client_kind_idx ON clients_client (kind, created_at, id)",
                "CREATE INDEX clients_client_disabled_idx ON clients_client (created_at, id) WHERE NOT is_enabled",
                "CREATE INDEX clients_client_search_idx ON clients_client USING gin (lower(name) gin_trgm_ops)"
                " WITH (fastupdate = off)",
                "CREATE INDEX clients_client_id_prefix_idx ON clients_client (id text_pattern_ops)",
                "CREATE INDEX clients_client_origins_idx ON clients_client USING gin (origins)"
                " WITH (fastupdate = off) WHERE is_enabled",
                "ALTER TABLE clients_client ADD CONSTRAINT clients_client_kind_check"
                " CHECK (kind IN ('web', 'spa', 'native', 'machine', 'device'))",
                "ALTER TABLE clients_secret ADD CONSTRAINT clients_secret_hash_check"
                " CHECK (octet_length(secret_hash) = 32)",
            ],
        ),
    ]
