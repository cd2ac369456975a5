from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Key',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('kid', fields.CharField(unique=True, max_length=64)),
                ('alg', fields.CharField(max_length=16)),
                ('public_jwk', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('sealed_private', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('activates_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('retires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('removes_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('withdrawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'signing_key', 'app': 'signing', 'pk_attr': 'id', 'table_description': 'A signing key. Its private half is sealed under the purpose `signing-key`.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE signing_key ADD CONSTRAINT signing_key_alg_check"
                " CHECK (alg IN ('RS256', 'ES256', 'EdDSA'))",
                "ALTER TABLE signing_key ADD CONSTRAINT signing_key_dates_check"
                " CHECK (retires_at <= removes_at)",
            ],
        ),
    ]
