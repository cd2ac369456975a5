from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

_SYSTEM_TYPES = """
(VALUES ('user', 1), ('apikey', 2), ('client', 3), ('group', 4), ('platform', 5), ('users', 6), ('groups', 7),
        ('clients', 8), ('webhooks', 9), ('pipelines', 10), ('api_keys', 11), ('keys', 12), ('sessions', 13))
"""


class Migration(migrations.Migration):
    dependencies = [('authz', '0001_initial')]

    initial = False

    operations = [
        ops.RunSQL("CREATE TEMP TABLE authz_tuple_before ON COMMIT DROP AS SELECT * FROM authz_tuple"),
        ops.DeleteModel(name='RelationTuple'),
        ops.CreateModel(
            name='EntityType',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('scope', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=254)),
            ],
            options={'table': 'authz_type', 'app': 'authz', 'unique_together': (('scope', 'name'),), 'pk_attr': 'id', 'table_description': "The stable id of a type: tuples refer to it, so a type can be renamed. `scope` is a client's id or empty."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Head',
            fields=[
                ('id', fields.SmallIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('revision', fields.BigIntField()),
                ('model_revision', fields.BigIntField()),
                ('floor', fields.BigIntField()),
            ],
            options={'table': 'authz_head', 'app': 'authz', 'pk_attr': 'id', 'table_description': 'One row. Taking the next revision locks it until commit, so the order of revisions is that of commits.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('digest', fields.BinaryField()),
                ('revision', fields.BigIntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authz_idempotency', 'app': 'authz', 'pk_attr': 'key', 'table_description': 'What a write under this key did, so that doing it again gives the same answer. Kept for a day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ModelVersion',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('scope', fields.CharField(max_length=64)),
                ('version', fields.IntField()),
                ('revision', fields.BigIntField()),
                ('source', fields.TextField(unique=False)),
                ('type_ids', fields.TextField(unique=False)),
                ('note', fields.CharField(null=True, max_length=1000)),
                ('author_kind', fields.CharField(max_length=16)),
                ('author_id', fields.CharField(null=True, max_length=255)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authz_model', 'app': 'authz', 'unique_together': (('scope', 'version'),), 'indexes': [Index(fields=['revision'])], 'pk_attr': 'id', 'table_description': "One immutable version of a scope's model. The newest is in force; `revision` is when it came into force."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tuple',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('entity_type', fields.IntField()),
                ('entity_id', fields.CharField(max_length=254)),
                ('relation', fields.CharField(max_length=64)),
                ('subject_type', fields.IntField()),
                ('subject_id', fields.CharField(max_length=254)),
                ('subject_relation', fields.CharField(default='', max_length=64)),
                ('condition', fields.CharField(null=True, max_length=64)),
                ('condition_context', fields.TextField(null=True, unique=False)),
                ('starts_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_rev', fields.BigIntField()),
                ('deleted_rev', fields.BigIntField()),
            ],
            options={'table': 'authz_tuple', 'app': 'authz', 'unique_together': (('entity_type', 'entity_id', 'relation', 'subject_relation', 'subject_type', 'subject_id', 'deleted_rev'),), 'indexes': [Index(fields=['subject_type', 'subject_id', 'subject_relation', 'entity_type', 'relation', 'entity_id']), Index(fields=['created_rev'])], 'pk_attr': 'id', 'table_description': 'One relationship from `created_rev` until `deleted_rev` (exclusive; the largest bigint while it stands).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Write',
            fields=[
                ('revision', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=16)),
                ('actor_kind', fields.CharField(max_length=16)),
                ('actor_id', fields.CharField(null=True, max_length=255)),
                ('reason', fields.CharField(null=True, max_length=1000)),
                ('request_id', fields.CharField(null=True, max_length=128)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authz_write', 'app': 'authz', 'pk_attr': 'revision', 'table_description': 'The changelog: who made a revision, and why. Its tuples are those that it created and deleted.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                # Numbers of stored types begin behind those of the types that the code defines.
                "ALTER TABLE authz_type ALTER COLUMN id DROP DEFAULT",
                "DROP SEQUENCE authz_type_id_seq",
                "ALTER TABLE authz_type ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START 1000 MINVALUE 1000)",
                "ALTER TABLE authz_tuple ALTER COLUMN id DROP DEFAULT",
                "DROP SEQUENCE authz_tuple_id_seq",
                "ALTER TABLE authz_tuple ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE authz_head ALTER COLUMN id DROP DEFAULT",
                "DROP SEQUENCE authz_head_id_seq",
                "ALTER TABLE authz_write ALTER COLUMN revision DROP DEFAULT",
                "DROP SEQUENCE authz_write_revision_seq",
                # Identifiers are case-sensitive and of no language.
                'ALTER TABLE authz_type ALTER COLUMN scope TYPE varchar(64) COLLATE "C",'
                ' ALTER COLUMN name TYPE varchar(254) COLLATE "C"',
                'ALTER TABLE authz_tuple ALTER COLUMN entity_id TYPE varchar(254) COLLATE "C",'
                ' ALTER COLUMN relation TYPE varchar(64) COLLATE "C",'
                ' ALTER COLUMN subject_id TYPE varchar(254) COLLATE "C",'
                ' ALTER COLUMN subject_relation TYPE varchar(64) COLLATE "C",'
                ' ALTER COLUMN condition TYPE varchar(64) COLLATE "C"',
                'ALTER TABLE authz_model ALTER COLUMN scope TYPE varchar(64) COLLATE "C"',
                "ALTER TABLE authz_tuple ALTER COLUMN subject_relation SET DEFAULT '',"
                " ALTER COLUMN deleted_rev SET DEFAULT 9223372036854775807",
                "ALTER TABLE authz_head ADD CONSTRAINT authz_head_one_row_check CHECK (id = 1)",
                "ALTER TABLE authz_head ADD CONSTRAINT authz_head_order_check"
                " CHECK (0 <= floor AND floor <= revision AND 0 <= model_revision AND model_revision <= revision)",
                "ALTER TABLE authz_tuple ADD CONSTRAINT authz_tuple_life_check"
                " CHECK (0 < created_rev AND created_rev < deleted_rev)",
                "ALTER TABLE authz_tuple ADD CONSTRAINT authz_tuple_times_check CHECK (starts_at < expires_at)",
                "ALTER TABLE authz_tuple ADD CONSTRAINT authz_tuple_context_check"
                " CHECK (condition IS NOT NULL OR condition_context IS NULL)",
                "CREATE INDEX authz_tuple_deleted_idx ON authz_tuple (deleted_rev)"
                " WHERE deleted_rev < 9223372036854775807",
                "CREATE INDEX authz_tuple_expiry_idx ON authz_tuple (expires_at, id)"
                " WHERE expires_at IS NOT NULL AND deleted_rev = 9223372036854775807",
                "CREATE INDEX authz_write_time_idx ON authz_write (created_at)",
                "CREATE INDEX authz_idempotency_time_idx ON authz_idempotency (created_at)",
                "ALTER TABLE authz_head SET (fillfactor = 10)",
                "ALTER TABLE authz_tuple SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05,"
                " autovacuum_analyze_scale_factor = 0.02)",
                "INSERT INTO authz_type (scope, name) SELECT DISTINCT '', name FROM ("
                "SELECT entity_type AS name FROM authz_tuple_before UNION SELECT subject_type FROM authz_tuple_before"
                f") n WHERE name NOT IN (SELECT name FROM {_SYSTEM_TYPES} AS s (name, id)) ORDER BY name",
                "INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, subject_relation,"
                " created_rev) SELECT e.id, b.entity_id, b.relation, s.id, b.subject_id, b.subject_relation, 1"
                f" FROM authz_tuple_before b JOIN (SELECT * FROM {_SYSTEM_TYPES} AS s (name, id)"
                " UNION ALL SELECT name, id FROM authz_type) e ON e.name = b.entity_type"
                f" JOIN (SELECT * FROM {_SYSTEM_TYPES} AS s (name, id)"
                " UNION ALL SELECT name, id FROM authz_type) s ON s.name = b.subject_type ORDER BY b.id",
                "INSERT INTO authz_head (id, revision, model_revision, floor)"
                " SELECT 1, 1, 0, 1 WHERE EXISTS (SELECT FROM authz_tuple)",
                "INSERT INTO authz_write (revision, kind, actor_kind, reason, created_at)"
                " SELECT 1, 'tuples', 'system', 'written before revisions were counted', now()"
                " WHERE EXISTS (SELECT FROM authz_tuple)",
            ],
        ),
    ]
