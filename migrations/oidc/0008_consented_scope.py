from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('clients', '0002_keys_and_audiences'), ('clients', '0003_protocol'), ('clients', '0004_registration'), ('clients', '0005_resources'), ('clients', '0006_require_mfa'), ('clients', '0007_request_uris'), ('oidc', '0007_client_ids'), ('sessions', '0004_client_ids'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Interaction',
            name='consented_scope',
            field=fields.TextField(db_default='', unique=False),
        ),
    ]
