from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault

class Migration(migrations.Migration):
    dependencies = [('clients', '0004_registration')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Client',
            name='resource_uris',
            field=ArrayField(element_type='text', db_default=SqlDefault("'{}'")),
        ),
        # Most clients are no resource: their rows are not in it.
        ops.RunSQL(
            [
                "CREATE INDEX clients_client_resource_idx ON clients_client USING gin (resource_uris)"
                " WHERE resource_uris <> '{}'",
            ],
        ),
    ]
