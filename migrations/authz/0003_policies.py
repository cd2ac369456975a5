from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('authz', '0002_revisions')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Tuple',
            name='condition',
            field=fields.CharField(null=True, max_length=80),
        ),
        # Changing a column's type gives it the collation of the database.
        ops.RunSQL('ALTER TABLE authz_tuple ALTER COLUMN condition TYPE varchar(80) COLLATE "C"'),
        # What has a policy: asked for wherever a policy is shown, and before it is deleted.
        ops.RunSQL(
            "CREATE INDEX authz_tuple_policy_idx ON authz_tuple (condition, entity_type)"
            " WHERE condition LIKE 'policy:%' AND deleted_rev = 9223372036854775807"
        ),
    ]
