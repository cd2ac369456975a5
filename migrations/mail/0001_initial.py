from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Message',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('recipient', fields.CharField(max_length=254)),
                ('subject', fields.CharField(max_length=500)),
                ('template', fields.CharField(max_length=64)),
                ('locale', fields.CharField(max_length=16)),
                ('status', fields.CharField(max_length=16)),
                ('user_id', fields.CharField(null=True, max_length=255)),
                ('sealed_body', fields.BinaryField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('error', fields.CharField(null=True, max_length=1000)),
            ],
            options={'table': 'mail_message', 'app': 'mail', 'pk_attr': 'id', 'table_description': 'A mail. `sealed_body` is JSON of text and HTML under the purpose "mail", NULL once purged.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE mail_message ADD CONSTRAINT mail_message_status_check"
                " CHECK (status IN ('outbox', 'queued', 'sent', 'failed'))",
                "CREATE INDEX mail_message_created_idx ON mail_message (created_at, id)",
                "CREATE INDEX mail_message_user_idx ON mail_message (user_id) WHERE user_id IS NOT NULL",
                "CREATE INDEX mail_message_sealed_idx ON mail_message (created_at) WHERE sealed_body IS NOT NULL",
            ],
        ),
    ]
