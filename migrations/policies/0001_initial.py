from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

# What `app.kit.recall` hears. By name, so that a process which found no policy forgets that as well.
_TELL = """
CREATE FUNCTION policies_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed policies_policy;
BEGIN
    IF TG_OP = 'INSERT' THEN changed := NEW; ELSE changed := OLD; END IF;
    PERFORM pg_notify('auther_forget', 'policies:' || coalesce(changed.client_id, '') || '/' || changed.name);
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Policy',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=64)),
                ('description', fields.CharField(null=True, max_length=500)),
                ('version', fields.IntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'policies_policy', 'app': 'policies', 'pk_attr': 'id', 'table_description': "A policy by its name. `client` is NULL for the installation's own; `version` is the one in force."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Evaluation',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('policy', fields.ForeignKeyField('policies.Policy', source_field='policy_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('verdict', fields.CharField(max_length=8)),
                ('problem', fields.CharField(null=True, max_length=500)),
                ('entity_type', fields.CharField(max_length=320)),
                ('entity_id', fields.CharField(max_length=254)),
                ('action', fields.CharField(max_length=64)),
                ('subject_type', fields.CharField(max_length=320)),
                ('subject_id', fields.CharField(max_length=254)),
                ('context', fields.TextField(unique=False)),
                ('duration_us', fields.IntField()),
                ('evaluated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'policies_evaluation', 'app': 'policies', 'indexes': [Index(fields=['policy_id', 'evaluated_at', 'id']), Index(fields=['policy_id', 'verdict', 'evaluated_at', 'id']), Index(fields=['policy_id', 'action', 'evaluated_at', 'id']), Index(fields=['policy_id', 'entity_type', 'evaluated_at', 'id']), Index(fields=['evaluated_at'])], 'pk_attr': 'id', 'table_description': 'A run that a check rested on. `context` is what the policy saw, as JSON text, bounded and without secrets.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Version',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('policy', fields.ForeignKeyField('policies.Policy', source_field='policy_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('source', fields.TextField(unique=False)),
                ('note', fields.CharField(null=True, max_length=1000)),
                ('author_kind', fields.CharField(max_length=16)),
                ('author_id', fields.CharField(null=True, max_length=255)),
                ('creation_key', fields.BinaryField(null=True)),
                ('creation_digest', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'policies_version', 'app': 'policies', 'unique_together': (('policy_id', 'version'),), 'pk_attr': 'id', 'table_description': 'One immutable version of a policy.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Sample',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('version', fields.ForeignKeyField('policies.Version', source_field='version_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('place', fields.IntField()),
                ('name', fields.CharField(max_length=100)),
                ('context', fields.TextField(unique=False)),
                ('is_allowed', fields.BooleanField()),
            ],
            options={'table': 'policies_sample', 'app': 'policies', 'unique_together': (('version_id', 'place'),), 'pk_attr': 'id', 'table_description': 'A context that a version was saved with, as JSON text, and the verdict that its author expects.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                # Names are of no language, and so are the words of evaluations.
                'ALTER TABLE policies_policy ALTER COLUMN name TYPE varchar(64) COLLATE "C"',
                'ALTER TABLE policies_evaluation ALTER COLUMN action TYPE varchar(64) COLLATE "C",'
                ' ALTER COLUMN entity_type TYPE varchar(320) COLLATE "C",'
                ' ALTER COLUMN subject_id TYPE varchar(254) COLLATE "C"',
                "CREATE UNIQUE INDEX policies_policy_name ON policies_policy (coalesce(client_id, ''), name)",
                "CREATE UNIQUE INDEX policies_version_creation_key ON policies_version (creation_key)"
                " WHERE creation_key IS NOT NULL",
                "CREATE INDEX policies_evaluation_user_idx ON policies_evaluation (subject_id)"
                " WHERE subject_type = 'user'",
                "ALTER TABLE policies_evaluation ADD CONSTRAINT policies_evaluation_verdict_check"
                " CHECK (verdict = ANY (ARRAY['allowed', 'denied', 'error']))",
                _TELL,
                "CREATE TRIGGER policies_policy_changed AFTER INSERT OR UPDATE OR DELETE ON policies_policy FOR EACH ROW"
                " EXECUTE FUNCTION policies_tell_change()",
            ]
        ),
    ]
