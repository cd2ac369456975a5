from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sessions', '0002_told_changes'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Flow',
            name='requires_mfa',
            field=fields.BooleanField(db_default=False),
        ),
    ]
