from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('oidc', '0004_logout')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SpentProof',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=43)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_spent_proof', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'A DPoP proof, as a hash of its key and its `jti`: it is used once (RFC 9449 §11.1).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PairwiseKey',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ('sealed', fields.BinaryField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oidc_pairwise_key', 'app': 'oidc', 'pk_attr': 'id', 'table_description': 'The one key that pairwise subjects are made with, sealed: it must outlive every secret (OIDC Core §8.1).'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Code',
            name='dpop_jkt',
            field=fields.CharField(null=True, max_length=43),
        ),
        ops.AddField(
            model_name='Grant',
            name='dpop_jkt',
            field=fields.CharField(null=True, max_length=43),
        ),
        ops.RunSQL(
            [
                "ALTER TABLE oidc_pairwise_key ADD CONSTRAINT oidc_pairwise_key_one_check CHECK (id = 'current')",
                # Families of a user, and of a client, the newest first.
                "CREATE INDEX oidc_grant_of_user_idx ON oidc_grant (user_id, created_at, id)",
                "CREATE INDEX oidc_grant_of_client_idx ON oidc_grant (client_id, created_at, id)",
            ],
        ),
    ]
