from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0002_keys_and_audiences'), ('oidc', '0002_told_changes'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Device',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('device_hash', fields.BinaryField()),
                ('user_code_hash', fields.BinaryField()),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('scope', fields.TextField(unique=False)),
                ('ip', fields.CharField(null=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('interval_seconds', fields.IntField()),
                ('polled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('entered_by', fields.CharField(null=True, max_length=64)),
                ('user_id', fields.CharField(null=True, max_length=64)),
                ('is_allowed', fields.BooleanField(null=True)),
                ('auth_time', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('acr', fields.CharField(null=True, max_length=64)),
                ('amr', fields.TextField(null=True, unique=False)),
                ('grant_id', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'oidc_device', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'A device that waits for a person to let it in (RFC 8628). Both codes are kept as hashes only.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SpentAssertion',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_spent_assertion', 'app': 'oidc', 'pk_attr': 'id', 'table_description': "The `jti` of a client's assertion, as a hash with the client's id: it is used once (RFC 7523 §3)."},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX oidc_device_hash_key ON oidc_device (device_hash)",
                "CREATE UNIQUE INDEX oidc_device_user_code_key ON oidc_device (user_code_hash)",
                "ALTER TABLE oidc_device ADD CONSTRAINT oidc_device_hash_check"
                " CHECK (octet_length(device_hash) = 32 AND octet_length(user_code_hash) = 32)",
                "ALTER TABLE oidc_device ADD CONSTRAINT oidc_device_allowed_check CHECK (is_allowed IS NOT TRUE"
                " OR (user_id IS NOT NULL AND entered_by IS NOT NULL AND auth_time IS NOT NULL AND acr IS NOT NULL"
                " AND amr IS NOT NULL))",
                "ALTER TABLE oidc_device ADD CONSTRAINT oidc_device_grant_check"
                " CHECK (grant_id IS NULL OR is_allowed IS TRUE)",
                # Each poll rewrites the row: room on each page, so that no index is.
                "ALTER TABLE oidc_device SET (fillfactor = 70)",
            ],
        ),
    ]
