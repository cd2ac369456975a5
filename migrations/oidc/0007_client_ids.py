from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0007_request_uris'), ('oidc', '0006_requests'), ('sessions', '0003_second_factor'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Code',
            name='client_id',
            field=fields.CharField(max_length=255),
        ),
    ]
