from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='RelationTuple',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('entity_type', fields.CharField(max_length=254)),
                ('entity_id', fields.CharField(max_length=254)),
                ('relation', fields.CharField(max_length=64)),
                ('subject_type', fields.CharField(max_length=254)),
                ('subject_id', fields.CharField(max_length=254)),
                ('subject_relation', fields.CharField(default='', max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authz_tuple', 'app': 'authz', 'unique_together': (('entity_type', 'entity_id', 'relation', 'subject_type', 'subject_id', 'subject_relation'),), 'indexes': [Index(fields=['subject_type', 'subject_id', 'entity_type', 'relation'])], 'pk_attr': 'id', 'table_description': 'One relationship. `subject_relation` is empty unless the subject is a userset.'},
            bases=['Model'],
        ),
    ]
