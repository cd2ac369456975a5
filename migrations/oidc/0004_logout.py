from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [
        ('clients', '0003_protocol'), ('oidc', '0003_devices_and_assertions'), ('sessions', '0001_initial'),
    ]

    initial = False

    operations = [
        ops.CreateModel(
            name='Participant',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('session', fields.ForeignKeyField('sessions.Session', source_field='session_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('client', fields.ForeignKeyField('clients.Client', source_field='client_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'oidc_participant', 'app': 'oidc', 'unique_together': (('session_id', 'client_id'),), 'pk_attr': 'id', 'table_description': 'That a session gave a client tokens: who hears of its end.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "INSERT INTO oidc_participant (session_id, client_id)"
                " SELECT DISTINCT g.session_id, g.client_id FROM oidc_grant g"
                " JOIN sessions_session s ON s.id = g.session_id AND s.user_id = g.user_id",
            ]
        ),
    ]
