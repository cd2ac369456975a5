from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Link',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('token_hash', fields.BinaryField()),
                ('purpose', fields.CharField(max_length=32)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(max_length=254)),
                ('password_version', fields.IntField()),
                ('details', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'credentials_link', 'app': 'credentials', 'pk_attr': 'id', 'table_description': 'A one-time link; `details` are sealed. Swept some time after it expired.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Password',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.OneToOneField('users.User', source_field='user_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('phc', fields.CharField(max_length=512)),
                ('version', fields.IntField()),
                ('must_change', fields.BooleanField(default=False)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'credentials_password', 'app': 'credentials', 'pk_attr': 'id', 'table_description': "A user's password. `version` grows with each change; links remember it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Throttle',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('failures', fields.IntField()),
                ('is_trusted', fields.BooleanField(default=False)),
                ('last_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'credentials_throttle', 'app': 'credentials', 'pk_attr': 'id', 'table_description': 'Wrong passwords in one bucket. A trusted one is a browser that reset the password just now.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX credentials_link_token_key ON credentials_link (token_hash)",
                "CREATE INDEX credentials_link_user_idx ON credentials_link (user_id) WHERE user_id IS NOT NULL",
                "ALTER TABLE credentials_link ADD CONSTRAINT credentials_link_purpose_check"
                " CHECK (purpose IN ('verify_email', 'reset_password', 'invite', 'sign_up')"
                " AND (user_id IS NULL) = (purpose = 'sign_up'))",
                "ALTER TABLE credentials_password ADD CONSTRAINT credentials_password_version_check CHECK (version >= 1)",
                "ALTER TABLE credentials_throttle ADD CONSTRAINT credentials_throttle_failures_check CHECK (failures >= 0)",
            ],
        ),
    ]
