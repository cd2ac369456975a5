from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Tombstone',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('deleted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'users_tombstone', 'app': 'users', 'pk_attr': 'id', 'table_description': 'An id that was deleted: it can not be given again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('email', fields.CharField(max_length=254)),
                ('email_verified', fields.BooleanField(default=False)),
                ('username', fields.CharField(null=True, max_length=64)),
                ('name', fields.CharField(null=True, max_length=200)),
                ('picture', fields.CharField(null=True, max_length=2048)),
                ('locale', fields.CharField(null=True, max_length=35)),
                ('zoneinfo', fields.CharField(null=True, max_length=64)),
                ('attributes', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('banned_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ban_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ban_reason', fields.CharField(null=True, max_length=500)),
                ('banned_by', fields.CharField(null=True, max_length=64)),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_sign_in_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'users_user', 'app': 'users', 'pk_attr': 'id', 'table_description': 'An account. E-mail and username are unique without regard to case (indexes in the migration).'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                "CREATE UNIQUE INDEX users_user_email_key ON users_user (lower(email))",
                "CREATE UNIQUE INDEX users_user_username_key ON users_user (lower(username))",
                "CREATE UNIQUE INDEX users_user_creation_key ON users_user (creation_key) WHERE creation_key IS NOT NULL",
                "CREATE INDEX users_user_created_at_idx ON users_user (created_at, id)",
                'CREATE INDEX users_user_email_idx ON users_user ((lower(email) COLLATE "C"), id)',
                'CREATE INDEX users_user_username_idx ON users_user ((lower(username) COLLATE "C"))',
                "CREATE INDEX users_user_name_idx ON users_user ((lower(coalesce(name, '')) COLLATE \"C\"), id)",
                "CREATE INDEX users_user_last_sign_in_at_idx ON users_user"
                " ((coalesce(last_sign_in_at, '1970-01-01 00:00:00+00'::timestamptz)), id)",
                "CREATE INDEX users_user_banned_idx ON users_user (created_at, id) WHERE banned_at IS NOT NULL",
                "CREATE INDEX users_user_search_idx ON users_user USING gin"
                " ((lower(email || ' ' || coalesce(username, '') || ' ' || coalesce(name, ''))) gin_trgm_ops)",
            ],
        ),
    ]
