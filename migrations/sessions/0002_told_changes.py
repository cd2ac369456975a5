from tortoise import migrations
from tortoise.migrations import operations as ops

_TELL = "EXECUTE FUNCTION kit_tell_change()"
# An end is told by a trigger of `oidc`; a use changes nothing that is remembered, and is too frequent to be told.
_BUT_USES = "to_jsonb({}) - '{{last_seen_at,ended_at}}'::text[]"


class Migration(migrations.Migration):
    dependencies = [('sessions', '0001_initial'), ('kit', '0002_recall')]

    initial = False

    operations = [
        ops.RunSQL(
            [
                "CREATE TRIGGER sessions_session_changed AFTER UPDATE ON sessions_session FOR EACH ROW"
                f" WHEN ({_BUT_USES.format('OLD')} IS DISTINCT FROM {_BUT_USES.format('NEW')}) {_TELL}",
                # What is swept is over already.
                "CREATE TRIGGER sessions_session_gone AFTER DELETE ON sessions_session FOR EACH ROW"
                f" WHEN (OLD.ended_at IS NULL AND OLD.expires_at > now()) {_TELL}",
            ]
        ),
    ]
