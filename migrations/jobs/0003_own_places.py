from tortoise import migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [('jobs', '0002_progress')]

    initial = False

    operations = [
        ops.RunSQL(
            [
                "CREATE INDEX jobs_job_kind_idx ON jobs_job (kind, due_at) WHERE due_at IS NOT NULL",
            ],
        ),
    ]
