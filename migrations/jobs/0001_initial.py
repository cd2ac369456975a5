from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='JobRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('seq', fields.BigIntField()),
                ('kind', fields.CharField(max_length=100)),
                ('payload', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('key', fields.CharField(null=True, max_length=255)),
                ('lane', fields.CharField(null=True, max_length=255)),
                ('state', fields.CharField(max_length=16)),
                ('attempt', fields.IntField()),
                ('max_attempts', fields.IntField()),
                ('run_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_by', fields.CharField(null=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_error', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'jobs_job', 'app': 'jobs', 'pk_attr': 'id', 'table_description': 'A job.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Schedule',
            fields=[
                ('kind', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=100)),
                ('next_run_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'jobs_schedule', 'app': 'jobs', 'pk_attr': 'kind', 'table_description': 'When a periodic kind runs next; the row lock makes it run once across processes.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE jobs_job ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE jobs_job ADD CONSTRAINT jobs_job_state_check"
                " CHECK (state IN ('waiting', 'ready', 'running', 'done', 'dead'))",
                "ALTER TABLE jobs_job ADD CONSTRAINT jobs_job_due_check"
                " CHECK ((due_at IS NOT NULL) = (state IN ('ready', 'running')))",
                "CREATE INDEX jobs_job_due_idx ON jobs_job (due_at) WHERE due_at IS NOT NULL",
                "CREATE UNIQUE INDEX jobs_job_key_key ON jobs_job (kind, key)"
                " WHERE key IS NOT NULL AND state IN ('ready', 'waiting')",
                "CREATE UNIQUE INDEX jobs_job_lane_head ON jobs_job (lane)"
                " WHERE lane IS NOT NULL AND state IN ('ready', 'running')",
                "CREATE INDEX jobs_job_lane_idx ON jobs_job (lane, seq) WHERE state = 'waiting'",
                "CREATE INDEX jobs_job_ended_idx ON jobs_job (state, finished_at, id) WHERE finished_at IS NOT NULL",
                # Rows are short-lived and updated often: vacuum sooner than by the default fifth of the table.
                "ALTER TABLE jobs_job SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)",
            ],
        ),
    ]
