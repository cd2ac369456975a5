from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('clients', '0002_keys_and_audiences'), ('users', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Client',
            name='backchannel_logout_session_required',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Client',
            name='backchannel_logout_uri',
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name='Client',
            name='default_acr_values',
            field=ArrayField(db_default=SqlDefault("'{}'"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Client',
            name='default_max_age',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Client',
            name='dpop_bound_access_tokens',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Client',
            name='frontchannel_logout_session_required',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Client',
            name='frontchannel_logout_uri',
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name='Client',
            name='initiate_login_uri',
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name='Client',
            name='introspection_signed_response_alg',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Client',
            name='request_object_signing_alg',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Client',
            name='require_pushed_authorization_requests',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Client',
            name='require_signed_request_object',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Client',
            name='sector_identifier_uri',
            field=fields.CharField(null=True, max_length=2048),
        ),
        ops.AddField(
            model_name='Client',
            name='software_id',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='Client',
            name='software_version',
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name='Client',
            name='subject_type',
            field=fields.CharField(db_default='public', max_length=16),
        ),
        ops.AddField(
            model_name='Client',
            name='userinfo_signed_response_alg',
            field=fields.CharField(null=True, max_length=16),
        ),
    ]
