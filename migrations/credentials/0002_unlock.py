from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('credentials', '0001_initial')]

    initial = False

    operations = [
        ops.RunSQL(
            [
                "ALTER TABLE credentials_link DROP CONSTRAINT credentials_link_purpose_check",
                "ALTER TABLE credentials_link ADD CONSTRAINT credentials_link_purpose_check"
                " CHECK (purpose IN ('verify_email', 'reset_password', 'invite', 'sign_up', 'unlock', 'change_email')"
                " AND (user_id IS NULL) = (purpose = 'sign_up'))",
            ],
        ),
    ]
