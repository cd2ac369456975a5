from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sessions', '0003_second_factor'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Flow',
            name='client_id',
            field=fields.CharField(null=True, max_length=255),
        ),
    ]
