from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Client',
            name='allowed_audiences',
            field=ArrayField(db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Client',
            name='jwks',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Client',
            name='jwks_uri',
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name='Client',
            name='token_endpoint_auth_signing_alg',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Client',
            name='token_exchange_clients',
            field=ArrayField(db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
    ]
