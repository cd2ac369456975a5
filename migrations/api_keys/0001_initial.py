from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('users', '0001_initial'), ('kit', '0002_recall')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Key',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=120)),
                ('note', fields.CharField(null=True, max_length=1000)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('created_by_kind', fields.CharField(max_length=16)),
                ('created_by_id', fields.CharField(null=True, max_length=64)),
                ('uses', ArrayField(element_type='TEXT')),
                ('scopes', ArrayField(element_type='TEXT')),
                ('allowed_addresses', ArrayField(element_type='TEXT')),
                ('rate_limit_per_minute', fields.IntField(null=True)),
                ('is_enabled', fields.BooleanField(default=True)),
                ('secret_hash', fields.BinaryField()),
                ('former_hash', fields.BinaryField(null=True)),
                ('former_ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hint', fields.CharField(max_length=4)),
                ('version', fields.IntField()),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('rotated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'api_keys_key', 'app': 'api_keys', 'pk_attr': 'id', 'table_description': 'An API key with the SHA-256 of its secret and of the former one. Exactly one of user and client owns it.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX api_keys_key_creation_key ON api_keys_key (creation_key)"
                " WHERE creation_key IS NOT NULL",
                "CREATE INDEX api_keys_key_user_idx ON api_keys_key (user_id, created_at, id) WHERE user_id IS NOT NULL",
                "CREATE INDEX api_keys_key_client_idx ON api_keys_key (client_id, created_at, id)"
                " WHERE client_id IS NOT NULL",
                "CREATE INDEX api_keys_key_created_idx ON api_keys_key (created_at, id)",
                'CREATE INDEX api_keys_key_name_idx ON api_keys_key ((lower(name) COLLATE "C"), id)',
                "CREATE INDEX api_keys_key_used_idx ON api_keys_key"
                " ((coalesce(last_used_at, '1970-01-01 00:00:00+00'::timestamptz)), id)",
                "CREATE INDEX api_keys_key_disabled_idx ON api_keys_key (created_at, id) WHERE NOT is_enabled",
                "CREATE INDEX api_keys_key_search_idx ON api_keys_key USING gin (lower(name) gin_trgm_ops)"
                " WITH (fastupdate = off)",
                "CREATE INDEX api_keys_key_id_prefix_idx ON api_keys_key (id text_pattern_ops)",
                "ALTER TABLE api_keys_key ADD CONSTRAINT api_keys_key_owner_check"
                " CHECK (num_nonnulls(user_id, client_id) = 1)",
                "ALTER TABLE api_keys_key ADD CONSTRAINT api_keys_key_hash_check CHECK (octet_length(secret_hash) = 32"
                " AND (former_hash IS NULL OR octet_length(former_hash) = 32))",
                "ALTER TABLE api_keys_key ADD CONSTRAINT api_keys_key_former_check"
                " CHECK ((former_hash IS NULL) = (former_ends_at IS NULL))",
                "ALTER TABLE api_keys_key ADD CONSTRAINT api_keys_key_numbers_check"
                " CHECK (version > 0 AND (rate_limit_per_minute IS NULL OR rate_limit_per_minute > 0))",
                # A use changes nothing that is remembered, and is too frequent to be told.
                "CREATE TRIGGER api_keys_key_told AFTER UPDATE ON api_keys_key FOR EACH ROW"
                " WHEN (to_jsonb(OLD) - 'last_used_at' IS DISTINCT FROM to_jsonb(NEW) - 'last_used_at')"
                " EXECUTE FUNCTION kit_tell_change()",
                "CREATE TRIGGER api_keys_key_gone AFTER DELETE ON api_keys_key FOR EACH ROW"
                " EXECUTE FUNCTION kit_tell_change()",
                "CREATE TRIGGER api_keys_key_emptied AFTER TRUNCATE ON api_keys_key FOR EACH STATEMENT"
                " EXECUTE FUNCTION kit_tell_change()",
            ],
        ),
    ]
