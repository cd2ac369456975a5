from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0005_resources'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Client',
            name='require_mfa',
            field=fields.BooleanField(db_default=False),
        ),
    ]
