from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('jobs', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='JobRow',
            name='progress_done',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='JobRow',
            name='progress_total',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='JobRow',
            name='result',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
