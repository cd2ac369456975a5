from tortoise import migrations
from tortoise.migrations import operations as ops

_TELL = "EXECUTE FUNCTION kit_tell_change()"
_BUT_SIGN_INS = "to_jsonb({}) - 'last_sign_in_at'"


class Migration(migrations.Migration):
    dependencies = [
        ('oidc', '0001_initial'), ('kit', '0002_recall'), ('users', '0001_initial'), ('clients', '0001_initial'),
        ('sessions', '0001_initial'),
    ]

    initial = False

    operations = [
        ops.RunSQL(
            [
                # A sign-in changes nothing that is remembered, and is too frequent to be told.
                "CREATE TRIGGER users_user_told AFTER UPDATE ON users_user FOR EACH ROW"
                f" WHEN ({_BUT_SIGN_INS.format('OLD')} IS DISTINCT FROM {_BUT_SIGN_INS.format('NEW')}) {_TELL}",
                f"CREATE TRIGGER users_user_gone AFTER DELETE ON users_user FOR EACH ROW {_TELL}",
                "CREATE TRIGGER clients_client_told AFTER UPDATE ON clients_client FOR EACH ROW"
                f" WHEN (OLD.* IS DISTINCT FROM NEW.*) {_TELL}",
                f"CREATE TRIGGER clients_client_gone AFTER DELETE ON clients_client FOR EACH ROW {_TELL}",
                "CREATE TRIGGER sessions_session_told AFTER UPDATE ON sessions_session FOR EACH ROW"
                f" WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) {_TELL}",
                "CREATE TRIGGER oidc_grant_told AFTER UPDATE ON oidc_grant FOR EACH ROW"
                f" WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at) {_TELL}",
                f"CREATE TRIGGER oidc_grant_gone AFTER DELETE ON oidc_grant FOR EACH ROW {_TELL}",
                f"CREATE TRIGGER oidc_revoked_token_told AFTER INSERT ON oidc_revoked_token FOR EACH ROW {_TELL}",
                *(
                    f"CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} FOR EACH STATEMENT {_TELL}"
                    for table in ("users_user", "clients_client", "sessions_session", "oidc_grant")
                ),
            ]
        ),
    ]
