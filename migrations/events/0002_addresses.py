from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('events', '0001_initial')]

    initial = False

    operations = [
        ops.RunSQL("CREATE INDEX events_audit_ip_idx ON events_audit (ip, occurred_at, id) WHERE ip IS NOT NULL"),
    ]
