from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='AuditRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('seq', fields.BigIntField()),
                ('action', fields.CharField(max_length=100)),
                ('outcome', fields.CharField(max_length=16)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('actor_kind', fields.CharField(max_length=16)),
                ('actor_id', fields.CharField(null=True, max_length=255)),
                ('impersonator_id', fields.CharField(null=True, max_length=255)),
                ('session_id', fields.CharField(null=True, max_length=255)),
                ('client_id', fields.CharField(null=True, max_length=255)),
                ('target_type', fields.CharField(max_length=64)),
                ('target_id', fields.CharField(null=True, max_length=600)),
                ('about_user_id', fields.CharField(null=True, max_length=255)),
                ('request_id', fields.CharField(null=True, max_length=128)),
                ('ip', fields.CharField(null=True, max_length=64)),
                ('user_agent', fields.CharField(null=True, max_length=512)),
                ('reason', fields.CharField(null=True, max_length=2048)),
                ('before', fields.TextField(null=True, unique=False)),
                ('after', fields.TextField(null=True, unique=False)),
                ('origin_salt', fields.BinaryField(null=True)),
                ('origin_commitment', fields.BinaryField()),
                ('content_salt', fields.BinaryField(null=True)),
                ('content_commitment', fields.BinaryField()),
                ('mac', fields.BinaryField()),
                ('position', fields.BigIntField(null=True)),
                ('link', fields.BinaryField(null=True)),
            ],
            options={'table': 'events_audit', 'app': 'events', 'pk_attr': 'id', 'table_description': 'One thing that happened. A trigger lets a row change in two ways only: it is chained once'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ChainHead',
            fields=[
                ('id', fields.SmallIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('floor_position', fields.BigIntField()),
                ('floor_link', fields.BinaryField()),
                ('position', fields.BigIntField()),
                ('link', fields.BinaryField()),
                ('mac', fields.BinaryField()),
            ],
            options={'table': 'events_chain_head', 'app': 'events', 'pk_attr': 'id', 'table_description': 'Where the chain begins (after retention) and ends, signed. One row; its lock makes sealing run once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OutboxRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('seq', fields.BigIntField()),
                ('audit_id', fields.CharField(max_length=64)),
                ('type', fields.CharField(max_length=100)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('target_type', fields.CharField(max_length=64)),
                ('target_id', fields.CharField(null=True, max_length=600)),
                ('actor_kind', fields.CharField(max_length=16)),
                ('actor_id', fields.CharField(null=True, max_length=255)),
                ('client_id', fields.CharField(null=True, max_length=255)),
                ('about_user_id', fields.CharField(null=True, max_length=255)),
                ('payload', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('dispatched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'events_outbox', 'app': 'events', 'pk_attr': 'id', 'table_description': 'A published event on its way to the followers, kept for a while after.'},
            bases=['Model'],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE events_audit ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE events_outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE events_audit ADD CONSTRAINT events_audit_outcome_check"
                " CHECK (outcome IN ('success', 'failure', 'denied'))",
                "ALTER TABLE events_audit ADD CONSTRAINT events_audit_sealed_check"
                " CHECK ((position IS NULL) = (link IS NULL))",
                "ALTER TABLE events_chain_head ADD CONSTRAINT events_chain_head_one_row_check CHECK (id = 1)",
                "CREATE UNIQUE INDEX events_audit_position_key ON events_audit (position) WHERE position IS NOT NULL",
                "CREATE INDEX events_audit_unsealed_idx ON events_audit (seq) WHERE position IS NULL",
                "CREATE INDEX events_audit_time_idx ON events_audit (occurred_at, id)",
                "CREATE INDEX events_audit_action_idx ON events_audit (action varchar_pattern_ops, occurred_at, id)",
                "CREATE INDEX events_audit_actor_idx ON events_audit (actor_id, occurred_at, id)"
                " WHERE actor_id IS NOT NULL",
                "CREATE INDEX events_audit_impersonator_idx ON events_audit (impersonator_id)"
                " WHERE impersonator_id IS NOT NULL",
                "CREATE INDEX events_audit_target_idx ON events_audit (target_id, occurred_at, id)"
                " WHERE target_id IS NOT NULL",
                "CREATE INDEX events_audit_about_idx ON events_audit (about_user_id, occurred_at, id)"
                " WHERE about_user_id IS NOT NULL",
                "CREATE INDEX events_audit_client_idx ON events_audit (client_id, occurred_at, id)"
                " WHERE client_id IS NOT NULL",
                "CREATE INDEX events_audit_request_idx ON events_audit (request_id) WHERE request_id IS NOT NULL",
                "CREATE INDEX events_audit_trouble_idx ON events_audit (outcome, occurred_at, id)"
                " WHERE outcome <> 'success'",
                "CREATE INDEX events_audit_scrubbed_idx ON events_audit (target_id) WHERE action = 'audit.scrubbed'",
                "CREATE INDEX events_outbox_pending_idx ON events_outbox (seq) WHERE dispatched_at IS NULL",
                "CREATE INDEX events_outbox_dispatched_idx ON events_outbox (dispatched_at)"
                " WHERE dispatched_at IS NOT NULL",
                "CREATE INDEX events_outbox_about_idx ON events_outbox (about_user_id)"
                " WHERE about_user_id IS NOT NULL",
                """
CREATE FUNCTION events_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF current_setting('auther.audit_trim', true) = 'on' AND OLD.position IS NOT NULL THEN
            RETURN OLD;
        END IF;
    ELSIF (NEW.id, NEW.seq, NEW.action, NEW.outcome, NEW.occurred_at, NEW.actor_kind, NEW.actor_id,
           NEW.impersonator_id, NEW.session_id, NEW.client_id, NEW.target_type, NEW.target_id, NEW.about_user_id,
           NEW.request_id, NEW.origin_commitment, NEW.content_commitment, NEW.mac)
          IS NOT DISTINCT FROM
          (OLD.id, OLD.seq, OLD.action, OLD.outcome, OLD.occurred_at, OLD.actor_kind, OLD.actor_id,
           OLD.impersonator_id, OLD.session_id, OLD.client_id, OLD.target_type, OLD.target_id, OLD.about_user_id,
           OLD.request_id, OLD.origin_commitment, OLD.content_commitment, OLD.mac)
      AND (OLD.position IS NULL
           OR (NEW.position, NEW.link) IS NOT DISTINCT FROM (OLD.position, OLD.link))
      AND ((NEW.ip, NEW.user_agent, NEW.origin_salt) IS NOT DISTINCT FROM (OLD.ip, OLD.user_agent, OLD.origin_salt)
           OR num_nonnulls(NEW.ip, NEW.user_agent, NEW.origin_salt) = 0)
      AND ((NEW.reason, NEW.before, NEW.after, NEW.content_salt)
           IS NOT DISTINCT FROM (OLD.reason, OLD.before, OLD.after, OLD.content_salt)
           OR num_nonnulls(NEW.reason, NEW.before, NEW.after, NEW.content_salt) = 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events_audit is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$
                """,
                "CREATE TRIGGER events_audit_append_only BEFORE UPDATE OR DELETE ON events_audit"
                " FOR EACH ROW EXECUTE FUNCTION events_audit_guard()",
            ],
        ),
    ]
