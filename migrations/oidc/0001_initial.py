from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Code',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('hash', fields.BinaryField()),
                ('client_id', fields.CharField(max_length=64)),
                ('user_id', fields.CharField(max_length=64)),
                ('session_id', fields.CharField(max_length=64)),
                ('redirect_uri', fields.TextField(null=True, unique=False)),
                ('code_challenge', fields.CharField(null=True, max_length=43)),
                ('nonce', fields.TextField(null=True, unique=False)),
                ('scope', fields.TextField(unique=False)),
                ('claims', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('auth_time', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('acr', fields.CharField(max_length=64)),
                ('amr', fields.TextField(unique=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('grant_id', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'oidc_code', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'An authorization code. Spent ones stay a while, so that a second use is recognised.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('scope', fields.TextField(unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_consent', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'That a user has used a client, and the scopes they said yes to (none for a first-party client).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Grant',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('session_id', fields.CharField(db_index=True, max_length=64)),
                ('scope', fields.TextField(unique=False)),
                ('claims', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('auth_time', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('acr', fields.CharField(max_length=64)),
                ('amr', fields.TextField(unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refresh_hash', fields.BinaryField(null=True)),
                ('refresh_expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('spent_hash', fields.BinaryField(null=True)),
                ('spent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('successor', fields.BinaryField(null=True)),
            ],
            options={'table': 'oidc_grant', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'What one redeemed code gave: access tokens name it, and the refresh tokens are its state.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Interaction',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('browser_id', fields.CharField(max_length=64)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('params', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('flow_id', fields.CharField(null=True, max_length=64)),
                ('consented_by', fields.CharField(null=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_interaction', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'A request to authorize that waits for a sign-in or a consent, bound to the browser it came from.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RevokedToken',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_revoked_token', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'An access token revoked by itself. Swept once it would have expired anyway.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX oidc_code_hash_key ON oidc_code (hash)",
                "CREATE UNIQUE INDEX oidc_consent_user_client_key ON oidc_consent (user_id, client_id)",
                "ALTER TABLE oidc_code ADD CONSTRAINT oidc_code_hash_check CHECK (octet_length(hash) = 32)",
                "ALTER TABLE oidc_code ADD CONSTRAINT oidc_code_used_check"
                " CHECK ((used_at IS NULL) = (grant_id IS NULL))",
                "ALTER TABLE oidc_grant ADD CONSTRAINT oidc_grant_refresh_check"
                " CHECK ((refresh_hash IS NULL) = (refresh_expires_at IS NULL))",
                # Room on each page, so that a refresh rewrites no index.
                "ALTER TABLE oidc_grant SET (fillfactor = 80)",
            ],
        ),
    ]
