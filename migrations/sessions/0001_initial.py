from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Browser',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('browser_id', fields.CharField(max_length=64)),
                ('first_seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sessions_browser', 'app': 'sessions', 'unique_together': (('user_id', 'browser_id'),), 'pk_attr': 'id', 'table_description': 'A browser that a user has signed in with before.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('token_hash', fields.BinaryField()),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('browser_id', fields.CharField(max_length=64)),
                ('device', fields.CharField(max_length=80)),
                ('ip', fields.CharField(null=True, max_length=45)),
                ('user_agent', fields.CharField(null=True, max_length=512)),
                ('acr', fields.CharField(max_length=64)),
                ('amr', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('auth_time', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('impersonator_id', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'sessions_session', 'app': 'sessions', 'pk_attr': 'id', 'table_description': 'A signed-in browser. Ended sessions stay a while, so that their refresh tokens are known to be dead.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Flow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('browser_id', fields.CharField(max_length=64)),
                ('return_to', fields.TextField(unique=False)),
                ('client_id', fields.CharField(null=True, max_length=64)),
                ('client_name', fields.CharField(null=True, max_length=200)),
                ('login_hint', fields.CharField(null=True, max_length=254)),
                ('ui_locales', fields.CharField(null=True, max_length=200)),
                ('is_sign_up', fields.BooleanField(default=False)),
                ('must_reauthenticate', fields.BooleanField(default=False)),
                ('must_choose_account', fields.BooleanField(default=False)),
                ('min_auth_time', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('session', fields.ForeignKeyField('sessions.Session', source_field='session_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'sessions_flow', 'app': 'sessions', 'pk_attr': 'id', 'table_description': 'A request to sign in, bound to the browser it began in.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX sessions_session_token_key ON sessions_session (token_hash)",
                "CREATE INDEX sessions_session_user_idx ON sessions_session (user_id, created_at, id)",
                "CREATE INDEX sessions_session_live_idx ON sessions_session (created_at, id) WHERE ended_at IS NULL",
                "CREATE INDEX sessions_session_expires_at_idx ON sessions_session (expires_at)",
                "CREATE INDEX sessions_session_ended_at_idx ON sessions_session (ended_at) WHERE ended_at IS NOT NULL",
                "CREATE INDEX sessions_flow_session_idx ON sessions_flow (session_id) WHERE session_id IS NOT NULL",
            ],
        ),
    ]
