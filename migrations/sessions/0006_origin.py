from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sessions', '0005_impersonation')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Flow',
            name='origin',
            field=fields.CharField(null=True, max_length=300),
        ),
    ]
