from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault

class Migration(migrations.Migration):
    dependencies = [('clients', '0006_require_mfa'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Client',
            name='request_uris',
            field=ArrayField(db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
    ]
