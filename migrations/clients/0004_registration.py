from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise import fields

# Wherever a client is referred to, its id may be the URL of a document now.
_WIDEN = """
DO $$
DECLARE place record;
BEGIN
    FOR place IN
        SELECT c.conrelid::regclass::text AS child, a.attname::text AS name
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'clients_client'::regclass
        UNION ALL VALUES ('oidc_code', 'client_id'), ('sessions_flow', 'client_id')
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE varchar(255)', place.child, place.name);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ('clients', '0003_protocol'), ('users', '0001_initial'), ('api_keys', '0001_initial'),
        ('sessions', '0001_initial'), ('oidc', '0003_devices_and_assertions'),
    ]

    initial = False

    operations = [
        ops.CreateModel(
            name='Document',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=255)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('fresh_until', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('problem', fields.CharField(null=True, max_length=300)),
            ],
            options={'table': 'clients_document', 'app': 'clients', 'pk_attr': 'id', 'table_description': "When a client's metadata document was asked for and understood last, and until when the answer counts."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InitialToken',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=120)),
                ('token_hash', fields.BinaryField()),
                ('hint', fields.CharField(max_length=4)),
                ('scopes', ArrayField(null=True, element_type='TEXT')),
                ('grant_types', ArrayField(null=True, element_type='TEXT')),
                ('require_pkce', fields.BooleanField(db_default=True)),
                ('max_uses', fields.IntField(null=True)),
                ('uses', fields.IntField(db_default=0)),
                ('created_by_kind', fields.CharField(max_length=16)),
                ('created_by_id', fields.CharField(null=True, max_length=64)),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_initial_token', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'An initial access token (RFC 7591 §3): the SHA-256 of it, how often it may be used, what its clients may be.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Client',
            name='id',
            field=fields.CharField(primary_key=True, unique=True, db_index=True, max_length=255),
        ),
        ops.AddField(
            model_name='Client',
            name='initial_token',
            field=fields.ForeignKeyField('clients.InitialToken', source_field='initial_token_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Client',
            name='registration_hash',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Client',
            name='source',
            field=fields.CharField(db_default='operator', max_length=16),
        ),
        ops.RunSQL(
            [
                _WIDEN,
                "CREATE UNIQUE INDEX clients_initial_token_hash_key ON clients_initial_token (token_hash)",
                "CREATE UNIQUE INDEX clients_initial_token_creation_key ON clients_initial_token (creation_key)"
                " WHERE creation_key IS NOT NULL",
                "CREATE INDEX clients_initial_token_created_idx ON clients_initial_token (created_at, id)",
                "ALTER TABLE clients_initial_token ADD CONSTRAINT clients_initial_token_hash_check"
                " CHECK (octet_length(token_hash) = 32)",
                "ALTER TABLE clients_initial_token ADD CONSTRAINT clients_initial_token_uses_check"
                " CHECK (uses >= 0 AND (max_uses IS NULL OR (max_uses > 0 AND uses <= max_uses)))",
                "ALTER TABLE clients_client ADD CONSTRAINT clients_client_source_check"
                " CHECK (source IN ('operator', 'registration', 'document'))",
                "ALTER TABLE clients_client ADD CONSTRAINT clients_client_registration_check"
                " CHECK (registration_hash IS NULL OR (octet_length(registration_hash) = 32 AND source = 'registration'))",
                "CREATE INDEX clients_client_initial_token_idx ON clients_client (initial_token_id)",
                "CREATE INDEX clients_client_dynamic_idx ON clients_client (created_at, id) WHERE source <> 'operator'",
                # What registered by itself and was never used is looked for by its age.
                "CREATE INDEX clients_client_unasked_idx ON clients_client (updated_at, id)"
                " WHERE source <> 'operator' AND initial_token_id IS NULL",
            ],
        ),
    ]
