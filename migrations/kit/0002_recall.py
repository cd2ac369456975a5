from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('kit', '0001_initial')]

    initial = False

    operations = [
        ops.RunSQL(
            # What `app.kit.recall` hears: the id of a row, told in the transaction that changes it.
            """
CREATE FUNCTION kit_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'STATEMENT' THEN
        PERFORM pg_notify('auther_forget', '*');
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM pg_notify('auther_forget', NEW.id);
    ELSE
        PERFORM pg_notify('auther_forget', OLD.id);
    END IF;
    RETURN NULL;
END
$$
            """
        ),
    ]
