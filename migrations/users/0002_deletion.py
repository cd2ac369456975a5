from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Tombstone',
            name='deleted_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Tombstone',
            name='merged_into',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='User',
            name='erase_asked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='User',
            name='erase_asked_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='User',
            name='erase_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(
            [
                "CREATE INDEX users_user_erase_at_idx ON users_user (erase_at, id) WHERE erase_at IS NOT NULL",
                "CREATE INDEX users_user_leaving_idx ON users_user (created_at, id) WHERE erase_at IS NOT NULL",
            ],
        ),
    ]
