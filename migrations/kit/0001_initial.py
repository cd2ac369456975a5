from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Counter',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=64)),
                ('bucket', fields.CharField(max_length=256)),
                ('window_start', fields.BigIntField()),
                ('hits', fields.IntField()),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'kit_counter', 'app': 'kit', 'unique_together': (('name', 'bucket'),), 'pk_attr': 'id', 'table_description': 'Hits in one window. Swept when `expires_at` is over.'},
            bases=['Model'],
        ),
    ]
