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
            name='Challenge',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'factors_challenge', 'app': 'factors', 'pk_attr': 'id', 'table_description': 'A WebAuthn challenge that was answered, so that nobody answers it again; kept until it would be over.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Passkey',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('credential_id', fields.BinaryField()),
                ('public_key', fields.BinaryField()),
                ('sign_count', fields.BigIntField()),
                ('name', fields.CharField(max_length=60)),
                ('aaguid', fields.CharField(max_length=36)),
                ('transports', ArrayField(element_type='TEXT')),
                ('is_backup_eligible', fields.BooleanField()),
                ('is_backed_up', fields.BooleanField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'factors_passkey', 'app': 'factors', 'pk_attr': 'id', 'table_description': 'A WebAuthn credential. `sign_count` only grows; of a passkey that does not count it stays 0.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'factors_recovery_code', 'app': 'factors', 'pk_attr': 'id', 'table_description': 'The keyed hash of a recovery code.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Totp',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.OneToOneField('users.User', source_field='user_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('secret', fields.BinaryField()),
                ('last_step', fields.BigIntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'factors_totp', 'app': 'factors', 'pk_attr': 'id', 'table_description': "A user's authenticator app: its sealed secret, and the last time step whose code was used."},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX factors_passkey_credential_key ON factors_passkey (credential_id)",
                "ALTER TABLE factors_passkey ADD CONSTRAINT factors_passkey_sign_count_check CHECK (sign_count >= 0)",
                "ALTER TABLE factors_passkey ADD CONSTRAINT factors_passkey_backup_check"
                " CHECK (is_backup_eligible OR NOT is_backed_up)",
                "ALTER TABLE factors_recovery_code ADD CONSTRAINT factors_recovery_code_hash_check"
                " CHECK (length(code_hash) = 32)",
            ],
        ),
    ]
