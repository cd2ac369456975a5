from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('users', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Code',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('browser_id', fields.CharField(unique=True, max_length=64)),
                ('login', fields.CharField(max_length=320)),
                ('user', fields.ForeignKeyField('users.User', source_field='user_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(null=True, max_length=254)),
                ('password_version', fields.IntField(null=True)),
                ('code_hash', fields.BinaryField(null=True)),
                ('link_hash', fields.BinaryField(null=True)),
                ('guesses', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mailed_code', 'app': 'mailed', 'pk_attr': 'id', 'table_description': "A browser's wish to sign in by mail, and hashes of what was mailed. Without a user nobody was meant."},
            bases=['Model'],
        ),
        ops.RunSQL("CREATE UNIQUE INDEX mailed_code_link ON mailed_code (link_hash) WHERE link_hash IS NOT NULL"),
    ]
