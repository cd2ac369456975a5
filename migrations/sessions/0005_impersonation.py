from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sessions', '0004_client_ids'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Session',
            name='parent_id',
            field=fields.CharField(null=True, db_index=True, max_length=64),
        ),
        ops.RunSQL(
            [
                "CREATE INDEX sessions_session_parent_idx ON sessions_session (parent_id) WHERE parent_id IS NOT NULL",
            ],
            ["DROP INDEX sessions_session_parent_idx"],
        ),
    ]
